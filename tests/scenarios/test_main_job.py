"""Define a cluster, watch it come up, see its members, delete it: on real parts."""

import pytest

from tests import parts
from tests.scenarios.panels import (
    engine_client,
    etcdctl,
    etcds_of,
    remove_containers,
    unique,
)


@pytest.fixture
def name(request):
    chosen = unique("t")
    yield chosen
    remove_containers(chosen)


def version(line):
    return parts.etcd_dir(line).name


@pytest.mark.parametrize("line", ["3.5", "3.7"])
def test_three_processes_form_a_cluster_and_go_without_a_trace(driven, name, line):
    made = driven.create(name, "local", version=version(line))
    progress = driven.succeeded(made)
    assert all(step["state"] == "succeeded" for step in progress["steps"])
    numbers = [event["number"] for event in driven.events(made)]
    assert numbers == list(range(1, progress["last_event"] + 1))
    members = driven.members(name)
    assert [member["status"] for member in members] == ["started"] * 3
    shown = {member["id"]: member["name"] for member in members}
    assert shown == etcdctl(line, members[0]["endpoint"])
    assert len(etcds_of(driven.panel)) == 3
    driven.succeeded(driven.delete(name))
    assert etcds_of(driven.panel) == []
    assert not list((driven.panel.home.path / "hosts").rglob(f"{name}-*"))
    assert driven.ask("GET", f"/clusters/{name}/")[0] == 404
    assert driven.operation(made)["state"] == "succeeded"


def test_containers_form_a_cluster_beside_a_neighbour_and_go_without_a_trace(
    driven, name
):
    neighbour = unique(name)
    volume = f"{name}-etcd9-data"
    client = engine_client()
    client.volumes.create(volume)
    wanted = {"cluster_token": "etcd-cluster", "version": version("3.6")}
    driven.succeeded(driven.create(name, "docker", **wanted))
    driven.succeeded(driven.create(neighbour, "docker", **wanted))
    members = driven.members(name)
    shown = {member["id"]: member["name"] for member in members}
    assert shown == etcdctl("3.6", members[0]["endpoint"])
    assert shown == {
        "ade526d28b1f92f7": "etcd1",
        "bd388e7810915853": "etcd3",
        "d282ac2ce600c1ce": "etcd2",
    }
    policies = {
        container.attrs["HostConfig"]["RestartPolicy"]["Name"]
        for container in client.containers.list(filters={"name": f"{name}-etcd"})
    }
    assert policies == {"unless-stopped"}
    driven.succeeded(driven.delete(name))
    left = {c.name for c in client.containers.list(all=True) if c.name.startswith(name)}
    assert left == {f"{neighbour}-etcd{n}" for n in (1, 2, 3)}
    assert [
        v.name for v in client.volumes.list() if v.name.startswith(f"{name}-etcd")
    ] == [volume]
    assert [m["status"] for m in driven.members(neighbour)] == ["started"] * 3
    driven.succeeded(driven.delete(neighbour))
    client.close()


def test_the_command_line_does_the_same(embedded, name):
    arguments = ["--size", "1", "--bootstrap", "static", "--host", "local", "--wait"]
    shown = embedded.manage("create_cluster", name, *arguments)
    assert "succeeded" in shown
    assert "etcd1" in embedded.manage("show_cluster", name)
    embedded.manage("delete_cluster", name, "--confirm", name, "--wait")
    assert embedded.ask("GET", f"/clusters/{name}/")[0] == 404


def test_a_stopped_member_comes_back_by_itself_on_its_data(embedded, name):
    embedded.succeeded(embedded.create(name, "local", version=version("3.7")))
    before = {member["name"]: member for member in embedded.members(name)}
    victim = etcds_of(embedded.panel)[0]
    victim.kill()

    def whole():
        members = embedded.members(name)
        changed = sum(
            m["started_at"] != before[m["name"]]["started_at"] for m in members
        )
        return changed == 1 and all(m["status"] == "started" for m in members)

    from tests.up.panels import until

    until(whole, 40)
    assert len(etcds_of(embedded.panel)) == 3
    after = {member["name"]: member["id"] for member in embedded.members(name)}
    assert after == {member: row["id"] for member, row in before.items()}
    embedded.succeeded(embedded.delete(name))
