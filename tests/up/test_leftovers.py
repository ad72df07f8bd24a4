import subprocess
import sys
import time

import pytest

from etcdpanel.home import Home
from etcdpanel.up import leftovers, records
from tests.up.panels import alive

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)", "etcdpanel"]


@pytest.fixture
def left():
    process = subprocess.Popen(SLEEPS, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_process_is_known_by_its_id_and_its_start(left):
    found = list(leftovers.belonging(left.pid, time.time()))

    assert [process.pid for process in found] == [left.pid]


def test_who_got_the_id_of_another_later_is_left_alone(left):
    an_hour_ago = time.time() - 3600

    assert list(leftovers.belonging(left.pid, an_hour_ago)) == []


def test_what_is_recorded_is_ended_and_the_record_removed(left, tmp_path, monkeypatch):
    monkeypatch.setenv("ETCDPANEL_HOME", str(tmp_path))
    home = Home(tmp_path)
    records.write(home, {"web": left.pid})

    leftovers.main()

    assert not alive(left.pid)
    assert not records.exist(home)


def test_a_record_that_was_cut_off_is_no_record(tmp_path):
    home = Home(tmp_path)
    home.make()
    records.records_file(home).write_text('[{"name": "we')

    assert records.read(home) == []
