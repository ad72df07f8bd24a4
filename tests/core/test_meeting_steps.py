"""Plans of every mode, as they print."""

import pytest

from clusters.core.drafting import draft
from clusters.core.observed import ImageSeen, RunState
from clusters.core.plan import StepKind, render
from clusters.core.planner import (
    plan_create,
    plan_removal,
    plan_repair,
    plan_rollback,
)
from clusters.core.request import DiscoveryRequest, Places, StoreOffer
from clusters.core.spec import HostKind
from tests.builders import instance, offer, offers, request, seen, seen_host, thing

STORE = StoreOffer(
    name="meet",
    protocol="v2",
    panel_url="http://127.0.0.1:23790",
    host="docker",
    host_kind=HostKind.DOCKER,
    network="meet-net",
    client_port=23790,
)
V3 = StoreOffer(
    name="three", protocol="v3", panel_url="http://s:1", member_url="http://s:1"
)
FIRST = "nothing may be in the way before the first change"
FIND = "members must find one another there"
REGISTER = "members register under it, and no other cluster does"
DIAL = "members dial the store by its name"
ALL = "all 1 members must register"
READ = "every one of 1 members must answer a linearizable read"
POLICY = "it may restart by itself once the cluster has formed"
ONCE = "members need the store only once"
GONE = "the cluster is being deleted"
IMAGE = ImageSeen(id="d", reference="coredns:1", pinned="")


def drafted(mode, network="", extra=0, size=1, **discovery):
    places = Places(stores={"meet": STORE, "three": V3})
    asked = request(
        bootstrap=mode,
        size=size,
        extra_members=extra,
        network=network,
        discovery=DiscoveryRequest(**discovery),
    )
    return draft(asked, offers(offer()), places)


def lines(plan):
    return render(plan).splitlines()


def member(name="etcd1"):
    return [
        f"create_volume {name}@docker: its data needs a place",
        f"create_member {name}@docker: not there",
        f"start_member {name}@docker: not started",
    ]


HOST = f"check_host docker@docker: {FIRST}"
NETWORK = "create_network a-net@docker: members reach one another by name"
END = [f"await_health a: {READ}", f"set_restart_policy etcd1@docker: {POLICY}"]


def test_v2_attaches_the_store_while_members_meet():
    assert lines(plan_create(drafted("discovery_v2"), seen())) == [
        HOST,
        NETWORK,
        f"check_discovery meet: {FIND}",
        f"prepare_ticket meet: {REGISTER}",
        f"attach_store meet@docker: {DIAL}",
        *member(),
        f"await_registration meet: {ALL}",
        *END,
        f"detach_store meet@docker: {ONCE}",
    ]


def test_on_the_stores_own_network_nothing_is_attached():
    assert lines(plan_create(drafted("discovery_v2", "meet-net"), seen())) == [
        HOST,
        f"check_discovery meet: {FIND}",
        f"prepare_ticket meet: {REGISTER}",
        *member(),
        f"await_registration meet: {ALL}",
        *END,
    ]


@pytest.mark.parametrize(
    ("mode", "place"),
    [("discovery_v3", "three"), ("discovery_public", "https://discovery.etcd.io")],
)
def test_v3_and_public_members_register_elsewhere(mode, place):
    assert lines(plan_create(drafted(mode), seen())) == [
        HOST,
        NETWORK,
        f"check_discovery {place}: {FIND}",
        f"prepare_ticket {place}: {REGISTER}",
        *member(),
        f"await_registration {place}: {ALL}",
        *END,
    ]


def test_a_managed_zone_has_its_name_server_first():
    made = drafted("dns_srv", domain="ex.test")
    assert lines(plan_create(made, seen())) == [
        HOST,
        NETWORK,
        f"check_discovery ex.test: {FIND}",
        "pull_image dns@docker: docker does not have the name server's image",
        "create_dns a-dns@docker: members ask it for SRV records",
        "start_dns a-dns@docker: it must answer before members start",
        "await_dns a-dns@docker: every record must be as planned",
        *member(),
        *END,
    ]


def test_an_image_of_the_name_server_that_is_there_is_not_pulled():
    world = seen(seen_host(dns_image=IMAGE))
    kinds = [s.kind for s in plan_create(drafted("dns_srv", domain="ex.test"), world)]
    assert StepKind.PULL_IMAGE not in kinds


def test_an_external_zone_is_only_checked():
    made = drafted("dns_srv", domain="ex.test", dns="external")
    assert lines(plan_create(made, seen())) == [
        HOST,
        NETWORK,
        f"check_discovery ex.test: {FIND}",
        *member(),
        *END,
    ]


