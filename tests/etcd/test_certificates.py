"""Whom a connection trusts, told by a server whose certificate a test made."""

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest

from clusters.etcd.certificates import system_roots, whoever_answers
from tests.drivers.docker_world import free_ports
from tests.meeting.certificates import make_certificates


@contextmanager
def server(made):
    """Shows its certificate to whoever comes, and says nothing."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.cert("server"), made.key("server"))
    with socket.create_server(("127.0.0.1", free_ports(1)[0])) as listener:

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    greet(context, connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def greet(context, connection):
    try:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(1)
    except OSError:
        return


@pytest.mark.parametrize("host", ["127.0.0.1", "other.example"])
def test_a_certificate_is_taken_with_a_name_that_stands_in_it(tmp_path, host):
    made = make_certificates(tmp_path, host)
    with server(made) as port:
        text, name = whoever_answers("127.0.0.1", port, 5.0)
    assert text.split() == made.cert("server").read_text().split()
    assert name == host


def test_what_speaks_no_tls_is_an_error_of_the_system():
    with socket.create_server(("127.0.0.1", free_ports(1)[0])) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(OSError, match="timed out"):
            whoever_answers("127.0.0.1", port, 0.2)


def test_the_roots_are_those_that_the_machine_names(tmp_path, monkeypatch):
    bundle = tmp_path / "roots.pem"
    bundle.write_text("the machine's own")
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert system_roots() == "the machine's own"


def test_without_a_name_the_usual_places_are_read(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/roots.pem")
    assert system_roots() == "" or "BEGIN CERTIFICATE" in system_roots()
