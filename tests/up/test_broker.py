import socket

from etcdpanel.home import Home
from etcdpanel.up import broker


def test_the_port_of_last_time_is_taken_again_when_it_is_free(tmp_path):
    kept = tmp_path / "port"

    first = broker.choose_port(kept)

    assert first < 32768
    assert broker.choose_port(kept) == first


def test_a_port_that_a_stranger_took_meanwhile_is_given_up(tmp_path):
    kept = tmp_path / "port"
    first = broker.choose_port(kept)

    with socket.create_server(("127.0.0.1", first)):
        assert broker.choose_port(kept) != first


def test_a_file_that_it_cannot_read_is_moved_away_not_deleted(tmp_path):
    home = Home(tmp_path)
    folder = home.broker / "appendonlydir"
    folder.mkdir(parents=True)
    (folder / "appendonly.aof").write_text("nonsense")

    away = broker.set_aside(home)

    assert not folder.exists()
    assert (away / "appendonly.aof").read_text() == "nonsense"


def test_nothing_is_moved_when_there_is_nothing(tmp_path):
    assert broker.set_aside(Home(tmp_path)) is None


def test_who_has_no_broker_yet_rings_where_nobody_listens(tmp_path):
    assert Home(tmp_path).embedded_broker() == "redis://127.0.0.1:1/0"
