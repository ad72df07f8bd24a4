"""The life of one panel, told in order: each test goes on where the last ended."""

import itertools
import os
import re
import signal
import stat
import threading

import psutil
import pytest

from etcdpanel.up.listener import PORT_TAKEN
from etcdpanel.up.lock import ANOTHER_PANEL
from tests.up.panels import alive, until

pytestmark = pytest.mark.xdist_group("panel")


def test_the_first_start_prints_an_address_and_a_password(panel):
    panel.start()

    assert f"http://127.0.0.1:{panel.port}" in panel.output
    assert re.search(r"login  admin / \S{20}  \(shown only now\)", panel.output)
    assert panel.ask("/healthz")[0] == 200


def test_static_files_are_named_by_their_content_and_kept_for_ever(panel):
    _, page, _ = panel.ask("/accounts/login/")

    style = re.search(r"/static/[\w./-]+\.[0-9a-f]{12}\.css", page)[0]
    status, content, headers = panel.ask(style)

    assert (status, bool(content)) == (200, True)
    assert "immutable" in headers["Cache-Control"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "StreamingHttpResponse" not in (panel.home.logs / "web.log").read_text()


def test_nobody_else_may_read_its_home(panel):
    home = panel.home
    private = (home.secret_key, home.broker_url, home.broker / "valkey.conf")

    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_the_password_of_the_broker_is_not_among_its_arguments(panel):
    password = (panel.home.broker / "password").read_text()

    commands = [psutil.Process(pid).cmdline() for pid in panel.pids().values()]

    assert password not in str(commands)


def test_its_parent_has_not_loaded_django(panel):
    parent = psutil.Process(panel.process.pid)

    assert parent.memory_info().rss < 35 * 1024 * 1024


def test_a_second_panel_on_its_home_is_refused_with_pid_and_address(panel):
    second = panel.command("run")

    assert second.returncode == ANOTHER_PANEL
    assert f"pid {panel.process.pid}, http://127.0.0.1:{panel.port}" in second.stderr
    assert panel.ask("/healthz")[0] == 200


def test_a_panel_of_another_home_is_told_who_has_the_port(panel, stranger):
    stranger.environment["ETCDPANEL_PORT"] = str(panel.port)

    refused = stranger.command("run")

    assert refused.returncode == PORT_TAKEN
    assert f"Port {panel.port} on 127.0.0.1 is taken by pid" in refused.stderr
    assert f"ETCDPANEL_PORT={panel.port + 1}" in refused.stderr


def test_while_web_is_started_again_a_browser_waits_and_is_not_refused(panel):
    killed = panel.pids()["web"]
    answers = []

    os.kill(killed, signal.SIGKILL)
    browser = threading.Thread(target=lambda: answers.append(panel.ask("/healthz")[0]))
    browser.start()
    panel.replaced("web", killed)
    browser.join()

    assert answers == [200]
    assert "web was killed by SIGKILL" in panel.output


def test_a_killed_worker_is_replaced_with_all_of_its_pool(panel):
    killed = panel.pids()["worker"]
    until(lambda: len(psutil.Process(killed).children()) == 2)
    pool = psutil.Process(killed).children()

    os.kill(killed, signal.SIGKILL)
    panel.replaced("worker", killed)

    until(lambda: not any(alive(child.pid) for child in pool))


def test_a_killed_broker_comes_back_at_the_same_address(panel):
    address = panel.home.broker_url.read_text()
    killed = panel.pids()["broker"]

    os.kill(killed, signal.SIGKILL)
    panel.replaced("broker", killed)

    assert panel.home.broker_url.read_text() == address


def test_the_next_panel_ends_what_a_killed_parent_left(panel):
    left = panel.pids()
    panel.process.kill()
    panel.process.wait()
    assert all(alive(pid) for pid in left.values())

    panel.start()

    assert not any(alive(pid) for pid in left.values())
    assert not set(left.values()) & set(panel.pids().values())
    assert "Ending what a killed panel left: broker" in panel.output


def test_the_password_is_printed_once(panel):
    assert "login  as before" in panel.output
    assert "shown only now" not in panel.output


def test_ctrl_c_stops_web_then_beat_then_the_worker_and_last_the_broker(panel):
    pids = [panel.pids()[name] for name in ("broker", "worker", "beat", "web")]

    panel.process.send_signal(signal.SIGINT)

    for later, earlier in itertools.pairwise(pids):
        until(lambda pid=later: not alive(pid))
        assert not alive(earlier)
    assert panel.process.wait(timeout=10) == 0
    until(lambda: "The panel has stopped. Members keep running." in panel.output)
    assert panel.pids() == {}
