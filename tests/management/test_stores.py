"""The commands of discovery stores and of their tokens."""

import io
import re
import sys

import pytest

from clusters.actions import discovery_tokens
from clusters.core.meeting import StoreAccess
from clusters.core.text import say
from clusters.models import Cluster, DiscoveryToken, Observation, Operation, Store
from tests.management.conftest import Terminal

URL = re.compile(r"http://[a-z0-9.]+:\d+/v2/keys/_etcd/registry/[0-9a-f]{32}\n")
CANARY = "canary-7c1e"


@pytest.fixture
def meet(manage, host):
    """`create_store meet --host world` and what the test adds."""

    def ask(*more, **how):
        words = ("create_store", "meet", "--host", "world", "--version", "3.5.35")
        return manage(*words, *more, **how)

    return ask


@pytest.fixture
def ours(manage, db):
    done = manage("create_store", "ours", "--protocol", "v3", "--member-url", THEIRS)
    assert done.code == 0, done.err
    return Store.objects.get(name="ours")


THEIRS = "http://10.0.0.5:2379"


# Stores


def test_one_that_the_panel_runs_begins_with_an_operation(meet):
    done = meet("--client-port", "23790", "--peer-port", "23800", "--anonymous")
    operation = Operation.objects.get()
    assert (done.code, done.err) == (0, "")
    assert f"operation {operation.pk}" in done.out
    member = Cluster.objects.get().members.get()
    assert (member.client_port, member.peer_port) == (23790, 23800)
    assert Store.objects.get().anonymous


def test_waiting_ends_with_the_store_in_a_table(meet, worker):
    done = meet("--wait")
    assert (done.code, done.err) == (0, "")
    headings, row = done.out.splitlines()[-2:]
    assert headings.split()[:2] == ["NAME", "PROTOCOL"]
    assert row.split()[:2] == ["meet", "v2"]


def test_waiting_tells_programs_the_whole_store(meet, worker):
    answer = meet("--wait", "--json").json()
    assert answer["state"] == "succeeded"
    assert answer["store"]["name"] == "meet"
    assert answer["store"]["is_managed"]


def test_each_problem_is_a_line_at_its_option(manage, host):
    done = manage("create_store", "B A", "--protocol", "v2", "--host", "nowhere")
    assert done.code == 2
    fields = [line.split(":")[0] for line in done.err.splitlines()]
    assert "name" in fields
    assert "host" in fields
    assert not Store.objects.exists()


def test_one_that_is_there_is_remembered(ours, manage):
    assert (ours.member_url, ours.protocol) == (THEIRS, "v3")
    assert not Operation.objects.exists()


def test_secrets_come_from_files_and_are_never_printed(manage, db, tmp_path):
    files = []
    for name in ("password", "ca", "cert", "key"):
        path = tmp_path / name
        path.write_text(f"{CANARY}-{name}\n")
        files += [f"--{name}-file", str(path)]
    words = ("--protocol", "v3", "--member-url", THEIRS, "--user", "panel", *files)
    done = manage("create_store", "ours", *words, "--json")
    assert (done.code, done.json()["has_login"]) == (0, True)
    assert CANARY not in done.out + done.err + manage("list_stores", "--json").out
    assert Store.objects.get().access == StoreAccess(
        user="panel",
        password=f"{CANARY}-password",
        ca=f"{CANARY}-ca\n",
        cert=f"{CANARY}-cert\n",
        key=f"{CANARY}-key\n",
    )


