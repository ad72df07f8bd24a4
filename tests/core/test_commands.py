import shlex

from clusters.core.commands import commands_of
from tests.builders import offer, processes, spec


def lines(definition):
    return [x for x in commands_of(definition) if not x.startswith("#")]


def test_containers_are_made_with_their_network_and_volumes():
    written = lines(spec(size=1, version="3.6.16"))
    assert written[:2] == [
        "docker network inspect a-net >/dev/null 2>&1 || docker network create a-net",
        "docker volume create a-etcd1-data",
    ]
    assert shlex.split(written[2]) == [
        *("docker", "run", "--detach", "--restart=unless-stopped"),
        "--name=a-etcd1",
        "--hostname=etcd1",
        "--network=a-net",
        "--network-alias=etcd1",
        "--publish=127.0.0.1:23791:2379",
        "--publish=127.0.0.1:23801:2380",
        "--volume=a-etcd1-data:/var/lib/etcd",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--read-only",
        "--tmpfs=/tmp:rw,noexec,nosuid,nodev,size=64m",
        "--entrypoint=/usr/local/bin/etcd",
        "quay.io/coreos/etcd:v3.6.16",
        "--name=etcd1",
        "--listen-client-urls=http://0.0.0.0:2379",
        "--advertise-client-urls=http://etcd1:2379",
        "--listen-peer-urls=http://0.0.0.0:2380",
        "--initial-advertise-peer-urls=http://etcd1:2380",
        "--data-dir=/var/lib/etcd",
        "--initial-cluster=etcd1=http://etcd1:2380",
        "--initial-cluster-token=a",
        "--initial-cluster-state=new",
    ]


def test_a_network_that_is_there_is_not_made():
    written = lines(spec(network="etcd-net"))
    assert not any("network create" in line for line in written)
    assert all("--network=etcd-net" in line for line in written[3:])


def test_every_engine_has_its_own_lines():
    definition = spec(offer("one"), offer("two"), network="overlay")
    hosts = [x for x in commands_of(definition) if x.startswith("# on ")]
    assert hosts == ["# on one:", "# on two:"]


def test_processes_are_plain_etcd_lines():
    assert lines(spec(processes(), size=1)) == [
        (
            "etcd --name=etcd1 --listen-client-urls=http://127.0.0.1:23791"
            " --advertise-client-urls=http://127.0.0.1:23791"
            " --listen-peer-urls=http://127.0.0.1:23801"
            " --initial-advertise-peer-urls=http://127.0.0.1:23801"
            " --data-dir=a-etcd1.etcd --initial-cluster=etcd1=http://127.0.0.1:23801"
            " --initial-cluster-token=a --initial-cluster-state=new"
        )
    ]
