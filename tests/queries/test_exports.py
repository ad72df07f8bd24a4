import pytest
import yaml

from clusters.core.errors import NotFoundError, SpecError
from clusters.core.identity import as_hex
from clusters.models import Cluster, Host
from clusters.queries.exports import FORMATS, export
from tests.builders import cluster_row, host_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster():
    return cluster_row("demo", version="3.6.16")


def test_a_compose_file_says_what_it_is_and_can_be_read(cluster):
    shown = export("demo", "compose")
    assert (shown.format, shown.media) == ("compose", "application/yaml")
    ((name, text),) = shown.files
    assert (name, shown.text) == ("compose.yml", text)
    assert text.startswith("# The cluster demo, etcd 3.6.16. It runs without the panel")
    read = yaml.safe_load(text)
    assert read["name"] == "demo"
    assert read["services"]["etcd3"]["ports"] == [
        "127.0.0.1:20002:2379",
        "127.0.0.1:20012:2380",
    ]
    assert read["services"]["etcd1"]["image"] == "quay.io/coreos/etcd:v3.6.16"


def test_the_image_is_that_of_the_host():
    host = host_row(image_repository="mine.local/etcd")
    cluster_row("demo", host=host, version="3.6.16")
    read = yaml.safe_load(export("demo", "compose").text)
    assert read["services"]["etcd1"]["image"] == "mine.local/etcd:v3.6.16"


def test_every_engine_has_a_file_of_its_own(cluster):
    other = host_row("second")
    member = cluster.members.get(name="etcd2")
    member.host = other
    member.save()
    Cluster.objects.update(network="overlay")
    files = dict(export("demo", "compose").files)
    assert [*files] == ["compose.docker.yml", "compose.second.yml"]
    assert [*yaml.safe_load(files["compose.second.yml"])["services"]] == ["etcd2"]


def test_commands_are_one_script(cluster):
    shown = export("demo", "commands")
    assert (shown.media, shown.files[0][0]) == ("text/x-shellscript", "demo.sh")
    assert shown.text.count("docker run ") == 3


def test_units_are_one_file_a_member(cluster):
    shown = export("demo", "systemd")
    assert [name for name, _ in shown.files] == [
        f"demo-etcd{number}.service" for number in (1, 2, 3)
    ]
    assert shown.text.startswith("# demo-etcd1.service\n[Unit]\n")


def test_a_cluster_without_a_domain_has_records_for_its_clients(cluster):
    ((name, text),) = export("demo", "zone").files
    assert name == "demo.internal.zone"
    assert text.splitlines() == [
        *(
            f"_etcd-client._tcp.demo.internal. 60 IN SRV 0 0 {port}"
            f" etcd{number}.demo.internal."
            for number, port in ((1, 20000), (2, 20001), (3, 20002))
        ),
        *(f"etcd{number}.demo.internal. 60 IN A 127.0.0.1" for number in (1, 2, 3)),
    ]


def test_a_cluster_of_a_domain_has_the_records_it_met_by():
    ticket = {"domain": "a.test", "dns": "external"}
    cluster = cluster_row("demo", version="3.7.3", bootstrap="dns_srv", ticket=ticket)
    for number, member in enumerate(cluster.members.all(), start=1):
        member.address = f"10.9.0.{number}"
        member.save()
    ((name, text),) = export("demo", "zone").files
    assert name == "a.test.zone"
    assert "_etcd-server._tcp.a.test. 60 IN SRV 0 0 2380 etcd2.a.test." in text
    assert "etcd2.a.test. 60 IN A 10.9.0.2" in text


def test_processes_can_leave_in_every_form():
    cluster_row("demo", host=host_row("local", "process"), version="3.6.16")
    assert Host.objects.get().kind == "process"
    for written in FORMATS:
        assert export("demo", written).text
    assert 'network_mode: "host"' in export("demo", "compose").text


def test_an_unknown_form_is_refused_with_those_there_are(cluster):
    with pytest.raises(SpecError) as error:
        export("demo", "helm")
    (problem,) = error.value.problems
    assert (problem.field, problem.code) == ("format", "format_unknown")
    assert str(problem.text) == "Choose one of: compose, commands, systemd, zone."


def test_an_unknown_cluster_is_not_found():
    with pytest.raises(NotFoundError):
        export("nobody", "compose")


def test_the_same_identity_is_written_that_the_panel_predicts(cluster):
    text = export("demo", "compose").text
    assert "--initial-cluster-token=demo" in text
    assert as_hex(cluster.to_spec().predicted_cluster_id())
