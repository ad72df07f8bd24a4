"""What members say of v2 discovery and of its proxies."""

import shutil
from pathlib import Path

from tests.core.provoking.scenes import FROM_3_6, UP_TO_3_5, UP_TO_3_6, scene
from tests.core.provoking.stores import Stores
from tests.drivers.place import free_ports

READY = "serving client traffic"
RETRIES = "retry connecting to discovery service"
WAITS = "found peers from discovery server; waiting for more"
PROXY_READY = "v2 proxy started listening on client requests"


@scene("discovery_token_unknown", UP_TO_3_6)
def v2_size_key_is_missing(bench, stores):
    return bench.etcd(discovery=stores.v2.url("unknown")).ends().heard()


@scene("discovery_size_invalid", UP_TO_3_6)
def v2_size_is_no_number(bench, stores):
    return bench.etcd(discovery=stores.v2.v2_token("three")).ends().heard()


@scene("discovery_size_invalid", UP_TO_3_6)
def v2_size_is_zero(bench, stores):
    return bench.etcd(discovery=stores.v2.v2_token("0")).ends().heard()


@scene("discovery_not_a_service", UP_TO_3_6)
def v2_store_was_started_without_v2(bench, stores):
    return bench.etcd(discovery=stores.without_v2.url("t")).ends().heard()


@scene("discovery_not_a_service", UP_TO_3_6)
def v2_store_has_no_v2_any_more(bench, stores):
    return bench.etcd(discovery=stores.without_v2_at_all.url("t")).ends().heard()


@scene("discovery_duplicate_id", UP_TO_3_6)
def v2_killed_while_it_waited(bench, stores):
    flags = bench.member(discovery=stores.v2.v2_token("2"))
    bench.start(flags).says(WAITS).kill()
    return bench.start(flags).ends().heard()


@scene("discovery_duplicate_id", UP_TO_3_6)
def v2_data_was_removed(bench, stores):
    flags = bench.member(discovery=stores.v2.v2_token("1"))
    bench.start(flags).says(READY).kill()
    shutil.rmtree(flags["data_dir"])
    return bench.start(flags).ends().heard()


@scene("discovery_duplicate_name", UP_TO_3_6)
def v2_two_of_one_name(bench, stores):
    url = stores.v2.v2_token("2")
    bench.etcd(discovery=url)
    return bench.etcd(discovery=url).ends().heard()


def full(bench, stores):
    """A token whose cluster of one has formed."""
    url = stores.v2.v2_token("1")
    bench.etcd(discovery=url).says(READY)
    return url


@scene("discovery_full", UP_TO_3_6)
def v2_full_and_no_proxy_wanted(bench, stores):
    url = full(bench, stores)
    return bench.etcd("b", discovery=url, discovery_fallback="exit").ends().heard()


@scene("discovery_full", ("3.6",))
def v2_full_and_no_proxy_by_default(bench, stores):
    return bench.etcd("b", discovery=full(bench, stores)).ends().heard()


@scene("became_proxy", UP_TO_3_5)
def v2_full_and_a_proxy_by_default(bench, stores):
    return bench.etcd("b", discovery=full(bench, stores)).says(PROXY_READY).heard()


@scene("proxy_and_member_data", UP_TO_3_5)
def v2_proxy_started_again(bench, stores):
    flags = bench.member("b", discovery=full(bench, stores))
    bench.start(flags).says(PROXY_READY).kill()
    return bench.start(flags).ends().heard()


@scene("proxy_gone", ("3.6",))
def data_of_a_proxy_under_an_etcd_that_has_none(bench, stores):
    first = bench.static()
    bench.start(first).says(READY)
    flags = bench.member(
        "b", initial_cluster=f"a={first['initial_advertise_peer_urls']}"
    )
    bench.start(flags | {"proxy": "on"}, line="3.5").says(PROXY_READY).kill()
    assert Path(flags["data_dir"], "proxy").is_dir()
    return bench.start(flags).ends().heard()


@scene("proxy_gone", FROM_3_6)
def fallback_to_a_proxy_that_there_is_not(bench, stores):
    return bench.etcd(discovery_fallback="proxy").ends().heard()


@scene("flag_unknown", FROM_3_6)
def role_of_a_proxy_that_there_is_not(bench, stores):
    return bench.etcd(proxy="on").ends().heard("--proxy")


@scene("flag_unknown", FROM_3_6)
def store_for_v2_that_serves_none(bench, stores):
    return bench.etcd(enable_v2="true").ends().heard("--enable-v2")


@scene("flag_unknown", ("3.7",))
def v2_discovery_of_an_etcd_that_has_none(bench, stores):
    return bench.etcd(discovery=stores.v2.url("t")).ends().heard("--discovery")


@scene("discovery_unreachable", UP_TO_3_6)
def v2_store_does_not_answer(bench, stores):
    (port,) = free_ports(1)
    etcd = bench.etcd(discovery=f"http://127.0.0.1:{port}/v2/keys/t")
    return etcd.says(RETRIES).heard(f"http://127.0.0.1:{port}")


@scene("discovery_waiting", UP_TO_3_6)
def v2_one_of_three_waits(bench, stores):
    etcd = bench.etcd(discovery=stores.v2.v2_token("3")).says(WAITS)
    return etcd.heard("1", "2")


@scene("discovery_waiting", UP_TO_3_6)
def v2_two_of_three_wait(bench, stores):
    url = stores.v2.v2_token("3")
    bench.etcd("b", discovery=url).says(WAITS)
    etcd = bench.etcd("a", discovery=url).says(WAITS)
    return etcd.heard("2", "1")


@scene("discovery_unreachable", UP_TO_3_6)
def v2_store_dies_while_a_member_waits(bench, stores):
    own = Stores(bench).v2
    etcd = bench.etcd(discovery=own.v2_token("2")).says(WAITS)
    own.etcd.kill()
    return etcd.says(RETRIES).heard(own.endpoint)


@scene("discovery_name_unknown", UP_TO_3_6)
def v2_name_of_the_store_is_unknown(bench, stores):
    url = "http://store.ex.test:2379/v2/keys/t"
    etcd = bench.with_names(bench.member(discovery=url))
    return etcd.says(RETRIES).heard("store.ex.test")


@scene("discovery_certificate_refused", UP_TO_3_6)
def v2_certificate_is_of_nobody_known(bench, stores):
    etcd = bench.etcd(discovery=stores.with_tls.url("t"))
    return etcd.says(RETRIES).heard("unknown authority")


@scene("discovery_not_a_service", UP_TO_3_6)
def v2_store_is_a_web_page(bench, stores):
    return bench.etcd(discovery=f"{stores.v2.endpoint}/health/t").ends().heard()


@scene("several_bootstrap_modes", UP_TO_3_6)
def v2_url_beside_an_initial_cluster(bench, stores):
    return bench.start(bench.static(discovery=stores.v2.url("t"))).ends().heard()
