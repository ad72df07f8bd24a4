"""The name server of a cluster serves its first start; the cluster outlives it."""

import pytest

from clusters.core.zone import LONGEST_DOMAIN
from tests.scenarios.meeting import meeting_panel, version
from tests.scenarios.panels import engine_client, remove_containers, unique
from tests.up.panels import until


@pytest.fixture(scope="module")
def met(tmp_path_factory):
    with meeting_panel(tmp_path_factory.mktemp("names")) as met:
        yield met


@pytest.fixture
def name():
    chosen = unique("names")
    yield chosen
    remove_containers(chosen)


@pytest.fixture
def containers():
    client = engine_client()
    yield client.containers
    client.close()


def formed(met, name, **wanted):
    body = met.body("dns_srv", "docker", name, version=version("3.7"), **wanted)
    status, answer = met.driven.ask("POST", "/clusters/", body)
    assert status == 202, answer
    met.driven.succeeded(answer["operation"])
    return [member["peer_urls"] for member in met.driven.members(name)]


def test_members_that_start_again_find_one_another_without_it(met, name, containers):
    formed(met, name)
    # Otherwise the panel brings the name server back.
    status, answer = met.driven.ask("PATCH", f"/clusters/{name}/", {"hands_off": True})
    assert status == 200, answer
    containers.get(f"{name}-dns").stop(timeout=1)
    for member in ("etcd1", "etcd2"):
        containers.get(f"{name}-{member}").restart(timeout=5)

    def serves():
        command = ["etcdctl", "--command-timeout=2s", "put", "a", "b"]
        return containers.get(f"{name}-etcd1").exec_run(command).exit_code == 0

    until(serves, 60)
    assert containers.get(f"{name}-dns").status == "exited"
    met.driven.succeeded(met.driven.delete(name))


def test_the_longest_domain_is_no_host_name_and_yet_a_peer_url(met, name, containers):
    domain = ".".join(["a" * 60, "b" * 60, "c" * (LONGEST_DOMAIN - 122)])
    found = formed(met, name, discovery={"domain": domain})
    assert sorted(found) == [[f"http://etcd{n}.{domain}:2380"] for n in (1, 2, 3)]
    assert containers.get(f"{name}-etcd1").attrs["Config"]["Hostname"] == "etcd1"
    met.driven.succeeded(met.driven.delete(name))
