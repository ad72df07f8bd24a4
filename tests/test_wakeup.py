"""The bell between workers and live streams: never in the way, never trusted."""

import asyncio
import os
import signal
import socket
import threading
import time
from contextlib import asynccontextmanager

import pytest
from celery import current_app
from redis import Redis

from clusters import wakeup
from tests.api.serving import Broker, free_port


@pytest.fixture(scope="module")
def broker():
    broker = Broker().start()
    yield broker
    broker.stop()


@pytest.fixture
def use(monkeypatch):
    """Name the broker of this process."""

    def begin_anew():
        wakeup._announcer._waiting.clear()  # its thread lives on, with nothing to say
        wakeup._begin_anew()

    def name(url):
        monkeypatch.setattr(current_app.conf, "broker_url", url)
        begin_anew()

    yield name
    begin_anew()


@pytest.fixture
def heard(broker, use):
    """Does this arrive at the broker? (Earlier tests may still be talking.)"""
    use(broker.url)
    with Redis.from_url(broker.url) as client, client.pubsub() as ear:
        ear.subscribe(wakeup.CHANNEL)
        ear.get_message(timeout=5)

        def arrives(expected):
            while message := ear.get_message(timeout=5):
                if message["data"].decode() == expected:
                    return True
            return False

        yield arrives


def took(call):
    began = time.monotonic()
    call()
    return time.monotonic() - began


def announce_often():
    for number in range(500):
        wakeup.announce(str(number))


# Announcing


def test_what_is_announced_arrives(heard):
    wakeup.announce("a")
    assert heard("a")
    wakeup.announce("b")
    assert heard("b")


def test_a_dead_broker_costs_nothing(use):
    use(f"redis://127.0.0.1:{free_port()}/0")

    assert took(announce_often) < 0.5


