import socket

import pytest

from etcdpanel.up import listener
from etcdpanel.up.console import LaunchError


@pytest.mark.parametrize(
    ("bind", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("::", "http://[::1]:8000"),
        ("10.1.2.3", "http://10.1.2.3:8000"),
    ],
)
def test_the_address_is_one_that_a_browser_here_can_open(bind, address):
    assert listener.address(bind, 8000) == address


def test_who_sits_at_the_machine_needs_no_tunnel(monkeypatch):
    monkeypatch.delenv("SSH_CONNECTION", raising=False)

    assert listener.tunnel("127.0.0.1", 8000) == ""


def test_who_came_by_ssh_gets_the_line_that_brings_the_panel_to_them(monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.9 50000 192.0.2.1 22")
    monkeypatch.setenv("USER", "ana")

    line = listener.tunnel("127.0.0.1", 8000)

    assert line == "ssh -L 8000:127.0.0.1:8000 ana@192.0.2.1"


def test_an_address_that_this_machine_does_not_have_is_named():
    with pytest.raises(LaunchError, match=r"ETCDPANEL_BIND=192\.0\.2\.1"):
        listener.listen("192.0.2.1", 20999)


def test_the_port_is_held_while_nobody_answers_on_it():
    with listener.listen("127.0.0.1", 0) as held:
        socket.create_connection(held.getsockname(), timeout=1).close()
