"""A cluster of the panel goes on, and begins anew, by the real Docker Compose."""

import json
import os
import subprocess
import urllib.parse
import urllib.request
from dataclasses import replace

import pytest

from clusters.core.compose.reading import read_compose
from clusters.core.compose.writing import compose_of
from clusters.core.drafting import draft
from clusters.core.flags import member_flags
from clusters.core.leaving import DATA_DIR, static_bootstrap
from clusters.core.meeting import OPEN_ACCESS, Ticket
from clusters.core.spec import BootstrapMode, Role
from clusters.discovery.flags import v2_flags, v3_flags
from clusters.queries.compose_text import read_text, write_text
from tests.builders import offer, offers, spec
from tests.drivers.docker_world import REPOSITORY, docker_world, free_ports
from tests.meeting.program import await_true
from tests.parts import compose_binary, etcd_dir

SECONDS = 60


@pytest.fixture
def world():
    with docker_world("old") as one:
        yield one


class Leaving:
    """One cluster of the panel, and the file it is left with."""

    def __init__(self, world, folder, definition):
        self.world = world
        self.spec = definition
        self.file = folder / "compose.yml"

    def form(self, bootstrap):
        """As the panel makes it: its names, its labels, its flags."""
        for member in self.spec.members:
            launch = self.world.launch(
                member.name,
                version=self.spec.version,
                image=f"{REPOSITORY}:v{self.spec.version}",
                flags=member_flags(
                    self.spec, member, DATA_DIR, bootstrap(self.spec, member)
                ),
                client_port=member.client_port,
                peer_port=member.peer_port,
            )
            self.world.run(launch)
        self.await_health()

    def stop(self):
        for member in self.spec.members:
            self.world.raw.stop(self.spec.instance(member), timeout=5)

    def forget(self):
        for member in self.spec.members:
            self.world.raw.remove_container(self.spec.instance(member))

    def write(self):
        text = write_text(compose_of(self.spec))
        self.file.write_text(text)
        return text

    def compose(self, *arguments):
        done = subprocess.run(
            [str(compose_binary()), "--file", str(self.file), *arguments],
            env={**os.environ, "DOCKER_HOST": self.world.url},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS * 2,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    def etcdctl(self, *arguments):
        version = ".".join(self.spec.version.split(".")[:2])
        endpoints = ",".join(self.spec.endpoint(m) for m in self.spec.voters)
        return subprocess.run(
            [etcd_dir(version) / "etcdctl", f"--endpoints={endpoints}", *arguments],
            env={**os.environ, "ETCDCTL_API": "3"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        ).stdout

    def identities(self):
        """The cluster's ID and those of its members, as etcd says them."""
        said = json.loads(self.etcdctl("member", "list", "--write-out=json"))
        return said["header"]["cluster_id"], {m["ID"] for m in said["members"]}

    def planned(self):
        spec = self.spec
        members = {spec.predicted_member_id(member) for member in spec.voters}
        return spec.predicted_cluster_id(), members

    def await_health(self):
        await_true(self.is_healthy, SECONDS)

    def is_healthy(self):
        return all(
            self.world.driver.probe(self.spec.endpoint(member), 1.0).linearizable
            for member in self.spec.voters
        )

    def imported(self):
        reading = read_compose(read_text(self.file.read_text()), name="b", version="")
        assert reading.problems == ()
        return reading.request

    def goes_on_and_begins_anew(self):
        """Stopped, started by Compose on the same volumes; then from nothing."""
        self.etcdctl("put", "before", "leaving")
        self.write()
        self.stop()
        self.compose("up", "--detach")
        self.await_health()
        assert self.etcdctl("get", "before", "--print-value-only") == "leaving\n"
        assert self.identities() == self.planned()
        self.forget()  # a stopped container still holds its volume
        self.compose("down", "--volumes", "--timeout=5")
        self.compose("up", "--detach")
        self.await_health()
        assert self.etcdctl("get", "before", "--print-value-only") == ""
        assert self.identities() == self.planned()


def definition(world, size=3, **asked):
    count = size + asked.get("extra_members", 0)
    ports = free_ports(2 * count)
    return spec(
        name=world.name,
        size=size,
        client_ports=tuple(ports[:count]),
        peer_ports=tuple(ports[count:]),
        **{"version": "3.6.16", **asked},
    )


@pytest.mark.parametrize("which", ["old", "new"])
def test_a_static_cluster_goes_on_with_its_data_and_begins_anew_as_itself(
    which, tmp_path
):
    with docker_world(which) as world:
        left = Leaving(world, tmp_path, definition(world, cluster_token="to.leave"))
        left.form(static_bootstrap)
        left.goes_on_and_begins_anew()
        asked = replace(left.imported(), name=world.name, hosts=("docker",))
        assert draft(asked, offers(offer())) == left.spec


def test_the_containers_of_the_panel_may_stay_behind_stopped(world, tmp_path):
    left = Leaving(world, tmp_path, definition(world, size=1))
    left.form(static_bootstrap)
    left.write()
    left.stop()
    left.compose("up", "--detach")
    left.await_health()
    names = {c["Names"][0] for c in world.raw.containers(all=True)}
    assert {f"/{world.name}-etcd1", f"/{world.name}-etcd1-1"} <= names


def test_compose_reads_every_word_as_it_was_meant(world, tmp_path):
    asked = definition(world, options={"auto_compaction_retention": "1h"})
    left = Leaving(world, tmp_path, replace(asked, token="a$b${c}$$d"))
    left.write()
    read = json.loads(left.compose("config", "--format=json").stdout)
    member = left.spec.member("etcd2")
    flags = member_flags(
        left.spec, member, DATA_DIR, static_bootstrap(left.spec, member)
    )
    command = [  # printed with its dollars doubled, to be read by Compose again
        word.replace("$$", "$") for word in read["services"]["etcd2"]["command"]
    ]
    assert command == ["/usr/local/bin/etcd", *flags]
    assert read["volumes"]["etcd2-data"]["name"] == f"{world.name}-etcd2-data"


def test_a_cluster_by_v2_discovery_keeps_its_identity_without_its_store(
    world, tmp_path
):
    planned = definition(world)
    port = store(world, "3.5.35", "--enable-v2=true")
    path = "/v2/keys/discovery/my-token"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}/_config/size",
        data=urllib.parse.urlencode({"value": 3}).encode(),
        method="PUT",
    )
    urllib.request.urlopen(request, timeout=10).close()
    ticket = Ticket(url=f"http://store:2379{path}", is_own=True)
    met = replace(planned, bootstrap=BootstrapMode.DISCOVERY_V2, ticket=ticket)
    left = Leaving(world, tmp_path, met)
    left.form(lambda spec, member: v2_flags(spec.ticket))
    world.raw.remove_container(f"{world.name}-store", force=True, v=True)
    left.goes_on_and_begins_anew()
    again = left.imported()
    assert again.bootstrap == "discovery_v2"
    assert again.discovery.url == ticket.url


