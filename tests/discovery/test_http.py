"""Questions over HTTP to what is slow, endless, or no server at all."""

import socket
import ssl
import threading

import pytest

from clusters.core.errors import Unavailable
from clusters.core.text import say
from clusters.discovery.http import LONGEST_ANSWER, MOST_QUOTED, Caller
from tests.discovery.raw_server import (
    answer,
    drips,
    is_silent,
    pours,
    raw_server,
    says,
    says_and_closes,
)
from tests.drivers.docker_world import free_ports
from tests.meeting.certificates import make_certificates

ENDLESS = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def silence(reason):
    return Unavailable(say("silent: {reason}", reason=reason), code="silent")


@pytest.fixture
def caller():
    with Caller(0.5, silence) as caller:
        yield caller


def reason_of(caller, url):
    with pytest.raises(Unavailable) as error:
        caller.get(url)
    return str(error.value)


def test_an_answer_is_read_whole(caller):
    with raw_server(says(answer("hello", "201 Created"))) as server:
        found = caller.get(f"{server.url}/a?b=c")
    assert (found.status, found.text, found.is_cut) == (201, "hello", False)
    assert server.asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


def test_a_form_is_sent_as_members_send_it(caller):
    with raw_server(says(answer("", "201 Created"))) as server:
        caller.put(server.url, {"value": "a=http://b"})
        caller.delete(server.url)
    put, delete = server.asked
    assert put.endswith(b"value=a%3Dhttp%3A%2F%2Fb")
    assert b"application/x-www-form-urlencoded" in put
    assert delete.startswith(b"DELETE / ")


def test_an_endless_body_is_cut(caller):
    with raw_server(pours(ENDLESS)) as server:
        found = caller.get(server.url)
    assert (len(found.body), found.is_cut) == (LONGEST_ANSWER, True)


def test_a_body_that_announces_gigabytes_is_cut(caller):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"
    with raw_server(pours(head)) as server:
        assert caller.get(server.url).is_cut


def test_a_body_that_claims_to_be_packed_is_never_unpacked(caller):
    packed = answer(
        b"\x1f\x8b" + b"\0" * 100, "200 OK", "text/plain", "Content-Encoding: gzip"
    )
    with raw_server(says(packed)) as server:
        assert caller.get(server.url).body.startswith(b"\x1f\x8b")


@pytest.mark.parametrize(
    "reply",
    [
        ENDLESS,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        CHUNKED + b"ffff\r\n",
        b"HTTP/1.1 200 OK\r\nX: a",
        b"HTTP/1.1 2",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
)
def test_bytes_that_drip_do_not_lengthen_the_wait(caller, reply):
    with raw_server(drips(reply)) as server:
        assert "no whole answer came within 0.5 seconds" in reason_of(
            caller, server.url
        )


def test_silence_is_told(caller):
    with raw_server(is_silent) as server:
        reason = reason_of(caller, server.url)
        server.is_over.set()
    assert "no whole answer came within 0.5 seconds" in reason


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        CHUNKED + b"4\r\nhalf\r\n",
    ],
)
def test_a_connection_that_is_closed_in_the_middle_is_told(caller, reply):
    with raw_server(says_and_closes(reply)) as server:
        assert "it closed the connection" in reason_of(caller, server.url)


@pytest.mark.parametrize(
    "reply", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x16\r\n"]
)
def test_what_does_not_speak_http_is_told(caller, reply):
    with raw_server(says_and_closes(reply)) as server:
        assert "what it says is not HTTP" in reason_of(caller, server.url)


def test_nobody_at_the_port_is_told(caller):
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    assert "nobody listens there" in reason_of(caller, url)


def test_a_name_that_nobody_knows_is_told(caller):
    assert "no name server knows" in reason_of(caller, "http://nobody.invalid")


def test_a_certificate_of_a_stranger_is_told(caller, tmp_path):
    made = make_certificates(tmp_path, "127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.cert("server"), made.key("server"))
    with socket.create_server(("127.0.0.1", free_ports(1)[0])) as listener:

        def serve():
            connection, _ = listener.accept()
            with connection, pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        assert "TLS failed: " in reason_of(caller, url)
        thread.join()


def test_a_redirect_is_not_followed(caller):
    with raw_server(says(answer("secret"))) as elsewhere:
        reply = answer("", "302 Found", "text/plain", f"Location: {elsewhere.url}/")
        with raw_server(says(reply)) as server:
            found = caller.get(server.url)
    assert found.is_redirect
    assert elsewhere.connections == 0


def test_a_name_that_leads_to_a_link_local_address_is_asked_nothing(
    caller, monkeypatch
):
    with raw_server(says(answer("secret"))) as server:

        class Pretended(socket.socket):
            def getpeername(self):
                return ("169.254.169.254", 80)

        monkeypatch.setattr(socket, "socket", Pretended)
        reason = reason_of(caller, server.url)
    assert "169.254.169.254 is not dialled" in reason
    assert server.asked == []


def test_a_cookie_is_not_kept(caller):
    reply = answer("x", "200 OK", "text/plain", "Set-Cookie: a=b; Path=/")
    with raw_server(says(reply)) as server:
        for _ in range(2):
            caller.get(server.url)
    assert all(b"cookie" not in asked.lower() for asked in server.asked)


def test_nothing_is_taken_from_the_environment(monkeypatch, caller):
    nobody = f"http://127.0.0.1:{free_ports(1)[0]}"
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, nobody)
    with raw_server(says(answer("hello"))) as server, Caller(1, silence) as fresh:
        assert fresh.get(server.url).text == "hello"


def test_what_was_said_is_quoted_short_and_clean(caller):
    words = "a\x1b[31m\u202e" + "b" * 9000
    with raw_server(says(answer(words))) as server:
        quoted = str(caller.get(server.url).as_said)
    assert quoted.isprintable()
    assert quoted.startswith("it says 200: a")
    assert len(quoted) <= MOST_QUOTED + len("it says 200: ")


def test_of_a_page_only_the_status_is_said(caller):
    reply = answer("<script>alert(1)</script>", "403 Forbidden", "text/html")
    with raw_server(says(reply)) as server:
        assert str(caller.get(server.url).as_said) == "it says 403"
