"""Which release can meet in which mode: twenty cells, five refusals, each its own."""

import pytest

from clusters.core.compatibility import grid, misfit, proxy_misfit, store_misfit
from clusters.core.meeting import StoreProtocol
from clusters.core.releases import Version
from clusters.core.spec import BootstrapMode

V2, PUBLIC, V3 = "discovery_v2", "discovery_public", "discovery_v3"
REFUSED = {
    (V2, "3.7"): (
        "v2_discovery_gone",
        (
            "etcd 3.7 has no v2 discovery any more: the flag --discovery is unknown to"
            " it. Choose etcd 3.6 or older, or the mode discovery_v3."
        ),
    ),
    (PUBLIC, "3.7"): (
        "public_discovery_gone",
        (
            "etcd 3.7 can not use the public discovery service: the service speaks v2"
            " discovery only. Choose etcd 3.6 or older, or another mode."
        ),
    ),
    (V3, "3.4"): (
        "v3_discovery_not_yet",
        (
            "etcd 3.4 has no v3 discovery: it came with 3.6. Choose etcd 3.6 or newer,"
            " or the mode discovery_v2."
        ),
    ),
    (V3, "3.5"): (
        "v3_discovery_not_yet",
        (
            "etcd 3.5 has no v3 discovery: it came with 3.6. Choose etcd 3.6 or newer,"
            " or the mode discovery_v2."
        ),
    ),
    ("dns_srv", "3.4"): (
        "srv_needs_tls",
        (
            "etcd 3.4 finds members by SRV records only with TLS: it stops when there"
            " are no _etcd-server-ssl records. Choose etcd 3.5 or newer, or another"
            " mode."
        ),
    ),
}


def cells(**given):
    return {
        (mode.value, f"{version.major}.{version.minor}"): found
        for mode, version, found in grid(**given)
    }


def test_the_grid_has_five_modes_and_four_lines():
    found = cells()
    assert len(found) == 20
    assert {mode for mode, _ in found} == {mode.value for mode in BootstrapMode}
    assert {line for _, line in found} == {"3.4", "3.5", "3.6", "3.7"}


def test_exactly_five_cells_refuse_each_with_its_code_and_sentence():
    said = {
        cell: (found.code, str(found.text)) for cell, found in cells().items() if found
    }
    assert said == REFUSED
    assert len({text for _, text in said.values()}) == 5


def test_with_tls_records_work_in_every_line():
    refused = {cell for cell, found in cells(with_tls=True).items() if found}
    assert refused == set(REFUSED) - {("dns_srv", "3.4")}


@pytest.mark.parametrize(
    ("mode", "last_bad", "first_good"),
    [(V3, "3.5.99", "3.6.0"), ("dns_srv", "3.4.99", "3.5.0")],
)
def test_what_came_with_a_line_begins_with_its_first_release(
    mode, last_bad, first_good
):
    assert misfit(BootstrapMode(mode), Version.parse(last_bad)) is not None
    assert misfit(BootstrapMode(mode), Version.parse(first_good)) is None


@pytest.mark.parametrize("mode", [V2, PUBLIC])
def test_what_left_with_a_line_is_there_until_its_last_release(mode):
    assert misfit(BootstrapMode(mode), Version.parse("3.6.99")) is None
    assert misfit(BootstrapMode(mode), Version.parse("3.7.0")) is not None


@pytest.mark.parametrize(
    ("protocol", "version", "code"),
    [
        ("v2", "3.4.45", None),
        ("v2", "3.5.35", None),
        ("v2", "3.6.0", "store_without_v2"),
        ("v2", "3.7.3", "store_without_v2"),
        ("v3", "3.4.45", None),
        ("v3", "3.5.35", None),
        ("v3", "3.7.3", None),
    ],
)
def test_a_store_of_v2_is_an_older_etcd_and_one_of_v3_any(protocol, version, code):
    found = store_misfit(StoreProtocol(protocol), Version.parse(version))
    assert (found and found.code) == code


@pytest.mark.parametrize(
    ("mode", "version", "code"),
    [
        ("static", "3.5.35", None),
        (V2, "3.4.45", None),
        (PUBLIC, "3.5.35", None),
        (V2, "3.6.16", "proxies_gone"),
        ("static", "3.7.3", "proxies_gone"),
        (V3, "3.6.16", "proxies_gone"),
        ("dns_srv", "3.5.35", "proxies_not_with_srv"),
        ("dns_srv", "3.6.16", "proxies_gone"),
    ],
)
def test_members_beyond_the_size_are_proxies_of_older_releases(mode, version, code):
    found = proxy_misfit(BootstrapMode(mode), Version.parse(version))
    assert (found and found.code) == code
