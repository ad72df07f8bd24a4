"""`manage.py create_cluster`: what is asked, refused, shown and awaited."""

import json

import pytest
from django.core.management import load_command_class
from django.db import OperationalError

from clusters import actions
from clusters.core.request import DiscoveryRequest
from clusters.management import following, waiting
from clusters.management.asking import _language
from clusters.management.requests import request_from
from clusters.models import Cluster, Host, Member, Operation
from tests.management.conftest import Terminal


def test_it_asks_the_desk_and_says_which_operation(create):
    done = create()
    operation = Operation.objects.get()
    assert (done.code, done.err) == (0, "")
    assert f"operation {operation.pk}" in done.out
    assert (operation.actor_name, operation.via) == ("(command)", "command")


def test_for_programs_it_prints_the_operation_and_the_cluster(create):
    answer = create("--json").json()
    operation = Operation.objects.get()
    assert answer == {
        "operation": str(operation.pk),
        "cluster": "a",
        "kind": "create",
        "state": "queued",
    }


def test_every_argument_reaches_the_definition(create):
    words = (
        "--size 3 --version 3.6.16 --bootstrap static --token etcd-cluster"
        " --member-name x --member-name y --member-name z"
        " --client-port 23001 --client-port 23002 --client-port 23003"
        " --peer-port 23011 --peer-port 23012 --peer-port 23013"
        " --bind-address 0.0.0.0 --accept published_beyond_loopback"
        " --image mirror.example/etcd:v3.6.16 --network office --keep-on-failure"
        " --option heartbeat-interval=50 --option pre_vote=false"
        " --option=--auto-compaction-retention=1h"
    )
    assert create(*words.split()).code == 0
    cluster = Cluster.objects.get()
    assert (cluster.version, cluster.token) == ("3.6.16", "etcd-cluster")
    assert (cluster.image, cluster.network) == ("mirror.example/etcd:v3.6.16", "office")
    assert (cluster.bind_address, cluster.accepted) == (
        "0.0.0.0",
        ["published_beyond_loopback"],
    )
    assert cluster.options == {
        "heartbeat_interval": 50,
        "pre_vote": False,
        "auto_compaction_retention": "1h",
    }
    members = Member.objects.values_list("name", "client_port", "peer_port")
    assert list(members) == [
        ("x", 23001, 23011),
        ("y", 23002, 23012),
        ("z", 23003, 23013),
    ]
    assert Operation.objects.get().keep


def test_every_argument_of_discovery_reaches_the_request():
    command = load_command_class("clusters", "create_cluster")
    words = (
        "a --extra-members 2 --store meet --discovery-url u --discovery-token t"
        " --service s --domain d --service-name n --dns external --subnet 10.9.0.0/24"
        " --name-server 10.0.0.1 --name-server 10.0.0.2 --address 10.9.0.2"
    )
    given = command.create_parser("manage.py", "create_cluster").parse_args(
        words.split()
    )
    request = request_from(given)
    assert request.extra_members == 2
    assert request.discovery == DiscoveryRequest(
        store="meet",
        url="u",
        token="t",
        service="s",
        domain="d",
        service_name="n",
        dns="external",
        subnet="10.9.0.0/24",
        name_servers=("10.0.0.1", "10.0.0.2"),
        addresses=("10.9.0.2",),
    )


def test_a_plan_says_where_members_meet_and_what_the_zone_must_hold(create):
    words = "--bootstrap dns_srv --domain etcd.example --dry-run"
    done = create(*words.split())
    assert (done.code, done.err) == (0, "")
    assert "Members meet by dns_srv at etcd.example." in done.out
    assert "_etcd-server._tcp.etcd.example." in done.out


def test_what_is_wrong_with_discovery_stands_at_its_field(create):
    done = create("--bootstrap", "discovery_v2", "--version", "3.5.35")
    assert done.code == 2
    assert done.err.startswith("discovery.store: There is no discovery store for v2")