def test_a_cluster_by_v3_discovery_keeps_its_identity_without_its_store(
    world, tmp_path
):
    planned = definition(world)
    port = store(world, "3.6.16")
    key = "/_etcd/registry/token-3/_config/size"
    ctl = etcd_dir("3.6") / "etcdctl"
    endpoint = f"--endpoints=127.0.0.1:{port}"
    subprocess.run([ctl, endpoint, "put", key, "3"], check=True, capture_output=True)
    ticket = Ticket(token="token-3", endpoints=("http://store:2379",))
    met = replace(planned, bootstrap=BootstrapMode.DISCOVERY_V3, ticket=ticket)
    left = Leaving(world, tmp_path, met)
    left.form(lambda spec, member: v3_flags(spec.ticket, OPEN_ACCESS, {}))
    world.raw.remove_container(f"{world.name}-store", force=True, v=True)
    left.goes_on_and_begins_anew()
    assert left.imported().bootstrap == "discovery_v3"


def test_a_cluster_by_srv_records_begins_anew_as_itself_without_a_name_server(
    world, tmp_path
):
    ticket = Ticket(domain="example.test", dns="external", name_servers=("10.0.0.53",))
    met = replace(definition(world), bootstrap=BootstrapMode.DNS_SRV, ticket=ticket)
    left = Leaving(world, tmp_path, met)
    left.write()
    left.compose("up", "--detach")
    left.await_health()
    assert left.identities() == left.planned()
    assert left.imported().discovery.domain == "example.test"


def test_a_proxy_is_one_again(world, tmp_path):
    planned = definition(world, size=1, extra_members=1, version="3.5.35")
    assert [member.role for member in planned.members] == [Role.VOTER, Role.PROXY]
    left = Leaving(world, tmp_path, planned)
    left.write()
    left.compose("up", "--detach")
    left.await_health()
    proxy = planned.endpoint(planned.members[1])
    await_true(lambda: proxied(f"http://{proxy}/v2/config/local/proxy"), SECONDS)
    assert left.imported().extra_members == 1


def proxied(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return "endpoints" in json.load(answer)
    except OSError:
        return False


def store(world, version, *flags):
    """A discovery store on the cluster's network: its port on this machine."""
    ports = free_ports(2)
    launch = world.launch(
        "store",
        version=version,
        image=f"{REPOSITORY}:v{version}",
        flags=(
            "--name=store",
            f"--data-dir={DATA_DIR}",
            "--listen-client-urls=http://0.0.0.0:2379",
            "--advertise-client-urls=http://store:2379",
            *flags,
        ),
        client_port=ports[0],
        peer_port=ports[1],
    )
    world.run(launch)
    address = f"127.0.0.1:{ports[0]}"
    await_true(lambda: world.driver.probe(address, 1.0).linearizable, SECONDS)
    return ports[0]
