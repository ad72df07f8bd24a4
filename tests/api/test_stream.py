"""The log of an operation arrives live: every line, once, in order, at once."""

import asyncio
import random
import statistics
import sys
import threading
import time
from functools import partial

import pytest
from celery import current_app
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client

from clusters import wakeup
from clusters.api import stream
from clusters.models import ApiToken, Operation
from tests.api.serving import Broker, Web, follow, free_port, in_threads
from tests.api.test_operations import plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def broker():
    broker = Broker().start()
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def web(django_db_setup, django_db_blocker, broker):
    with django_db_blocker.unblock():
        web = Web(broker.url).start()
    yield web
    web.stop()


@pytest.fixture(scope="module")
def lonely_web(django_db_setup, django_db_blocker):
    """A web process whose broker is away."""
    with django_db_blocker.unblock():
        web = Web(f"redis://127.0.0.1:{free_port()}/0").start()
    yield web
    web.stop()


@pytest.fixture
def bell(broker, monkeypatch):
    """What this process announces reaches the broker."""
    monkeypatch.setattr(current_app.conf, "broker_url", broker.url)
    wakeup._begin_anew()
    yield
    wakeup._begin_anew()


@pytest.fixture
def log(create):
    return create("shop")


def wait(seconds):
    threading.Event().wait(seconds)


def eventually(true, seconds=5.0):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        wait(0.05)


def write_and_ring(log, count, pause):
    """Be the worker: lines in bursts, then the end."""
    for number in range(count):
        log.write(*(f"line {number}.{n}" for n in range(random.choice((1, 1, 3)))))
        wakeup.announce(log.id)
        if pause:
            wait(random.random() * pause)
    log.write("the last")
    log.end()
    wakeup.announce(log.id)


def later(seconds, call):
    wait(seconds)
    return call()


# The whole log


def test_what_is_over_is_told_whole_and_the_stream_closes(web, log, token):
    log.write(*map(str, range(1200)))  # more than one slice
    log.end()
    log.operation.cluster.delete()

    with web.stream(log, token) as opened:
        told = list(opened)
        closed = time.monotonic()

    assert closed - told[-1].at < 1.5  # it does not look once more
    assert opened.answer.headers["Content-Type"] == "text/event-stream"
    assert [each.number for each in told if each.kind == "line"] == [*range(1, 1202)]
    assert [each.kind for each in told[-2:]] == ["progress", "end"]
    assert told[-2].content["cluster_exists"] is False
    assert told[-1].content == {"state": "succeeded"}
    assert {each.number for each in told if each.kind != "line"} == {None}


@pytest.mark.parametrize("way", ["header", "query", "both"])
def test_a_stream_goes_on_after_a_line(web, log, token, way):
    log.write(*map(str, range(9)))
    log.end()
    headers = {} if way == "query" else {"Last_Event_ID": "7"}
    query = {"header": "", "query": "?after=7", "both": "?after=2"}[way]

    with web.stream(log, token, query, **headers) as opened:
        assert opened.lines() == [8, 9, 10]


def test_a_stream_after_the_last_line_is_told_only_the_end(web, log, token):
    log.end()

    with web.stream(log, token, Last_Event_ID="99") as opened:
        assert [told.kind for told in opened] == ["progress", "end"]


def test_every_line_comes_once_and_in_order_to_all_who_come_and_go(
    web, log, token, bell
):
    random.seed(7)
    readers = [
        partial(follow, web, log, token, rest=random.Random(n) if n % 2 else None)
        for n in range(8)
    ]

    _, *told = in_threads(
        partial(write_and_ring, log, 150, 0.03),
        *(partial(later, random.random() * 2, read) for read in readers),
    )

    last = Operation.objects.get().last_event
    assert last > 150
    for numbers in told:
        assert numbers == [*range(1, last + 1)]


def test_fifty_readers_see_the_same(web, log, token, bell):
    readers = [partial(follow, web, log, token) for _ in range(50)]

    _, *told = in_threads(partial(write_and_ring, log, 20, 0.05), *readers)

    last = Operation.objects.get().last_event
    assert told == [[*range(1, last + 1)]] * 50


# At once


def latencies(web, log, token, count):
    """From the commit of a line to its arrival, in milliseconds."""
    written = {}
    with web.stream(log, token) as opened:
        opened.until(log.write("ready"))
        wait(0.3)  # the listener has its subscription

        def write():
            for _ in range(count):
                wait(0.01 + random.random() * 0.02)
                number = log.write("line")
                written[number] = time.monotonic()
                wakeup.announce(log.id)

        last = 2 + count
        _, told = in_threads(write, lambda: opened.until(last))
    return sorted(
        (each.at - written[each.number]) * 1000
        for each in told
        if each.number in written
    )


def test_a_line_arrives_within_milliseconds(web, log, token, bell, capsys):
    times = latencies(web, log, token, 200)

    p50, p99 = statistics.median(times), times[int(len(times) * 0.99) - 1]
    with capsys.disabled():
        sys.stdout.write(f"\nline to stream: p50 {p50:.1f} ms, p99 {p99:.1f} ms\n")
    assert len(times) == 200
    assert p50 < 250  # a tenth of it on an idle machine


