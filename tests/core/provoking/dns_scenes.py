"""What members say of DNS SRV."""

from tests.core.provoking.scenes import scene
from tests.drivers.place import free_ports

FROM_3_5 = ("3.5", "3.6", "3.7")
READY = "serving client traffic"


def named(bench, host="n1.ex.test", **changes):
    """A member that advertises a name of the zone."""
    (peer,) = free_ports(1)
    scheme = "https" if bench.line == "3.4" else "http"
    flags = bench.member(
        "n1",
        discovery_srv="ex.test",
        initial_advertise_peer_urls=f"{scheme}://{host}:{peer}",
        listen_peer_urls=f"{scheme}://127.0.0.1:{peer}",
        initial_cluster_token="t",
        **changes,
    )
    if scheme == "https":
        flags["peer_auto_tls"] = "true"
    return flags, peer


def record(bench, port, target="n1"):
    kind = "_etcd-server-ssl" if bench.line == "3.4" else "_etcd-server"
    return f"{kind}._tcp 60 IN SRV 0 0 {port} {target}"


@scene("srv_not_found")
def dns_has_no_srv_records(bench, stores):
    flags, _ = named(bench)
    return bench.with_names(flags, "n1 60 IN A 127.0.0.1").ends().heard("ex.test")


@scene("srv_without_this_member")
def dns_record_has_another_port(bench, stores):
    flags, peer = named(bench)
    zone = (record(bench, peer + 1), "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).ends().heard("n1")


@scene("srv_without_this_member")
def dns_record_has_another_address(bench, stores):
    flags, peer = named(bench)
    zone = (record(bench, peer, "n2"), "n1 60 IN A 127.0.0.1", "n2 60 IN A 127.0.0.2")
    return bench.with_names(flags, *zone).ends().heard("n1")


@scene("srv_target_unknown")
def dns_target_has_no_address(bench, stores):
    flags, peer = named(bench)
    zone = (record(bench, peer, "gone"), "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).ends().heard("gone.ex.test")


@scene("name_not_resolved")
def dns_does_not_know_what_the_member_advertises(bench, stores):
    flags, peer = named(bench, host="zz.ex.test")
    zone = (record(bench, peer), "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).ends().heard("zz.ex.test")


@scene("srv_not_found", ("3.4",))
def dns_over_plain_http_where_that_can_not_work(bench, stores):
    (peer,) = free_ports(1)
    flags = bench.member("n1", discovery_srv="ex.test")
    zone = (f"_etcd-server._tcp 60 IN SRV 0 0 {peer} n1", "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).ends().heard("ex.test")


@scene("name_server_fails")
def dns_server_fails(bench, stores):
    flags, _ = named(bench)
    etcd = bench.with_names(flags, "n1 60 IN A 127.0.0.1", mood="servfail")
    return etcd.ends().heard("server misbehaving")


@scene("name_server_fails")
def dns_server_is_silent(bench, stores):
    flags, _ = named(bench)
    etcd = bench.with_names(flags, "n1 60 IN A 127.0.0.1", mood="silent")
    return etcd.ends().heard("i/o timeout")


@scene("srv_record_twice")
def dns_has_one_record_twice(bench, stores):
    flags, peer = named(bench)
    other = record(bench, peer).replace("SRV 0 0", "SRV 5 0")
    zone = (record(bench, peer), other, "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).ends().heard(f"n1.ex.test:{peer}")


@scene("srv_scheme_differs", FROM_3_5)
def dns_records_are_of_the_other_scheme(bench, stores):
    flags, peer = named(bench)
    zone = (
        f"_etcd-server-ssl._tcp 60 IN SRV 0 0 {peer} n1",
        "n1 60 IN A 127.0.0.1",
    )
    etcd = bench.with_names(flags, *zone).ends()
    return etcd.heard(f"https://n1.ex.test:{peer}", f"http://n1.ex.test:{peer}")


@scene("name_not_resolved")
def static_peer_has_a_name_that_nobody_knows(bench, stores):
    flags = bench.member(initial_advertise_peer_urls="http://n1.ex.test:2380")
    flags["initial_cluster"] = "a=http://127.0.0.1:2380"
    etcd = bench.with_names(flags)
    return etcd.says("failed to resolve").heard("n1.ex.test")


# etcd leaves it out and forms a smaller cluster: only the panel's own look notices.
@scene("")
def dns_one_target_of_two_has_no_address(bench, stores):
    flags, peer = named(bench)
    zone = (record(bench, peer), record(bench, peer, "gone"), "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).says(READY).heard()


@scene("")
def dns_that_is_right(bench, stores):
    flags, peer = named(bench)
    zone = (record(bench, peer), "n1 60 IN A 127.0.0.1")
    return bench.with_names(flags, *zone).says(READY).heard()
