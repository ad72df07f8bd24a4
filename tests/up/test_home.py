import stat
from concurrent.futures import ThreadPoolExecutor

from etcdpanel.home import Home, kept_secret, write_private


def test_a_secret_is_made_once_and_kept(tmp_path):
    path = tmp_path / "secret_key"

    first = kept_secret(path)

    assert len(first) >= 50
    assert kept_secret(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_start_at_the_same_moment_share_one_secret(tmp_path):
    path = tmp_path / "secret_key"

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept_secret(path), range(32)))

    assert len(found) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["secret_key"]


def test_a_home_that_others_could_read_is_closed(tmp_path):
    tmp_path.chmod(0o755)

    Home(tmp_path).make()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_private_file_is_replaced_whole(tmp_path):
    path = tmp_path / "broker_url"
    write_private(path, "long old content")

    write_private(path, "new")

    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["broker_url"]