def test_a_password_may_come_on_standard_input(manage, db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    words = ("--protocol", "v3", "--member-url", THEIRS, "--user", "panel")
    manage("create_store", "ours", *words, "--password-file", "-")
    assert Store.objects.get().access.password == "secret"


def test_a_file_that_is_not_there_is_named(manage, db, tmp_path):
    gone = str(tmp_path / "gone")
    done = manage("create_store", "a", "--member-url", THEIRS, "--ca-file", gone)
    assert done.code == 2
    assert done.err.startswith(f"ca-file: {gone} can not be read")


def test_the_list_says_where_each_is_and_why_one_can_not_be_used(manage, ours):
    facts = {
        "code": "x",
        "reason": say("No answer.").as_json(),
        "cure": say("Start it.").as_json(),
    }
    Observation.keep("unusable", facts, store=ours)
    done = manage("list_stores")
    _headings, row, why = done.out.splitlines()
    assert row.split()[:4] == ["ours", "v3", "unusable", "-"]
    assert THEIRS in row
    assert why == "ours: No answer. Start it."
    (found,) = manage("list_stores", "--json").json()
    assert (found["name"], found["usable"]) == ("ours", False)


def test_a_store_that_is_being_made_says_so(manage, meet):
    meet()
    assert manage("list_stores").out.splitlines()[1].split()[2] == "creating"


@pytest.mark.parametrize("words", [[], ["--confirm", "b"], ["--json"]])
def test_without_the_right_name_nothing_goes(manage, ours, words):
    done = manage("delete_store", "ours", *words)
    assert done.code == 2
    assert "Type ours to confirm" in done.out + done.err
    assert Store.objects.exists()


def test_one_of_ones_own_is_forgotten(manage, ours):
    done = manage("delete_store", "ours", "--confirm", "ours")
    assert (done.code, done.err) == (0, "")
    assert done.out == "ours is forgotten; it goes on without the panel.\n"
    assert not Store.objects.exists()


def test_at_a_terminal_it_asks_for_the_name(manage, ours, monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal("ours\n"))
    done = manage("delete_store", "ours", "--json")
    assert done.code == 2
    done = manage("delete_store", "ours")
    assert "ours holds 0 fresh tokens." in done.out
    assert done.code == 0


def test_one_that_the_panel_runs_goes_with_all_it_holds(manage, meet, worker, world):
    meet("--wait")
    done = manage("delete_store", "meet", "--confirm", "meet", "--wait")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "meet is deleted."
    assert not Store.objects.exists()
    assert world.things()["instances"] == []


def test_one_is_kept_while_members_register_there(manage, meet, create):
    meet()
    Operation.objects.update(state="succeeded")
    create()
    Cluster.objects.filter(name="a").update(ticket={"store": "meet"})
    done = manage("delete_store", "meet", "--confirm", "meet")
    assert done.code == 3
    assert "Members of a are registering in meet just now." in done.err


def test_a_store_that_is_not_there(manage, db):
    done = manage("delete_store", "nix", "--confirm", "nix")
    assert (done.code, done.err) == (2, "name: There is no discovery store nix.\n")


# Tokens


def test_a_token_is_printed_and_nothing_else(manage, meet, worker):
    meet("--wait")
    done = manage("new_token", "--store", "meet", "--size", "5")
    assert (done.code, done.err) == (0, "")
    assert URL.fullmatch(done.out)
    assert DiscoveryToken.objects.get().size == 5
    found = manage("new_token", "--json").json()
    assert (found["size"], found["state"]) == (3, "fresh")


def test_members_elsewhere_name_the_host_as_they_reach_it(manage, meet, worker):
    meet("--wait")
    Cluster.objects.update(bind_address="0.0.0.0")
    done = manage("new_token", "--reached-as", "box.example")
    assert done.out.startswith("http://box.example:")
    odd = manage("new_token", "--reached-as", "a b")
    assert odd.code == 2
    assert odd.err.startswith("reached-as: ")


def test_without_a_worker_a_token_is_a_failure_not_bad_input(manage, meet, monkeypatch):
    monkeypatch.setattr(discovery_tokens, "LONGEST_WAIT", 0.0)
    meet()
    done = manage("new_token")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("There is no token yet: No worker answered in time.")
    assert manage("new_token", "--size", "0").code == 2


def test_tokens_are_listed_with_who_registered(manage, ours):
    rows = [{"member_id": "a1", "name": "etcd1", "peer_urls": []}]
    DiscoveryToken.objects.create(
        mode="discovery_v3",
        store=ours,
        place="ours",
        size=3,
        address="t1",
        registrations=rows,
        cluster_name="shop",
    )
    _headings, row = manage("list_tokens").out.splitlines()
    assert row.split()[:6] == ["fresh", "ours", "1", "of", "3:", "etcd1"]
    assert row.endswith("t1")
    (found,) = manage("list_tokens", "--store", "ours", "--json").json()
    assert (found["cluster"], found["address"]) == ("shop", "t1")
    assert manage("list_tokens", "--store", "other", "--json").json() == []
    assert manage("list_tokens", "--limit", "0").err.startswith("limit: Choose from 1")
