import os
import signal
import threading
import time

import pytest

from etcdpanel.home import Home
from etcdpanel.up import records, supervisor
from etcdpanel.up.child import Part, python
from etcdpanel.up.supervisor import Pulse, Supervisor
from etcdpanel.up.wake import STOPS, Wake
from tests.up.panels import alive, until

SLEEPS = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def wake():
    """Its handlers are this process's: they are given back."""
    before = {number: signal.getsignal(number) for number in (*STOPS, signal.SIGCHLD)}
    wake = Wake()
    yield wake
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(wake.readable)
    os.close(wake.writable)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.make()
    return home


@pytest.fixture
def parent(home, wake):
    parent = Supervisor(home, wake)
    yield parent
    for child in parent.children.values():
        child.kill()


def part(home, name, code=SLEEPS, stop_seconds=30.0):
    return Part(name, python("-c", code), home.logs / f"{name}.log", stop_seconds)


def test_a_worker_that_takes_no_message_is_replaced(parent, home, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENCE", 0.2)
    parent.start(part(home, "worker"))
    parent.start(part(home, "beat"))
    silent = parent.children["worker"].pid

    parent.until(lambda: False, 0.3)
    parent.look()

    assert parent.children["worker"].pid not in {0, silent}
    assert not alive(silent)


def test_a_worker_that_takes_messages_is_left_alone(parent, home, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENCE", 0.2)
    parent.start(part(home, "worker"))
    parent.start(part(home, "beat"))
    busy = parent.children["worker"].pid

    for _ in range(4):
        parent.until(lambda: False, 0.1)
        home.worker_pulse.touch()
        os.utime(home.worker_pulse, ns=(0, time.monotonic_ns()))
        parent.look()

    assert parent.children["worker"].pid == busy


def test_a_worker_is_not_blamed_while_nobody_sends_anything(parent, home, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENCE", 0.1)
    parent.start(part(home, "worker"))
    idle = parent.children["worker"].pid

    parent.until(lambda: False, 0.2)
    parent.look()

    assert parent.children["worker"].pid == idle


def test_a_clock_that_jumps_makes_no_worker_silent(tmp_path):
    pulse = Pulse(tmp_path / "worker_pulse")
    pulse.path.touch()
    os.utime(pulse.path, (0, 0))

    assert pulse.silence(since=time.monotonic()) < 1


def test_what_runs_is_noted_for_the_next_start(parent, home):
    parent.start(part(home, "web"))

    noted = {record.name: record.pid for record in records.read(home)}

    assert noted == {"web": parent.children["web"].pid}


def test_who_ignores_the_request_to_stop_is_ended_after_its_time(parent, home):
    parent.start(part(home, "web", STUBBORN, stop_seconds=0.2))
    until(lambda: "ready" in (home.logs / "web.log").read_text())
    pid = parent.children["web"].pid

    parent.stop(after={})

    assert not alive(pid)
    assert not records.exist(home)


def test_asking_a_second_time_ends_the_waiting(parent, home, wake):
    parent.start(part(home, "web", STUBBORN))
    until(lambda: "ready" in (home.logs / "web.log").read_text())
    os.kill(os.getpid(), signal.SIGINT)
    again = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    began = time.monotonic()

    again.start()
    parent.stop(after={})

    assert 0.2 <= time.monotonic() - began < 20
