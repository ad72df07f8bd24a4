"""Members as processes: started once, found again, ended, whatever happens to us."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import psutil
import pytest

from clusters.core.errors import BackendError
from clusters.core.observed import RunState
from clusters.drivers.process import ProcessDriver
from tests import parts
from tests.drivers.conftest import of_processes
from tests.drivers.place import Site, cluster_of, until

REPO = Path(__file__).resolve().parents[2]
# A worker of its own: says when it is ready, starts the instance when told so, stays.
STARTER = """
import sys
from pathlib import Path
from clusters.drivers.process import ProcessDriver
driver = ProcessDriver(Path(sys.argv[1]), [Path(sys.argv[2])])
print("ready", flush=True)
sys.stdin.readline()
driver.start_instance(sys.argv[3])
print("started", flush=True)
sys.stdin.readline()
"""


def folder_of(site):
    return site.driver._root / "instances" / site.spec.instance(site.spec.members[0])


def pid_of(site):
    return json.loads((folder_of(site) / "pid.json").read_text())["pid"]


def etcds_of(site):
    """The processes that have this member's data folder on their command line."""
    data = f"--data-dir={site.driver.data_dir(site.spec.volume(site.spec.members[0]))}"
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if data in (process.info["cmdline"] or ())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.fixture
def starter(alone):
    """Makes workers that are ready to start an instance; none outlives the test."""
    workers = []

    def make(instance_id):
        place = [alone.driver._root, alone.driver._extra_dirs[0]]
        worker = subprocess.Popen(
            [sys.executable, "-c", STARTER, *place, instance_id],
            cwd=REPO,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        workers.append(worker)
        assert worker.stdout.readline() == b"ready\n"
        return worker

    yield make
    for worker in workers:
        finish(worker)


def go(worker):
    worker.stdin.write(b"go\n")
    worker.stdin.flush()


def finish(worker):
    worker.kill()  # a dead one does not mind
    worker.wait()
    worker.stdin.close()
    worker.stdout.close()


@pytest.fixture
def member(alone):
    return alone.spec.members[0]


@pytest.fixture
def running(alone, member):
    alone.make(member)
    alone.start(member)
    alone.await_service(member)
    return alone


def test_six_workers_that_start_a_member_at_once_start_one_process(
    alone, member, starter
):
    instance_id = alone.make(member)
    workers = [starter(instance_id) for _ in range(6)]
    for worker in workers:
        go(worker)
    assert [worker.stdout.readline() for worker in workers] == [b"started\n"] * 6
    alone.await_service(member)
    assert len(etcds_of(alone)) == 1
    for worker in workers:
        finish(worker)
    assert len(etcds_of(alone)) == 1


def test_threads_that_start_a_member_at_once_start_one_process(alone, member):
    instance_id = alone.make(member)
    threads = [
        threading.Thread(target=alone.place.open().start_instance, args=(instance_id,))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone.await_service(member)
    assert len(etcds_of(alone)) == 1


def test_a_worker_killed_while_it_starts_a_member_leaves_none_or_one_that_is_found(
    alone, member, starter
):
    for _ in range(12):
        instance_id = alone.make(member)
        worker = starter(instance_id)
        go(worker)
        threading.Event().wait(random.uniform(0, 0.03))
        finish(worker)
        alone.start(member)
        seen = alone.driver.find_instance(alone.spec.instance(member))
        assert seen.state == RunState.RUNNING, (seen, alone.last_lines(member))
        alone.await_service(member)
        assert len(etcds_of(alone)) == 1
        alone.remove(member)
        assert etcds_of(alone) == []
        alone.driver.remove_volume(alone.spec.volume(member))


def test_a_member_outlives_the_worker_that_started_it(alone, member, starter):
    instance_id = alone.make(member)
    worker = starter(instance_id)
    go(worker)
    assert worker.stdout.readline() == b"started\n"
    before = alone.driver.find_instance(alone.spec.instance(member))
    os.kill(worker.pid, signal.SIGKILL)
    finish(worker)
    alone.await_service(member)
    assert alone.driver.find_instance(alone.spec.instance(member)) == before
    process = psutil.Process(pid_of(alone))
    assert os.getsid(process.pid) == process.pid


def test_a_member_whose_pid_was_never_written_is_found_adopted_and_ended(
    running, member
):
    before = running.driver.find_instance(running.spec.instance(member))
    pid_file = folder_of(running) / "pid.json"
    argv = json.loads(pid_file.read_text())["argv"]
    pid_file.write_text(json.dumps({"argv": argv}))
    found = running.driver.find_instance(running.spec.instance(member))
    assert (found.state, found.started_at) == (RunState.RUNNING, before.started_at)
    running.start(member)
    assert len(etcds_of(running)) == 1
    assert pid_of(running) == etcds_of(running)[0].pid
    pid_file.write_text(json.dumps({"argv": argv}))
    running.remove(member)
    assert etcds_of(running) == []


def test_a_stranger_that_got_the_pid_of_a_member_is_never_touched(running, member):
    folder = folder_of(running)
    record = json.loads((folder / "pid.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    running.await_exit(member)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        record["pid"] = stranger.pid
        (folder / "pid.json").write_text(json.dumps(record))
        seen = running.driver.find_instance(running.spec.instance(member))
        assert seen.state == RunState.EXITED
        running.remove(member)
        assert stranger.poll() is None
        stranger.kill()


def test_a_clock_that_was_set_does_not_hide_a_member(running, member):
    pid_file = folder_of(running) / "pid.json"
    record = json.loads(pid_file.read_text())
    pid_file.write_text(json.dumps(record | {"started": record["started"] - 3600}))
    seen = running.driver.find_instance(running.spec.instance(member))
    assert seen.state == RunState.RUNNING


def test_a_killed_member_shows_the_code_that_docker_would_show(running, member):
    pid = pid_of(running)
    os.kill(pid, signal.SIGKILL)
    seen = running.await_exit(member)
    assert seen.exit_code == 137
    assert seen.started_at
    until(lambda: psutil.pid_exists(pid), lambda there: not there)


def test_an_ended_member_starts_again_with_a_new_start_and_no_exit_code(
    running, member
):
    first = running.driver.find_instance(running.spec.instance(member))
    os.kill(pid_of(running), signal.SIGTERM)
    assert running.await_exit(member).exit_code in {0, 143}
    running.start(member)
    running.await_service(member)
    again = running.driver.find_instance(running.spec.instance(member))
    assert again.state == RunState.RUNNING
    assert again.exit_code is None
    assert again.started_at > first.started_at


def test_a_zombie_of_another_worker_counts_as_ended(alone, member, starter):
    instance_id = alone.make(member)
    worker = starter(instance_id)
    go(worker)
    assert worker.stdout.readline() == b"started\n"
    os.kill(worker.pid, signal.SIGSTOP)  # its thread can not reap
    until(psutil.Process(worker.pid).status, lambda s: s == psutil.STATUS_STOPPED)
    pid = pid_of(alone)
    os.kill(pid, signal.SIGKILL)
    seen = alone.await_exit(member)
    assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert seen.exit_code is None
    alone.remove(member)
    finish(worker)


def test_a_member_that_does_not_react_is_killed_within_seconds(running, member):
    os.kill(pid_of(running), signal.SIGSTOP)
    before = monotonic()
    running.remove(member)
    assert 1.5 < monotonic() - before < 4.5
    assert etcds_of(running) == []


def test_variables_of_the_panel_do_not_reach_a_member(alone, member, monkeypatch):
    monkeypatch.setenv("ETCD_NAME", "shadowed")
    monkeypatch.setenv("LISTEN_FDS", "3")
    alone.make(member)
    alone.start(member)
    alone.await_service(member)
    environment = psutil.Process(pid_of(alone)).environ()
    assert not {"ETCD_NAME", "LISTEN_FDS"} & set(environment)


def test_a_member_without_its_data_folder_is_not_started_empty(alone, member):
    instance_id = alone.make(member)
    Path(alone.driver.data_dir(alone.spec.volume(member))).rmdir()
    with pytest.raises(BackendError) as refusal:
        alone.driver.start_instance(instance_id)
    assert refusal.value.code == "volume_missing"
    assert etcds_of(alone) == []


def test_a_member_whose_etcd_was_uninstalled_is_refused_with_a_cure(alone, member):
    instance_id = alone.make(member)
    elsewhere = ProcessDriver(alone.driver._root, [])
    with pytest.raises(BackendError) as refusal:
        elsewhere.start_instance(instance_id)
    assert refusal.value.code == "no_etcd_binary"
    assert alone.spec.version in str(refusal.value.text)
    assert refusal.value.advice


@pytest.mark.parametrize("line", ["3.4", "3.5.1", "3.6"])
def test_a_member_of_any_line_starts_and_serves(tmp_path, line):
    place = of_processes(tmp_path, line)
    site = Site(place, cluster_of(place, 1), place.open())
    try:
        report = site.build()["etcd1"]
        assert report.version == parts.etcd_dir(line).name
        assert report.member_id == site.spec.predicted_member_id(site.spec.members[0])
        assert "serv" in site.last_lines(site.spec.members[0])
    finally:
        site.clear()