def test_hosts_are_taken_in_turn(create):
    Host.objects.create(name="other", kind="memory")
    create("--host", "other")
    hosts = Member.objects.values_list("host__name", flat=True)
    assert list(hosts) == ["world", "other", "world"]


def test_each_problem_is_a_line_and_nothing_is_written(create):
    done = create("--size", "9", "--option", "heartbeat-interval=x", name="Bad")
    assert (done.code, done.out) == (2, "")
    lines = done.err.splitlines()
    assert lines[0].startswith("name: Use a-z")
    assert lines[1] == "size: Choose 1, 3, 5 or 7 members."
    assert lines[2].startswith("options.heartbeat_interval: Use a whole number")
    assert not Cluster.objects.exists()


def test_problems_for_programs_stand_at_their_fields(create):
    done = create("--size", "4", "--json")
    answer = done.json()
    assert (done.code, done.err, answer["code"]) == (2, "", "size_even")
    assert answer["errors"]["size"][0]["can_accept"]


@pytest.mark.parametrize("option", ["heartbeat-interval", ""])
def test_an_option_without_a_value_is_refused(create, option):
    assert create("--option", option).err.startswith("option: Write KEY=VALUE")


def test_an_unknown_option_names_those_there_are(create):
    done = create("--option", "data-dir=/tmp")
    assert done.err.startswith("options.data_dir: data_dir is not an option")
    assert "heartbeat_interval" in done.err


def test_a_warning_says_how_to_accept_it(create):
    done = create("--size", "4")
    assert done.code == 2
    assert "To accept it: --accept size_even" in done.err
    assert create("--size", "4", "--accept", "size_even").code == 0


def test_while_something_runs_it_says_what_and_how_far(create):
    create()
    done = create()
    operation = Operation.objects.get()
    assert done.code == 3
    assert "(command) started create of a" in done.err
    assert "Wait for it to end, or cancel it." in done.err
    answer = create("--json").json()
    assert (answer["code"], answer["operation"]) == (
        "operation_running",
        str(operation.pk),
    )


def test_a_dry_run_prints_the_plan_and_writes_nothing(create):
    done = create("--dry-run", "--token", "etcd-cluster")
    assert done.code == 0
    assert "survives 1" in done.out
    assert "etcd1  ade526d28b1f92f7  world  127.0.0.1:23791" in done.out
    assert "start_member etcd1@world: not started" in done.out
    assert not Cluster.objects.exists()
    assert not Operation.objects.exists()


def test_a_dry_run_for_programs_has_the_whole_plan(create):
    plan = create("--dry-run", "--json").json()
    assert plan["name"] == plan["spec"]["name"] == "a"
    assert [member["name"] for member in plan["members"]] == ["etcd1", "etcd2", "etcd3"]
    assert plan["steps"][0]["kind"] == "check_host"


# Waiting for the end


def test_waiting_shows_each_line_and_ends_with_the_members(create, worker):
    done = create("--wait", "--token", "etcd-cluster")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("[0/0] ")
    assert "[1/15] " in done.out
    assert "[15/15] " in done.out
    assert "start_member etcd2: not started" in done.out
    assert "a: All members serve." in done.out
    table = done.out[done.out.index("NAME") :].splitlines()
    assert table[1].split()[:3] == ["etcd1", "ade526d28b1f92f7", "started"]
    assert len({line.index("world") for line in table[1:4]}) == 1
    assert table[4].startswith("etcdctl --endpoints=127.0.0.1:23791,")


def test_on_a_terminal_one_line_is_drawn_anew(create, worker, world):
    world.delay(0.05)
    done = create("--wait", on=Terminal)
    assert done.code == 0
    drawn = done.out.split("\r\x1b[K")
    assert drawn[1].startswith("[------------------------] 0/0  queued")
    assert any("etcd1" in line and line.startswith("[#") for line in drawn)
    assert all("\n" not in line for line in drawn[:-1])
    assert drawn[-1].startswith("a: All members serve.\n")


