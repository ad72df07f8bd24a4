import os
import time

import psutil
import pytest

from etcdpanel.up import child as children
from etcdpanel.up.child import Child, Part, last_lines, python, rotate
from tests.up.panels import alive, until


def part(tmp_path, code):
    return Part("web", python("-c", code), tmp_path / "web.log", stop_seconds=5)


def test_the_first_restart_is_immediate_and_the_next_ones_wait_longer(tmp_path):
    child = Child(part(tmp_path, "raise SystemExit(7)"))
    waits = []

    for _ in range(4):
        child.start()
        until(child.ended)
        waits.append(round(child.due - time.monotonic(), 1))

    assert waits == pytest.approx([0.0, 0.5, 1.0, 2.0], abs=0.11)


def test_no_wait_is_longer_than_ten_seconds():
    assert max(children.DELAYS) == children.DELAYS[-1] == 10


def test_who_lived_long_enough_is_started_again_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "SETTLED", 0.0)
    child = Child(part(tmp_path, "pass"))
    child.deaths = 5

    child.start()
    until(child.ended)

    assert child.due <= time.monotonic()


def test_an_end_is_told_in_words(tmp_path):
    child = Child(part(tmp_path, "import os; os.kill(os.getpid(), 9)"))
    child.start()

    assert until(child.ended).startswith("was killed by SIGKILL after 0 s")


def test_what_a_dead_child_left_in_its_group_ends_with_it(tmp_path):
    code = (
        "import subprocess, sys;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(p.pid, flush=True); raise SystemExit(1)"
    )
    child = Child(part(tmp_path, code))
    child.start()
    until(lambda: child.process.poll() is not None)
    grandchild = int(child.part.log.read_text().split()[0])

    until(child.ended)

    until(lambda: not alive(grandchild))


def test_members_in_a_session_of_their_own_outlive_the_worker(tmp_path):
    code = (
        "import subprocess, sys;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
        " start_new_session=True);"
        "print(p.pid, flush=True); import signal; signal.pause()"
    )
    child = Child(part(tmp_path, code))
    child.start()
    member = psutil.Process(
        int(until(lambda: child.part.log.exists() and child.part.log.read_text()))
    )

    child.kill()
    survived = alive(member.pid)
    member.kill()

    assert survived


def test_a_log_keeps_one_older_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(children, "LARGEST_LOG", 10)
    log = tmp_path / "web.log"
    log.write_text("0123456789")

    rotate(log)

    assert log.read_text() == ""
    assert (tmp_path / "web.log.1").read_text() == "0123456789"


def test_the_last_lines_of_a_log_leave_out_the_empty_ones(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("one\ntwo\n\nthree\n\n")

    assert last_lines(log, 2) == ["two", "three"]
    assert last_lines(tmp_path / "none.log", 2) == []


def test_a_child_is_in_a_session_of_its_own(tmp_path):
    child = Child(part(tmp_path, "import signal; signal.pause()"))
    child.start()
    session = os.getsid(child.pid)
    pid = child.pid
    child.kill()

    assert session == pid
