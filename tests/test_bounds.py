"""A body beyond all bounds is turned away while it comes in."""

import http.client
import json

import psutil
import pytest

from tests.api.serving import Web, free_port

MIB = 1024 * 1024
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        web = Web(f"redis://127.0.0.1:{free_port()}/0").start()
    yield web
    web.stop()


def post(web, headers, parts):
    """Send until the server has enough; what it says, and how much it took."""
    wire = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
    sent = 0
    try:
        wire.putrequest("POST", "/api/v1/clusters/")
        for name, value in headers.items():
            wire.putheader(name, value)
        wire.endheaders()
        for part in parts:
            try:
                wire.send(part)
            except (BrokenPipeError, ConnectionResetError):
                break
            sent += len(part)
        try:
            answer = wire.getresponse()
        except ConnectionResetError:
            return None, None, sent
        return answer.status, json.loads(answer.read()), sent
    finally:
        wire.close()


def test_a_length_beyond_all_bounds_is_refused_before_anything_is_read(web):
    status, told, _ = post(web, {"Content-Length": str(10 * 1024 * MIB)}, [])

    assert (status, told["code"]) == (413, "body_too_large")


def test_a_body_without_end_is_cut_off(web):
    chunk = b"%x\r\n%s\r\n" % (64 * 1024, b"x" * 64 * 1024)
    disk = psutil.Process(web.process.pid).io_counters().write_bytes

    status, told, _ = post(web, {"Transfer-Encoding": "chunked"}, [chunk] * 2000)

    # The server may cut the line before its answer was read.
    assert status in (413, None)
    assert told is None or told["code"] == "body_too_large"
    written = psutil.Process(web.process.pid).io_counters().write_bytes - disk
    assert written < 8 * MIB


def test_a_body_within_bounds_is_let_through_to_the_login(web):
    body = b"x" * MIB

    status, told, _ = post(web, {"Content-Length": str(MIB)}, [body])

    assert (status, told["code"]) == (401, "not_authenticated")