def test_progress_is_told_when_a_step_changes_and_not_for_a_line(web, log, token, bell):
    plan(log)

    def write():
        wait(0.5)
        log.write("only a line")
        wakeup.announce(log.id)
        wait(0.5)
        log.step(0, state="running")
        wakeup.announce(log.id)
        wait(0.5)
        log.end("failed")
        wakeup.announce(log.id)

    with web.stream(log, token) as opened:
        _, told = in_threads(write, lambda: list(opened))

    progress = [each.content for each in told if each.kind == "progress"]
    assert [p["state"] for p in progress] == ["queued", "queued", "failed"]
    assert [p["steps"][0]["state"] for p in progress] == [
        "queued",
        "running",
        "running",
    ]
    assert [each.kind for each in told].count("line") == 2


# Without a broker


def test_without_a_broker_every_line_comes_all_the_same(lonely_web, log, token):
    began = time.monotonic()

    _, told = in_threads(
        partial(write_and_ring, log, 20, 0.1), partial(follow, lonely_web, log, token)
    )

    last = Operation.objects.get().last_event
    assert told == [*range(1, last + 1)]
    assert time.monotonic() - began < 10


def test_a_broker_that_goes_and_comes_loses_nothing(log, token, monkeypatch):
    broker = Broker().start()
    monkeypatch.setattr(current_app.conf, "broker_url", broker.url)
    wakeup._begin_anew()
    web = Web(broker.url).start()
    try:
        with web.stream(log, token) as opened:
            opened.until(1)
            broker.stop()
            number = log.write("while it is away")
            wakeup.announce(log.id)
            told = opened.until(number)
            assert told[-1].number == number

            broker.start()
            eventually(lambda: _fast(opened, log), 15)
            log.end()
            assert [each.kind for each in opened][-1] == "end"
    finally:
        web.stop()
        broker.stop()
        wakeup._begin_anew()


def _fast(opened, log):
    """Does a line come by the bell, sooner than by a look?"""
    number = log.write("is it back?")
    began = time.monotonic()
    wakeup.announce(log.id)
    opened.until(number)
    return time.monotonic() - began < 0.2


# Who may look, and for how long


def test_without_a_login_there_is_no_stream(web, log):
    with web.stream(log) as opened:
        assert opened.answer.status == 401
        assert opened.answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("given", ["x", "-1", "1.5", str(2**31), "9" * 5000])
def test_a_last_line_that_is_no_number_is_refused(web, log, token, given):
    with web.stream(log, token, Last_Event_ID=given) as opened:
        assert opened.answer.status == 400


def _disable_user():
    get_user_model().objects.update(is_active=False)


def _delete_token():
    ApiToken.objects.all().delete()


def _end_sessions():
    Session.objects.all().delete()


def _change_password():
    user = get_user_model().objects.get()
    user.set_password("quite another one")
    user.save()


def session_of(user):
    client = Client()
    client.force_login(user)
    return "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())


@pytest.mark.parametrize(
    ("how", "end_access"),
    [
        ("token", _disable_user),
        ("token", _delete_token),
        ("session", _disable_user),
        ("session", _end_sessions),
        ("session", _change_password),
    ],
)
def test_a_stream_ends_when_its_reader_may_no_longer(
    web, log, user, token, how, end_access
):
    headers = {} if how == "token" else {"Cookie": session_of(user)}
    with web.stream(log, token if how == "token" else None, **headers) as opened:
        assert opened.answer.status == 200
        opened.until(1)
        end_access()
        began = time.monotonic()
        rest = list(opened)

    assert time.monotonic() - began < 5
    assert "end" not in [told.kind for told in rest]


# What an open stream costs


def test_waiting_streams_hold_no_connection_to_the_database(web, log, token):
    streams = [web.stream(log, token) for _ in range(20)]
    try:
        for opened in streams:
            opened.until(1)
        held = []
        for _ in range(40):
            held.append(web.database_connections())
            wait(0.05)
    finally:
        for opened in streams:
            opened.close()

    assert min(held) == 0
    assert max(held) <= 4  # the two that look, each perhaps with its journal


def test_a_stream_ends_at_once_when_its_reader_goes(web, log, token):
    streams = [web.stream(log, token) for _ in range(10)]
    for opened in streams:
        opened.until(1)
    streaming = web.threads()

    for opened in streams:
        opened.close()

    eventually(lambda: web.threads() <= streaming - 8, 5)


def test_in_silence_a_comment_keeps_the_line_open(log, monkeypatch):
    monkeypatch.setattr(stream, "PING_SECONDS", 0.2)
    monkeypatch.setattr(stream, "LOOK_WITHOUT_BELL_SECONDS", 0.1)

    class Always:
        """Access that holds."""

        def holds(self):
            return True

    async def read():
        parts = []
        opened = stream.lines(log.operation.pk, 0, Always())
        async for part in opened:
            parts.append(part)
            if part.startswith(b":"):
                break
        assert stream.LISTENER.count == 1
        await opened.aclose()
        return parts

    parts = asyncio.run(read())

    assert parts[0] == b"retry: 1000\n\n"
    assert parts[1].startswith(b"id: 1\nevent: line\ndata: {")
    assert parts[-1] == b": ping\n\n"
    assert stream.LISTENER.count == 0


def test_asking_for_the_headers_alone_opens_no_stream(api, log):
    answer = api.client.head(
        f"/api/v1{log.path}/events/", headers={"Accept": "text/event-stream"}
    )

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"


def test_streams_beyond_all_bounds_are_put_off(api, log, monkeypatch):
    monkeypatch.setattr("clusters.api.events.MOST_STREAMS", 0)

    answer = api.get(f"{log.path}/events/", Accept="text/event-stream")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "10"