def test_a_broker_that_never_answers_costs_nothing(use):
    with socket.create_server(("127.0.0.1", free_port())) as silent:
        use(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")

        assert took(announce_often) < 0.5


@pytest.mark.parametrize("url", ["memory://", "", "nonsense", "redis://:x@[/0"])
def test_a_broker_that_is_no_redis_is_left_alone(use, url):
    use(url)

    assert took(announce_often) < 0.5


def test_what_waits_for_a_dead_broker_is_bounded(use):
    use(f"redis://127.0.0.1:{free_port()}/0")

    for number in range(5 * wakeup.MOST_WAITING):
        wakeup.announce(str(number))

    assert len(wakeup._announcer._waiting) <= wakeup.MOST_WAITING


def test_a_broker_that_comes_back_is_found_again(use):
    broker = Broker()
    use(broker.url)
    wakeup.announce("lost")
    broker.start()
    try:
        with Redis.from_url(broker.url) as client, client.pubsub() as ear:
            ear.subscribe(wakeup.CHANNEL)
            ear.get_message(timeout=5)
            deadline = time.monotonic() + 10
            while (message := ear.get_message(timeout=0.2)) is None:
                assert time.monotonic() < deadline
                wakeup.announce("found")
            assert message["data"] == b"found"
    finally:
        broker.stop()


def test_a_broker_that_restarted_misses_nothing_afterwards(use):
    broker = Broker().start()
    use(broker.url)
    try:
        for _ in range(2):
            with Redis.from_url(broker.url) as client, client.pubsub() as ear:
                ear.subscribe(wakeup.CHANNEL)
                ear.get_message(timeout=5)
                wakeup.announce("once")
                assert ear.get_message(timeout=5)["data"] == b"once"
            broker.stop()
            broker.start()
    finally:
        broker.stop()


def test_many_threads_share_one_connection(heard, broker):
    with Redis.from_url(broker.url) as client:
        before = len(client.client_list())

    threads = [threading.Thread(target=announce_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wakeup.announce("done")
    assert heard("done")

    with Redis.from_url(broker.url) as client:
        assert len(client.client_list()) == before + 1


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # from 3.12 on
def test_a_forked_child_announces_by_itself(heard):
    wakeup.announce("parent")
    assert heard("parent")

    child = os.fork()
    if child == 0:
        wakeup.announce("child")
        threading.Event().wait(2)
        os._exit(0)
    assert heard("child")
    wakeup.announce("parent again")
    assert heard("parent again")
    assert os.waitpid(child, 0)[1] == 0


def test_a_socket_of_the_file_system_is_a_broker_too(use, tmp_path):
    use(f"redis+socket://{tmp_path}/broker.sock?virtual_host=0")

    assert wakeup.broker_url() == f"unix://{tmp_path}/broker.sock?virtual_host=0"


# Listening


@asynccontextmanager
async def listening():
    listener = wakeup.Listener()
    try:
        yield listener
    finally:
        if listener._task:
            listener._task.cancel()
            await asyncio.gather(listener._task, return_exceptions=True)


async def connected(listener, seconds=10.0):
    async with asyncio.timeout(seconds):
        while not listener.is_connected:
            await asyncio.sleep(0.01)


async def emptied(*watches):
    """Let the ring that tells of a new connection pass."""
    for watch in watches:
        await watch.wait(0.1)


def test_a_ring_wakes_all_streams_of_its_operation_and_no_other(use, broker):
    use(broker.url)

    async def listen():
        async with listening() as listener:
            with (
                listener.watch("a") as one,
                listener.watch("a") as two,
                listener.watch("b") as other,
            ):
                await connected(listener)
                await emptied(one, two, other)
                wakeup.announce("a")
                return await asyncio.gather(one.wait(5), two.wait(5), other.wait(0.5))

    assert asyncio.run(listen()) == [True, True, False]


def test_a_ring_between_two_waits_is_not_lost(use, broker):
    use(broker.url)

    async def listen():
        async with listening() as listener:
            with listener.watch("a") as watch:
                await connected(listener)
                await emptied(watch)
                wakeup.announce("a")
                await asyncio.sleep(0.3)
                return await watch.wait(0.1), await watch.wait(0.1)

    assert asyncio.run(listen()) == (True, False)


def test_many_streams_are_one_subscription(use, broker):
    use(broker.url)

    async def listen():
        async with listening() as listener:
            with listener.watch("a"), listener.watch("b"), listener.watch("c"):
                await connected(listener)
                with Redis.from_url(broker.url) as client:
                    return len(client.client_list(_type="pubsub"))

    assert asyncio.run(listen()) == 1


def test_without_a_broker_a_wait_times_out(use):
    use(f"redis://127.0.0.1:{free_port()}/0")

    async def listen():
        async with listening() as listener:
            with listener.watch("a") as watch:
                await watch.wait(0.2)  # the ring of the first gap
                return await watch.wait(0.3), listener.is_connected

    assert asyncio.run(listen()) == (False, False)


def test_without_a_redis_there_is_nothing_to_listen_to(use):
    use("memory://")

    async def listen():
        async with listening() as listener:
            with listener.watch("a") as watch:
                return await watch.wait(0.2), listener._task.done()

    assert asyncio.run(listen()) == (False, True)


def test_everybody_is_rung_when_the_broker_goes_and_when_it_comes(use):
    broker = Broker().start()
    use(broker.url)

    async def listen():
        async with listening() as listener:
            with listener.watch("a") as watch:
                await connected(listener)
                await emptied(watch)
                broker.stop()
                gone = await watch.wait(5), listener.is_connected
                await asyncio.to_thread(broker.start)
                while not listener.is_connected:
                    await watch.wait(5)
                await emptied(watch)
                wakeup._begin_anew()
                wakeup.announce("a")
                return gone, await watch.wait(5)

    try:
        assert asyncio.run(listen()) == ((True, False), True)
    finally:
        broker.stop()


def test_a_broker_that_froze_is_noticed(use, monkeypatch):
    monkeypatch.setattr(wakeup, "QUIET", 0.3)
    broker = Broker().start()
    use(broker.url)

    async def listen():
        async with listening() as listener:
            with listener.watch("a") as watch:
                await connected(listener)
                await asyncio.sleep(1)  # silent, but alive
                alive = listener.is_connected
                await emptied(watch)
                os.kill(broker.process.pid, signal.SIGSTOP)
                rung = await watch.wait(5)
                return alive, rung, listener.is_connected

    try:
        assert asyncio.run(listen()) == (True, True, False)
    finally:
        os.kill(broker.process.pid, signal.SIGCONT)
        broker.stop()


def test_nothing_is_kept_of_a_stream_that_ended(use, broker):
    use(broker.url)

    async def listen():
        async with listening() as listener:
            for number in range(100):
                with listener.watch(str(number)):
                    assert listener.count == 1
            return listener.count, listener._watches

    assert asyncio.run(listen()) == (0, {})
