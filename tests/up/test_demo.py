"""Which place `make demo` takes, and what it tells; its real life is a scenario."""

import pytest

from etcdpanel.up import demo
from etcdpanel.up.console import LaunchError

DOCKER = {
    "name": "docker",
    "kind": "docker",
    "usable": True,
    "reason": "",
    "cure": "",
    "default_version": "3.7.3",
}
LOCAL = {**DOCKER, "name": "local", "kind": "process", "default_version": "3.5.1"}


class Door:
    """The panel's REST, as far as a demo uses it; `fails` names places."""

    def __init__(self, *hosts, fails=()):
        self.answers = [list(hosts)]
        self.fails = fails
        self.asked = []

    def results(self, path):
        if path == "/hosts/":
            return self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        return [{"message": "create member etcd1"}, {"message": "it was refused"}]

    def call(self, method, path, body):
        self.asked.append(body)
        return {"operation": body["hosts"][0]}

    def get(self, path):
        place = path.split("/")[2]
        bad = place in self.fails
        return {
            "id": place,
            "state": "failed" if bad else "succeeded",
            "steps": [],
            "finished_at": "now",
            "explanation": "No such image." if bad else "",
            "advice": "Name another." if bad else "",
        }


def test_docker_comes_first(capsys):
    door = Door(LOCAL, DOCKER)

    demo.create(door)

    assert [body["hosts"] for body in door.asked] == [["docker"]]
    assert "3 members of etcd 3.7.3 as containers" in capsys.readouterr().out


def test_without_docker_it_says_why_and_takes_processes(capsys):
    absent = {**DOCKER, "usable": False, "reason": "No socket.", "cure": "Start it."}
    door = Door(LOCAL, absent)

    demo.create(door)

    assert [body["hosts"] for body in door.asked] == [["local"]]
    assert "Not on docker: No socket. Start it." in capsys.readouterr().out


def test_a_corrupting_release_is_accepted_aloud(capsys):
    door = Door(LOCAL)

    demo.create(door)

    assert door.asked[0]["accept"] == ["release_corrupting"]
    assert "it can corrupt data" in capsys.readouterr().out


def test_a_good_release_needs_no_accepting(capsys):
    door = Door({**LOCAL, "default_version": "3.6.16"})

    demo.create(door)

    assert door.asked[0]["accept"] == []
    assert "corrupt" not in capsys.readouterr().out


def test_what_fails_on_docker_is_tried_as_processes(capsys):
    door = Door(LOCAL, DOCKER, fails=("docker",))

    demo.create(door)

    assert [body["hosts"] for body in door.asked] == [["docker"], ["local"]]
    told = capsys.readouterr().out
    assert "It did not work on docker: Operation failed: No such image." in told


def test_what_fails_on_the_last_place_is_told_with_its_log():
    door = Door(LOCAL, fails=("local",))

    with pytest.raises(LaunchError, match=r"No such image\. Name another\.") as caught:
        demo.create(door)

    assert caught.value.evidence == ("create member etcd1", "it was refused")


def test_with_no_place_at_all_there_is_no_demo():
    door = Door({**LOCAL, "usable": False, "reason": "No etcd.", "cure": "Get one."})

    with pytest.raises(LaunchError, match="no place to run etcd"):
        demo.create(door)


def test_it_waits_until_every_place_was_looked_at():
    door = Door()
    door.answers = [[{**DOCKER, "usable": None}, LOCAL], [DOCKER, LOCAL]]

    assert demo.looked_at(door) == [DOCKER, LOCAL]
