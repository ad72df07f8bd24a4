"""Ports of this machine, tried as etcd would bind them."""

import os
import socket

import pytest

from clusters.core.errors import BackendError
from clusters.drivers.ports import taken_ports
from tests.drivers.place import free_ports


def test_free_ports_are_not_named():
    assert taken_ports("127.0.0.1", list(free_ports(5))) == {}


def test_a_port_that_is_listened_at_is_named_with_program_and_pid():
    with socket.create_server(("127.0.0.1", next(free_ports(1)))) as server:
        port = server.getsockname()[1]
        owners = taken_ports("127.0.0.1", [port, *free_ports(2)])
    assert list(owners) == [port]
    assert f"(pid {os.getpid()})" in owners[port]


def test_a_port_that_is_listened_at_on_every_address_is_taken_on_this_one():
    with socket.create_server(("0.0.0.0", next(free_ports(1)))) as server:
        port = server.getsockname()[1]
        assert list(taken_ports("127.0.0.1", [port])) == [port]


def test_a_port_of_an_outgoing_connection_is_taken():
    mine, theirs = free_ports(2)
    with (
        socket.create_server(("127.0.0.1", theirs)),
        socket.create_connection(
            ("127.0.0.1", theirs), source_address=("127.0.0.1", mine)
        ),
    ):
        assert list(taken_ports("127.0.0.1", [mine])) == [mine]


def test_a_port_whose_last_connection_only_lingers_is_free():
    with socket.create_server(("127.0.0.1", next(free_ports(1)))) as server:
        port = server.getsockname()[1]
        client = socket.create_connection(("127.0.0.1", port))
        served, _ = server.accept()
        served.close()  # the side that closes first lingers
        client.close()
    assert taken_ports("127.0.0.1", [port]) == {}


def test_an_address_of_another_machine_is_told_as_such():
    with pytest.raises(BackendError) as refusal:
        taken_ports("192.0.2.1", [23791])
    assert refusal.value.code == "address_not_here"
    assert "192.0.2.1" in str(refusal.value.text)
    assert refusal.value.advice
