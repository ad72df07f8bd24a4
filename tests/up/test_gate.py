import os

import pytest

from etcdpanel.up.gate import VARIABLE, Gate, pass_through


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.open()
    os.close(gate.readable)


def arrive(gate, monkeypatch):
    """As a child does: with its own copy of the descriptor."""
    monkeypatch.setenv(VARIABLE, str(os.dup(gate.readable)))
    pass_through()


def test_who_comes_early_waits_until_it_opens(gate, monkeypatch):
    child = os.fork()
    if child == 0:
        os.close(gate.writable)
        arrive(gate, monkeypatch)
        os._exit(0)
    waited = os.waitpid(child, os.WNOHANG)

    gate.open()

    assert waited == (0, 0)
    assert os.waitpid(child, 0) == (child, 0)


def test_who_is_started_again_later_goes_through_at_once(gate, monkeypatch):
    gate.open()

    for _ in range(2):
        arrive(gate, monkeypatch)


def test_without_a_launcher_there_is_none(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    pass_through()
