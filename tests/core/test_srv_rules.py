"""What a request must fulfil whose members meet by SRV records."""

import pytest

from clusters.core.meeting_rules import meeting_problems
from clusters.core.request import DiscoveryRequest, Places
from tests.builders import offer, offers, processes, request

DOMAIN = {"domain": "ex.test"}
THREE = ("10.213.7.21", "10.213.7.22", "10.213.7.23")
NET = "10.213.7.0/24"


def problems(*hosts, network="", size=3, **given):
    there = offers(*hosts or (offer(),))
    wanted = request(
        bootstrap="dns_srv",
        hosts=tuple(there),
        version="3.7.3",
        network=network,
        size=size,
        discovery=DiscoveryRequest(**{**DOMAIN, **given}),
    )
    found = meeting_problems(wanted, there, Places())
    return [f"{problem.field}: {problem.code}" for problem in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"domain": ""}, ["discovery.domain: domain_missing"]),
        ({"domain": "a b"}, ["discovery.domain: domain_invalid"]),
        ({"domain": "-x.test"}, ["discovery.domain: domain_invalid"]),
        ({"service_name": "blue"}, []),
        ({"service_name": "a b"}, ["discovery.service_name: service_name_invalid"]),
        ({"dns": "ours"}, ["discovery.dns: dns_unknown"]),
        ({"name_servers": ("10.0.0.53",)}, []),
        ({"name_servers": ("x y",)}, ["discovery.name_servers: name_server_invalid"]),
        ({"subnet": NET}, []),
        ({"subnet": "10.213.7.1/24"}, ["discovery.subnet: subnet_invalid"]),
        ({"subnet": "8.8.8.0/24"}, ["discovery.subnet: subnet_invalid"]),
        ({"subnet": "10.213.7.0/30"}, ["discovery.subnet: subnet_invalid"]),
        ({"subnet": NET, "addresses": THREE}, []),
        ({"addresses": THREE}, ["discovery.subnet: subnet_missing"]),
        (
            {"subnet": NET, "addresses": THREE[:2]},
            ["discovery.addresses: addresses_invalid"],
        ),
        (
            {"subnet": NET, "addresses": (*THREE[:2], THREE[0])},
            ["discovery.addresses: addresses_invalid"],
        ),
        (
            {"subnet": NET, "addresses": (*THREE[:2], "10.213.7.2")},
            ["discovery.addresses: addresses_invalid"],
        ),
        (
            {"subnet": NET, "addresses": (*THREE[:2], "10.214.7.9")},
            ["discovery.addresses: addresses_invalid"],
        ),
    ],
)
def test_a_zone_for_containers(given, found):
    assert problems(**given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, []),
        ({"dns": "external"}, []),
        ({"dns": "managed"}, ["discovery.dns: dns_managed_on_processes"]),
        (
            {"name_servers": ("10.0.0.53",)},
            ["discovery.name_servers: name_servers_on_processes"],
        ),
        ({"subnet": NET}, ["discovery.subnet: addresses_on_processes"]),
        ({"addresses": THREE}, ["discovery.addresses: addresses_on_processes"]),
    ],
)
def test_a_zone_for_processes(given, found):
    assert problems(processes(), **given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"addresses": THREE}, []),
        ({}, ["discovery.addresses: addresses_missing"]),
        (
            {"dns": "managed", "addresses": THREE},
            ["network: dns_managed_elsewhere"],
        ),
    ],
)
def test_a_zone_on_an_existing_network(given, found):
    assert problems(network="etcd-net", **given) == found


def test_the_panels_own_name_server_runs_on_one_engine():
    found = problems(offer(), offer("docker-2"), dns="managed", subnet=NET)
    assert found == ["network: dns_managed_elsewhere"]
