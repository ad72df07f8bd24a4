"""A person asks for a cluster in the admin site."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from clusters.models import Cluster, Member, Operation
from tests.admin.conftest import ADD, Staff


@pytest.fixture
def send(root, hosts):
    """Fill the form in as it comes, with what the test says, and press Create."""

    def press(**changes):
        key = root.get(ADD).value_of("key")
        known = {"key": key, "name": "a", "size": 3, "bootstrap": "static"}
        return root.post(ADD, **{**known, "hosts": ["local"], **changes})

    return press


def test_the_form_becomes_an_operation_and_leads_to_its_page(send):
    page = send()
    operation = Operation.objects.get()
    assert page.leads_to == f"/operations/{operation.pk}/"
    assert (operation.actor_name, operation.via) == ("root", "admin")
    assert Cluster.objects.get().name == "a"
    assert Member.objects.count() == 3


def test_every_advanced_field_reaches_the_definition(send):
    send(
        version="3.6.16",
        hosts=["docker"],
        cluster_token="etcd-cluster",
        member_names="x, y z",
        client_ports="23001,23002 23003",
        peer_ports="23011, 23012, 23013",
        image="mirror.example/etcd:v3.6.16",
        network="office",
        option_heartbeat_interval="50",
        option_pre_vote="false",
        option_auto_compaction_mode="periodic",
        option_auto_compaction_retention="1h",
        keep_on_failure="on",
    )
    cluster = Cluster.objects.get()
    assert (cluster.version, cluster.token) == ("3.6.16", "etcd-cluster")
    assert (cluster.image, cluster.network) == ("mirror.example/etcd:v3.6.16", "office")
    assert cluster.options == {
        "heartbeat_interval": 50,
        "pre_vote": False,
        "auto_compaction_mode": "periodic",
        "auto_compaction_retention": "1h",
    }
    members = Member.objects.values_list("name", "client_port", "peer_port")
    assert list(members) == [
        ("x", 23001, 23011),
        ("y", 23002, 23012),
        ("z", 23003, 23013),
    ]
    assert Operation.objects.get().keep


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "Bad_Name", "begin with a letter"),
        ("name", "new", "reserved"),
        ("size", "9", "Choose 1, 3, 5 or 7"),
        ("version", "3.9.9", "not a release this panel knows"),
        ("hosts", [], "Choose at least one host"),
        ("member_names", "x,x,y", "etcd would take them for one"),
        ("client_ports", "1,2", "2 ports for 3 members"),
        ("client_ports", "a,b,c", "Use numbers"),
        ("bind_address", "here", "Use an IP address"),
        ("network", "office", "no network of their own"),
        ("option_heartbeat_interval", "1", "from 10 to 10000"),
        ("option_auto_compaction_retention", "soon", "1h or 30m"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_written(
    send, field, value, words
):
    page = send(**{field: value})
    assert page.status == 200
    assert words in page.error_at(field)
    assert not Cluster.objects.exists()
    assert not Operation.objects.exists()


def test_a_collapsed_part_with_an_error_is_open(send):
    page = send(client_ports="1,2")
    assert 'id="fieldset-0-1-heading"' in page.html
    advanced = page.html.split('id="fieldset-0-1-heading"')[0]
    assert advanced.count("<details>") == 0


def test_a_warning_brings_a_box_and_the_ticked_box_lets_it_pass(send):
    page = send(size=4, bind_address="0.0.0.0")
    assert "4 members need 3 to agree" in page.error_at("size")
    assert page.boxes("accept") == ["size_even", "published_beyond_loopback"]
    page = send(size=4, bind_address="0.0.0.0", accept=page.boxes("accept"))
    assert page.leads_to
    assert Cluster.objects.get().accepted == ["size_even", "published_beyond_loopback"]


def test_an_accepted_warning_keeps_its_box_while_something_else_is_wrong(send):
    page = send(size=4, name="Bad", accept=["size_even"])
    assert page.boxes("accept") == ["size_even"]
    assert not page.error_at("size")


def test_without_a_warning_there_is_no_box(root, hosts):
    assert root.get(ADD).boxes("accept") == []


def test_a_taken_name_stands_at_the_name(send, idle):
    idle("a")
    assert "already" in send().error_at("name")
    assert Operation.objects.count() == 1


def test_a_name_that_is_just_being_made_names_who_makes_it(send, ask):
    operation = ask("a")
    page = send()
    assert "(command) started create of a" in page.error_at_top
    assert f"/operations/{operation.pk}/" in page.html


def test_pressing_twice_makes_one_operation(send, root):
    key = root.get(ADD).value_of("key")
    ports = {"client_ports": "23001,23002,23003", "peer_ports": "23011,23012,23013"}
    first, second = send(key=key, **ports), send(key=key, **ports)
    assert first.leads_to == second.leads_to != ""
    assert Operation.objects.count() == 1


def test_the_same_key_with_another_request_is_refused_at_the_top(send, root):
    key = root.get(ADD).value_of("key")
    send(key=key)
    assert "idempotency key" in send(key=key, name="b").error_at_top
    assert Cluster.objects.count() == 1


def test_a_host_that_can_not_be_used_says_why(root, hosts):
    hosts[1].observation.facts |= {
        "usable": False,
        "versions": [],
        "reason": {"text": "Its socket is not there.", "params": {}},
    }
    hosts[1].observation.save()
    assert "docker (docker): Its socket is not there." in root.get(ADD).text


@pytest.mark.django_db(transaction=True)
def test_two_people_who_take_one_name_at_once_get_one_cluster(root, hosts):
    """The loser reads a sentence, not a fault of the server."""
    start = Barrier(2)
    pages = []

    def press():
        person = Staff(root.user)
        key = person.get(ADD).value_of("key")
        start.wait()
        pages.append(
            person.post(
                ADD, key=key, name="a", size=3, bootstrap="static", hosts=["local"]
            )
        )
        connection.close()

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(page.status for page in pages) == [200, 302]
    loser = next(page for page in pages if page.status == 200)
    assert loser.error_at_top or loser.error_at("name")
    assert Cluster.objects.count() == Operation.objects.count() == 1
