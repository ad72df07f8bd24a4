"""What a probe says of real members, and how long it takes to say so."""

import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import monotonic

import psutil
import pytest

from clusters.core.spec import Role
from clusters.etcd.client import probe
from clusters.etcd.compat import etcdrpc, grpc, open_client
from tests.drivers.conftest import of_processes
from tests.drivers.place import Site, cluster_of, free_ports, until

REPO = Path(__file__).resolve().parents[2]
MIB = 1024**2


@pytest.fixture
def site_with(tmp_path):
    with ExitStack() as stack:

        def make(line, size):
            place = of_processes(tmp_path, line)
            site = Site(place, cluster_of(place, size), place.open())
            stack.callback(site.clear)
            return site

        yield make


def kill(site, member, how=signal.SIGKILL):
    data = f"--data-dir={site.driver.data_dir(site.spec.volume(member))}"
    for process in psutil.process_iter(["cmdline"]):
        if data in (process.info["cmdline"] or ()):
            os.kill(process.pid, how)


@pytest.mark.parametrize("line", ["3.4", "3.5", "3.6", "3.7"])
def test_a_healthy_member_tells_everything_within_milliseconds(site_with, line):
    site = site_with(line, 1)
    site.build()
    member = site.spec.members[0]
    endpoint = site.spec.endpoint(member)
    report = probe(endpoint, 1.0)
    assert report.serves
    assert report.error == ""
    assert report.version == site.spec.version
    assert report.member_id == report.leader_id
    assert report.member_id == site.spec.predicted_member_id(member)
    assert report.cluster_id == site.spec.predicted_cluster_id()
    assert 0 < report.db_size_in_use <= report.db_size
    assert report.raft_term > 0
    assert report.raft_index > 0
    assert report.revision == 1
    assert not report.is_learner
    assert report.alarms == ()
    (listed,) = report.members
    assert (listed.id, listed.name) == (report.member_id, member.name)
    assert listed.peer_urls == (site.spec.peer_url(member),)
    assert listed.client_urls == (site.spec.client_url(member),)
    assert median(seconds(endpoint) for _ in range(20)) < 0.05


def seconds(endpoint):
    before = monotonic()
    assert probe(endpoint, 1.0).serves
    return monotonic() - before


def test_a_port_where_nobody_listens_is_told_at_once():
    before = monotonic()
    report = probe(f"127.0.0.1:{next(free_ports(1))}", 5.0)
    assert monotonic() - before < 1.0
    assert (report.reachable, report.error) == (False, "connection refused")


def test_a_port_that_accepts_and_says_nothing_costs_the_deadline_and_no_more():
    with socket.create_server(("127.0.0.1", next(free_ports(1)))) as server:
        before = monotonic()
        report = probe(f"127.0.0.1:{server.getsockname()[1]}", 0.4)
        assert 0.3 < monotonic() - before < 1.0
    assert (report.reachable, report.error) == (False, "deadline exceeded")


@pytest.mark.parametrize(
    "endpoint", ["", "here", ":23791", "127.0.0.1:", "127.0.0.1:x"]
)
def test_what_is_no_address_is_told_and_nothing_is_raised(endpoint):
    report = probe(endpoint, 0.5)
    assert (report.endpoint, report.reachable) == (endpoint, False)
    assert report.error == "this is not HOST:PORT"


def test_another_program_at_the_port_is_not_a_member():
    with socket.create_server(("127.0.0.1", next(free_ports(1)))) as server:

        def answer():
            client, _ = server.accept()
            with client:
                client.recv(4096)
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

        threading.Thread(target=answer, daemon=True).start()
        report = probe(f"127.0.0.1:{server.getsockname()[1]}", 0.5)
    assert not report.reachable
    assert report.error


def test_a_member_that_still_bootstraps_is_answered_for_when_it_begins_to_serve(
    site_with,
):
    site = site_with("3.7", 3)
    for member in site.spec.members:
        site.make(member)
    first, *others = site.spec.members
    site.start(first)
    until(
        lambda: site.driver.busy_ports("127.0.0.1", [first.client_port]),
        bool,
    )
    before = monotonic()
    report = probe(site.spec.endpoint(first), 0.5)
    assert 0.4 < monotonic() - before < 1.5
    assert (report.reachable, report.error) == (False, "deadline exceeded")
    threading.Timer(0.3, lambda: [site.start(member) for member in others]).start()
    assert probe(site.spec.endpoint(first), 20.0).reachable


