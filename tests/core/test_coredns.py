"""The files of the name server that the panel runs."""

from clusters.core.coredns import corefile, zone_file
from clusters.core.zone import Zone, ZoneMember

ZONE = Zone(
    domain="ex.test",
    members=(ZoneMember(name="etcd1", fqdn="etcd1.ex.test", address="10.213.7.11"),),
)


def test_it_answers_for_the_domain_and_asks_others_for_the_rest():
    assert corefile("ex.test") == (
        "ex.test:53 {\n"
        "    file /etc/coredns/zone\n"
        "    errors\n"
        "}\n"
        ".:53 {\n"
        "    forward . /etc/resolv.conf\n"
        "    errors\n"
        "}\n"
    )


def test_the_zone_has_a_name_server_whose_name_no_member_can_have():
    assert zone_file(ZONE, 7, "10.213.7.2") == (
        "ex.test. 30 IN SOA ns.dns.ex.test. hostmaster.ex.test. 7 3600 600 86400 30\n"
        "ex.test. 30 IN NS ns.dns.ex.test.\n"
        "ns.dns.ex.test. 30 IN A 10.213.7.2\n"
        "_etcd-server._tcp.ex.test. 30 IN SRV 0 0 2380 etcd1.ex.test.\n"
        "_etcd-client._tcp.ex.test. 30 IN SRV 0 0 2379 etcd1.ex.test.\n"
        "etcd1.ex.test. 30 IN A 10.213.7.11\n"
    )