def test_a_proxy_starts_when_the_cluster_has_formed():
    plan = plan_create(drafted("discovery_v2", extra=1), seen())
    assert lines(plan)[-6:] == [
        f"await_health a: {READ}",
        "start_proxy etcd2@docker: a proxy joins when the cluster has formed",
        "await_proxy etcd2@docker: it must reach the members",
        f"set_restart_policy etcd1@docker: {POLICY}",
        f"set_restart_policy etcd2@docker: {POLICY}",
        f"detach_store meet@docker: {ONCE}",
    ]
    started = next(s for s in plan if s.kind == StepKind.START_PROXY)
    assert any("await_health" in need for need in started.needs)
    parted = next(s for s in plan if s.kind == StepKind.DETACH_STORE)
    assert any("await_proxy" in need for need in parted.needs)


@pytest.mark.parametrize(
    ("plan", "cause"),
    [
        (plan_removal, GONE),
        (plan_rollback, "the create is being taken back"),
    ],
)
def test_a_removal_takes_the_store_off_the_network_before_that_goes(plan, cause):
    steps = plan(drafted("discovery_v2", extra=1), seen())
    assert lines(steps) == [
        f"remove_member etcd1@docker: {cause}",
        f"remove_volume etcd1@docker: {cause}",
        f"remove_member etcd2@docker: {cause}",
        f"remove_volume etcd2@docker: {cause}",
        f"remove_network a-net@docker: {cause}",
        f"detach_store meet@docker: {cause}",
        f"forget_cluster a: {cause}",
    ]
    network = next(s for s in steps if s.kind == StepKind.REMOVE_NETWORK)
    assert any("detach_store" in need for need in network.needs)


def test_a_removal_takes_the_name_server_too():
    steps = plan_removal(drafted("dns_srv", domain="ex.test"), seen())
    assert lines(steps) == [
        f"remove_member etcd1@docker: {GONE}",
        f"remove_volume etcd1@docker: {GONE}",
        f"remove_network a-net@docker: {GONE}",
        f"remove_dns a-dns@docker: {GONE}",
        f"forget_cluster a: {GONE}",
    ]
    network = next(s for s in steps if s.kind == StepKind.REMOVE_NETWORK)
    assert any("remove_dns" in need for need in network.needs)


# Repair


def whole(*away, dns=None):
    names = [name for name in ("etcd1", "etcd2") if name not in away]
    return seen(
        seen_host(
            network="a-net",
            instances=[instance(f"a-{name}") for name in names],
            volumes=[thing(f"a-{name}-data") for name in ("etcd1", "etcd2")],
            dns_image=IMAGE,
            dns=dns,
        )
    )


def test_a_proxy_is_repaired_as_a_proxy():
    plan = plan_repair(drafted("discovery_v2", extra=1), whole("etcd2"))
    assert lines(plan) == [
        "create_member etcd2@docker: not there, but its data is intact",
        "start_proxy etcd2@docker: not running, but its data is intact",
        "await_proxy etcd2@docker: it must serve again",
        "set_restart_policy etcd2@docker: it may restart by itself once it serves",
    ]


@pytest.mark.parametrize(
    ("dns", "planned"),
    [
        (
            None,
            [
                "create_dns a-dns@docker: the name server is gone",
                "start_dns a-dns@docker: not started",
            ],
        ),
        (
            instance("a-dns", RunState.EXITED),
            ["start_dns a-dns@docker: the name server stopped"],
        ),
        (instance("a-dns"), []),
    ],
)
def test_a_name_server_is_repaired_too(dns, planned):
    made = drafted("dns_srv", domain="ex.test", subnet="10.213.7.0/24")
    assert lines(plan_repair(made, whole(dns=dns))) == planned


def test_a_repair_needs_neither_store_nor_token():
    plan = plan_repair(drafted("discovery_v2", size=3), whole("etcd2"))
    kinds = {step.kind for step in plan}
    assert not kinds & {
        StepKind.CHECK_DISCOVERY,
        StepKind.PREPARE_TICKET,
        StepKind.ATTACH_STORE,
        StepKind.AWAIT_REGISTRATION,
    }


def test_members_that_register_all_start_at_once():
    plan = plan_create(drafted("discovery_v2", size=3), seen())
    starts = [step for step in plan if step.kind == StepKind.START_MEMBER]
    assert not any("start_member" in need for s in starts for need in s.needs)


def test_a_member_that_was_made_for_an_earlier_token_is_made_anew():
    made = instance("a-etcd1", RunState.CREATED)
    world = seen(
        seen_host(network="a-net", instances=[made], volumes=[thing("a-etcd1-data")])
    )
    plan = lines(plan_create(drafted("discovery_v2"), world))
    assert [line for line in plan if "etcd1" in line][:2] == [
        "create_member etcd1@docker: it must have the new token",
        "start_member etcd1@docker: not running",
    ]
    kinds = [step.kind for step in plan_create(drafted("static"), world)]
    assert StepKind.CREATE_MEMBER not in kinds