def test_without_a_quorum_a_member_is_reachable_and_does_not_serve(site_with):
    site = site_with("3.6", 3)
    site.build()
    first, second, third = site.spec.members
    kill(site, second)
    kill(site, third)
    report = until(
        lambda: probe(site.spec.endpoint(first), 1.0),
        lambda report: report.reachable and not report.leader_id,
    )
    assert not report.serves
    assert report.error == "no leader"
    assert sorted(m.name for m in report.members) == ["etcd1", "etcd2", "etcd3"]


def test_a_frozen_member_costs_the_deadline_and_no_more(site_with):
    site = site_with("3.5", 1)
    site.build()
    member = site.spec.members[0]
    kill(site, member, signal.SIGSTOP)
    before = monotonic()
    report = probe(site.spec.endpoint(member), 0.5)
    assert 0.4 < monotonic() - before < 1.5
    assert not report.reachable
    kill(site, member, signal.SIGCONT)
    assert probe(site.spec.endpoint(member), 5.0).serves


def test_a_learner_is_reachable_and_shows_as_what_it_is(site_with):
    site = site_with("3.6", 2)
    spec, (voter, learner) = site.spec, site.spec.members
    peers = f"--initial-cluster={voter.name}={spec.peer_url(voter)}"
    flags = [f for f in site.launch(voter).flags if "--initial-cluster=" not in f]
    site.make(voter, flags=(*flags, peers))
    site.start(voter)
    until(lambda: probe(spec.endpoint(voter), 1.0), lambda report: report.serves)
    host, _, port = spec.endpoint(voter).rpartition(":")
    with open_client(host, int(port), 5.0) as client:
        client.clusterstub.MemberAdd(
            etcdrpc.MemberAddRequest(peerURLs=[spec.peer_url(learner)], isLearner=True)
        )
    flags = [f for f in site.launch(learner).flags if "-state=" not in f]
    site.make(learner, flags=(*flags, "--initial-cluster-state=existing"))
    site.start(learner)
    report = until(lambda: probe(spec.endpoint(learner), 1.0), lambda r: r.reachable)
    assert report.is_learner
    assert not report.serves
    assert "learner" in report.error
    listed = {m.name: m.is_learner for m in probe(spec.endpoint(voter), 1.0).members}
    assert listed == {voter.name: False, learner.name: True}
    assert voter.role is Role.VOTER


def refusal_of(call, request):
    try:
        call(request)
    except grpc.RpcError as error:
        return str(error)
    return ""


def test_a_full_database_shows_its_alarm(site_with):
    site = site_with("3.7", 1)
    member = site.spec.members[0]
    flags = (*site.launch(member).flags, f"--quota-backend-bytes={MIB}")
    site.make(member, flags=flags)
    site.start(member)
    site.await_service(member)
    with open_client("127.0.0.1", member.client_port, 5.0) as client:
        request = etcdrpc.PutRequest(key=b"k", value=b"x" * (MIB // 2))
        until(
            lambda: refusal_of(client.kvstub.Put, request),
            lambda words: "database space exceeded" in words,
        )
    report = until(lambda: probe(site.spec.endpoint(member), 1.0), lambda r: r.alarms)
    assert report.alarms == ("NOSPACE",)
    assert report.serves


def test_a_proxy_in_the_environment_is_not_asked(site_with, monkeypatch):
    site = site_with("3.5", 1)
    site.build()
    nobody = f"http://127.0.0.1:{next(free_ports(1))}"
    for name in ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, nobody)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert probe(site.spec.endpoint(site.spec.members[0]), 1.0).serves


def test_twenty_threads_probe_at_once(site_with):
    site = site_with("3.7", 1)
    site.build()
    endpoint = site.spec.endpoint(site.spec.members[0])
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(probe(endpoint, 5.0).serves))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20


def test_a_worker_that_forks_speaks_no_grpc_itself_and_its_children_do(site_with):
    """A process that has used gRPC may hang in a fork of it."""
    site = site_with("3.7", 1)
    site.build()
    endpoint = site.spec.endpoint(site.spec.members[0])
    script = f"""
import os, sys
import django
django.setup()
import clusters.tasks
from clusters.etcd.client import probe
assert "grpc" not in sys.modules
for _ in range(5):
    child = os.fork()
    if child == 0:
        os._exit(0 if probe({endpoint!r}, 5.0).serves else 1)
    assert os.waitpid(child, 0)[1] == 0
"""
    done = subprocess.run(
        [sys.executable, "-Werror", "-c", script],
        cwd=REPO,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
