import socket
import threading
import time

from clusters.etcd.peers import await_peer_answer

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


def listening(port=0):
    return socket.create_server(("127.0.0.1", port))


def answer_once(server, after=0.0):
    def answer():
        threading.Event().wait(after)
        wire, _ = server.accept()
        with wire:
            wire.recv(4096)
            wire.sendall(ANSWER)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    return thread


def address(server):
    return "{}:{}".format(*server.getsockname())


def test_a_member_that_serves_its_peers_answers_at_once():
    with listening() as server:
        thread = answer_once(server)
        began = time.monotonic()
        assert await_peer_answer(address(server), 10)
        assert time.monotonic() - began < 5
        thread.join()


def test_one_that_only_holds_its_port_is_waited_for_and_its_first_answer_counts():
    with listening() as server:
        thread = answer_once(server, after=0.2)
        assert await_peer_answer(address(server), 10)
        thread.join()


def test_one_that_never_answers_is_given_up_in_time():
    with listening() as server:
        began = time.monotonic()
        assert not await_peer_answer(address(server), 0.4)
        assert 0.35 < time.monotonic() - began < 5


def test_a_port_that_is_bound_later_is_found():
    with listening() as server:
        port = server.getsockname()[1]
    opened = []

    def open_later():
        threading.Event().wait(0.2)
        opened.append(listening(port))
        answer_once(opened[0]).join()

    thread = threading.Thread(target=open_later, daemon=True)
    thread.start()
    assert await_peer_answer(f"127.0.0.1:{port}", 10)
    thread.join()
    opened[0].close()


def test_whoever_hangs_up_without_a_word_is_asked_again():
    """As the proxy of an engine does for a container that does not listen yet."""
    with listening() as server:

        def hang_up_first():
            wire, _ = server.accept()
            wire.close()

        threading.Thread(target=hang_up_first, daemon=True).start()
        thread = answer_once(server, after=0.1)
        assert await_peer_answer(address(server), 10)
        thread.join()