def test_waiting_for_programs_prints_one_answer(create, worker):
    done = create("--wait", "--json")
    answer = done.json()
    assert (done.code, answer["state"], answer["kind"]) == (0, "succeeded", "create")
    assert answer["operation"] == answer["id"] == str(Operation.objects.get().pk)
    assert {step["state"] for step in answer["steps"]} == {"succeeded"}
    assert [member["status"] for member in answer["members"]] == ["started"] * 3


def test_a_failure_says_what_why_what_to_do_and_shows_it(create, worker, world):
    world.add_volume("a-etcd1-data")
    done = create("--wait")
    assert done.code == 1
    assert done.err.splitlines()[0] == "create of a: rejected."
    assert "a-etcd1-data" in done.err
    assert len(done.err.splitlines()) >= 2


def test_the_last_words_of_a_member_are_its_evidence(create, worker, world):
    world.die_on_start("a-etcd2", ["panic: tocommit(7) is out of range"], times=99)
    done = create("--wait")
    assert done.code == 1
    assert "  | panic: tocommit(7) is out of range" in done.err


def test_a_failure_for_programs_has_the_same_and_exit_code_1(create, worker, world):
    world.add_volume("a-etcd1-data")
    done = create("--wait", "--json")
    assert (done.code, done.json()["state"]) == (1, "rejected")
    assert done.json()["code"] == "name_conflict"


def test_when_time_is_up_it_goes_on_and_says_how_to_look(create):
    done = create("--wait", "--timeout", "0.3")
    assert done.code == 4
    assert "Not over after 0.3 s; it is queued." in done.err
    assert "manage.py show_cluster a" in done.err
    assert Operation.objects.get().state == "queued"
    answer = create("--wait", "--timeout", "0.3", "--json", name="b")
    assert (answer.code, answer.json()["timed_out"]) == (4, True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("queued", "No worker has taken it yet; is the panel running?"),
        ("running", "Nothing has moved for"),
    ],
)
def test_silence_is_told_once(create, monkeypatch, state, words):
    monkeypatch.setattr(following, "UNTAKEN_SECONDS", 0.1)
    monkeypatch.setattr(following, "SILENT_SECONDS", 0.1)
    start = actions.create_cluster

    def started(*args):
        operation = start(*args)
        Operation.objects.update(state=state)
        return operation

    monkeypatch.setattr(actions, "create_cluster", started)
    done = create("--wait", "--timeout", "0.8")
    assert done.out.count(words) == 1


def test_a_worker_that_comes_late_is_no_longer_missed(create, monkeypatch, worker):
    monkeypatch.setattr(following, "UNTAKEN_SECONDS", 5)
    assert "No worker" not in create("--wait").out


def test_ctrl_c_ends_the_waiting_and_not_the_operation(create, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(waiting, "follow", interrupted)
    done = create("--wait")
    assert done.code == 130
    assert "The operation goes on." in done.err
    assert Operation.objects.get().state == "queued"


# The shell around it


def test_a_database_that_is_not_there_is_a_sentence(create, monkeypatch):
    def away(*_):
        raise OperationalError("no such table: clusters_cluster")

    monkeypatch.setattr(actions, "create_cluster", away)
    done = create()
    assert done.code == 1
    assert "can not be used: no such table" in done.err
    assert "Start the panel once" in done.err


@pytest.mark.parametrize(
    ("shell", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN"}, "zh-hans"),
    ],
)
def test_it_speaks_the_language_of_the_shell(monkeypatch, shell, language):
    for name, value in shell.items():
        monkeypatch.setenv(name, value)
    assert _language() == language


def test_answers_for_programs_are_json_whatever_happens(create):
    for words in ([], ["--size", "4"], ["--dry-run"], ["--host", "nowhere"]):
        json.loads(create("--json", *words).out)
