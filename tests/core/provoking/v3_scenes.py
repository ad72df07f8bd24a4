"""What members say of v3 discovery."""

from tests.core.provoking.scenes import FROM_3_6, UP_TO_3_5, scene
from tests.core.provoking.stores import Stores
from tests.drivers.place import free_ports

WAITS = "waiting for peers from discovery service"
RETRIES = "retry connecting to discovery service"
READY = "serving client traffic"
QUICK = {"discovery_request_timeout": "1s"}


def told(store, token, **changes):
    return {"discovery_token": token, "discovery_endpoints": store.endpoint} | changes


@scene("discovery_token_unknown", FROM_3_6)
def v3_size_key_is_missing(bench, stores):
    return bench.etcd(**told(stores.v3, "unknown")).ends().heard()


@scene("discovery_size_invalid", FROM_3_6)
def v3_size_is_no_number(bench, stores):
    return bench.etcd(**told(stores.v3, stores.v3.v3_token("abc"))).ends().heard()


@scene("discovery_size_invalid", FROM_3_6)
def v3_size_is_zero(bench, stores):
    return bench.etcd(**told(stores.v3, stores.v3.v3_token("0"))).ends().heard()


@scene("discovery_full", FROM_3_6)
def v3_one_more_than_the_size(bench, stores):
    flags = told(stores.v3, stores.v3.v3_token("1"))
    bench.etcd("a", **flags).says(READY)
    return bench.etcd("b", **flags).ends().heard()


@scene("discovery_incomplete", FROM_3_6)
def v3_token_without_endpoints(bench, stores):
    return bench.etcd(discovery_token="t").ends().heard()


@scene("discovery_incomplete", FROM_3_6)
def v3_endpoints_without_a_token(bench, stores):
    return bench.etcd(discovery_endpoints=stores.v3.endpoint).ends().heard()


@scene("proxy_gone", FROM_3_6)
def v3_fallback_to_a_proxy(bench, stores):
    flags = told(stores.v3, "t", discovery_fallback="proxy")
    return bench.etcd(**flags).ends().heard()


@scene("discovery_unreachable", FROM_3_6)
def v3_store_does_not_answer(bench, stores):
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    flags = {"discovery_token": "t", "discovery_endpoints": url, **QUICK}
    return bench.etcd(**flags).says(RETRIES).heard(f"127.0.0.1:{port}")


# Only gRPC itself warns then; etcd's own words stay "waiting for peers".
@scene("discovery_unreachable", FROM_3_6)
def v3_store_dies_while_a_member_waits(bench, stores):
    own = Stores(bench).v3
    etcd = bench.etcd(**told(own, own.v3_token("2"))).says(WAITS)
    own.etcd.kill()
    return etcd.says("connection refused").heard(own.endpoint.removeprefix("http://"))


@scene("discovery_name_unknown", FROM_3_6)
def v3_name_of_the_store_is_unknown(bench, stores):
    url = "http://store.ex.test:2379"
    flags = {"discovery_token": "t", "discovery_endpoints": url, **QUICK}
    return bench.with_names(bench.member(**flags)).says(RETRIES).heard("store.ex.test")


@scene("discovery_waiting", FROM_3_6)
def v3_one_of_three_waits(bench, stores):
    etcd = bench.etcd(**told(stores.v3, stores.v3.v3_token("3"))).says(WAITS)
    return etcd.heard("1 of 3")


@scene("discovery_names_merged", FROM_3_6)
def v3_two_of_one_name(bench, stores):
    flags = told(stores.v3, stores.v3.v3_token("2"))
    bench.etcd("a", **flags)
    return bench.etcd("a", **flags).ends().heard()


@scene("discovery_login_refused", FROM_3_6)
def v3_password_is_wrong(bench, stores):
    login = {"discovery_user": "root", "discovery_password": "wrong"}
    return bench.etcd(**told(stores.with_login, "t", **login)).ends().heard()


@scene("discovery_login_refused", FROM_3_6)
def v3_user_may_not_read_there(bench, stores):
    login = {"discovery_user": "guest", "discovery_password": "correct"}
    etcd = bench.etcd(**told(stores.with_login, "t", **login))
    return etcd.says("permission denied").heard()


@scene("discovery_login_refused", FROM_3_6)
def v3_store_wants_a_login(bench, stores):
    etcd = bench.etcd(**told(stores.with_login, "t"))
    return etcd.says("user name is empty").heard()


@scene("discovery_certificate_refused", FROM_3_6)
def v3_certificate_is_of_nobody_known(bench, stores):
    with_tls = {"discovery_insecure_transport": "false", **QUICK}
    flags = told(stores.with_tls, "t", **with_tls)
    return bench.etcd(**flags).says(RETRIES).heard("unknown authority")


@scene("discovery_wants_tls", FROM_3_6)
def v3_store_speaks_tls_and_the_member_does_not(bench, stores):
    flags = told(stores.with_tls, "t", **QUICK)
    flags["discovery_endpoints"] = flags["discovery_endpoints"].replace("https", "http")
    return bench.etcd(**flags).says(RETRIES).heard()


@scene("flag_unknown", UP_TO_3_5)
def v3_discovery_of_an_etcd_that_has_none(bench, stores):
    flags = told(stores.v3, "t")
    return bench.etcd(**flags).ends().heard("--discovery-token")


@scene("variable_unknown", UP_TO_3_5)
def v3_token_as_a_variable_that_is_ignored(bench, stores):
    flags = bench.static()
    variables = {"ETCD_DISCOVERY_TOKEN": "t"}
    etcd = bench.start(flags, environment=variables).says(READY)
    return etcd.heard("ETCD_DISCOVERY_TOKEN")


@scene("several_bootstrap_modes", FROM_3_6)
def v3_token_beside_an_initial_cluster(bench, stores):
    return bench.start(bench.static(**told(stores.v3, "t"))).ends().heard()
