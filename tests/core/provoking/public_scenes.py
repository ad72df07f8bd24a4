"""What members say of the public service, by discovery.etcd.io's own server."""

from types import SimpleNamespace

from tests.core.provoking.scenes import UP_TO_3_6, scene
from tests.core.provoking.v2_scenes import READY, WAITS
from tests.meeting.public_service import public_service

NOBODYS = "0123456789abcdef0123456789abcdef"


def service(bench, stores):
    behind = SimpleNamespace(url=stores.v2.endpoint)
    return bench.stack.enter_context(public_service(behind))


@scene("discovery_token_unknown", UP_TO_3_6)
def public_token_is_gone(bench, stores):
    url = f"{service(bench, stores).url}/{NOBODYS}"
    return bench.etcd(discovery=url).ends().heard()


@scene("discovery_full", UP_TO_3_6)
def public_token_is_full(bench, stores):
    url = service(bench, stores).new(1)
    bench.etcd("a", discovery=url).says(READY)
    return bench.etcd("b", discovery=url, discovery_fallback="exit").ends().heard()


@scene("discovery_duplicate_name", UP_TO_3_6)
def public_two_of_one_name(bench, stores):
    url = service(bench, stores).new(2)
    bench.etcd(discovery=url)
    return bench.etcd(discovery=url).ends().heard()


@scene("discovery_duplicate_id", UP_TO_3_6)
def public_killed_while_it_waited_and_started_again(bench, stores):
    flags = bench.member(discovery=service(bench, stores).new(2))
    bench.start(flags).says(WAITS).kill()
    return bench.start(flags).ends().heard()


@scene("discovery_size_invalid", UP_TO_3_6)
def public_size_is_no_size(bench, stores):
    url = service(bench, stores).new(0)
    return bench.etcd(discovery=url).ends().heard()


@scene("flag_unknown", ("3.7",))
def public_service_of_an_etcd_that_has_no_v2_discovery(bench, stores):
    url = service(bench, stores).new(1)
    return bench.etcd(discovery=url).ends().heard("--discovery")
