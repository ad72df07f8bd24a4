"""Members as containers of a real engine: what is made, and what is refused."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from clusters.core.errors import BackendError
from clusters.core.observed import RunState
from tests.drivers.docker_world import REPOSITORY, docker_world, flags


@pytest.fixture(params=["old", "new"])
def world(request):
    with docker_world(request.param) as world:
        yield world


def ask(launch, path):
    """What the member's client port answers to HTTP, once it serves."""
    url = f"http://127.0.0.1:{launch.client_port}{path}"
    ends_at = time.monotonic() + 15
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return json.load(answer)
        except (urllib.error.URLError, OSError):
            if time.monotonic() > ends_at:
                raise
            threading.Event().wait(0.05)


def refusal(verb, *args):
    with pytest.raises(BackendError) as caught:
        verb(*args)
    return caught.value


@pytest.mark.parametrize("version", ["3.4.23", "3.5.1", "3.5.35", "3.6.16", "3.7.3"])
def test_every_line_of_etcd_runs_confined(world, version):
    image = f"{REPOSITORY}:v{version}"
    launch = world.launch(image=image, version=version)
    world.run(launch)
    assert ask(launch, "/version")["etcdserver"] == version
    assert ask(launch, "/health")["health"] == "true"
    assert world.raw.inspect_image(image)["Config"].get("User", "") == ""


def test_a_container_is_confined_and_published_as_asked(world):
    launch = world.launch()
    seen = world.raw.inspect_container(world.run(launch).id)
    host = seen["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["Privileged"] is False
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["PidsLimit"] == 4096
    assert host["Binds"] is None
    assert "noexec" in host["Tmpfs"]["/tmp"]
    assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}
    assert seen["NetworkSettings"]["Ports"] == {
        "2379/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(launch.client_port)}],
        "2380/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(launch.peer_port)}],
    }
    (mount,) = seen["Mounts"]
    assert (mount["Type"], mount["Name"]) == ("volume", launch.volume)
    assert mount["Destination"] == world.driver.data_dir(launch.volume)


def test_a_container_is_known_by_its_names_and_labels(world):
    launch = world.launch()
    found = world.run(launch)
    seen = world.raw.inspect_container(found.id)
    assert seen["Config"]["Hostname"] == "etcd1"
    assert seen["Config"]["Cmd"] == ["/usr/local/bin/etcd", *launch.flags]
    assert "etcd1" in seen["NetworkSettings"]["Networks"][launch.network]["Aliases"]
    assert launch.labels.items() <= found.labels.items()
    assert (found.state, found.networks) == (RunState.RUNNING, (launch.network,))
    assert (found.restart_policy, found.exit_code) == ("no", None)
    assert found.started_at.startswith("20")


def test_three_members_find_one_another_by_name(world):
    names = ("etcd1", "etcd2", "etcd3")
    launches = [
        world.launch(name, flags=flags(name, *(n for n in names if n != name)))
        for name in names
    ]
    for instance in [world.create(launch) for launch in launches]:
        world.driver.start_instance(instance.id)
    assert [ask(launch, "/health")["health"] for launch in launches] == ["true"] * 3
    request = urllib.request.Request(
        f"http://127.0.0.1:{launches[0].client_port}/v3/cluster/member/list",
        data=b'{"linearizable": true}',
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        members = json.load(answer)["members"]
    assert {f"{int(m['ID']):x} {m['name']}" for m in members} == {
        "ade526d28b1f92f7 etcd1",
        "d282ac2ce600c1ce etcd2",
        "bd388e7810915853 etcd3",
    }


def test_the_entry_point_of_an_image_is_left_out(world):
    box = world.stranger()
    reference = f"{world.name}/etcd:v3.6.16"
    world.images.add(reference)
    change = 'ENTRYPOINT ["/usr/local/bin/etcdctl"]'
    world.raw.commit(box, f"{world.name}/etcd", tag="v3.6.16", changes=change)
    launch = world.launch(image=reference)
    world.run(launch)
    assert ask(launch, "/health")["health"] == "true"


def test_a_volume_that_only_the_image_asks_for_goes_with_the_container(world):
    box = world.stranger()
    reference = f"{world.name}/etcd:v3.6.16"
    world.images.add(reference)
    world.raw.commit(box, f"{world.name}/etcd", tag="v3.6.16", changes="VOLUME /extra")
    launch = world.launch(image=reference)
    instance = world.run(launch)
    mounts = world.raw.inspect_container(instance.id)["Mounts"]
    (extra,) = (m["Name"] for m in mounts if m["Destination"] == "/extra")
    world.driver.remove_instance(instance.id)
    assert world.driver.find_volume(extra) is None
    assert world.driver.find_volume(launch.volume) is not None


def test_data_outlives_the_container(world):
    launch = world.launch()
    instance = world.run(launch)
    first = ask(launch, "/health")
    world.driver.remove_instance(instance.id)
    world.driver.create_instance(launch)
    world.driver.start_instance(world.driver.find_instance(launch.name).id)
    assert ask(launch, "/health") == first
    log = "\n".join(world.driver.log_tail(launch.name, 1000))
    assert '"initial-advertise-peer-urls"' in log
    assert '"added member"' not in log


def test_a_member_whose_data_is_gone_is_not_made_anew(world):
    launch = world.launch()
    world.driver.create_network(launch.network, world.labels)
    assert refusal(world.driver.create_instance, launch).code == "volume_missing"
    assert world.driver.find_instance(launch.name) is None
    assert world.driver.find_volume(launch.volume) is None


def test_starting_and_removing_again_is_no_error(world):
    instance = world.run(world.launch())
    world.driver.start_instance(instance.id)
    for _ in range(2):
        world.driver.remove_instance(instance.id)
    assert world.driver.find_instance(instance.name) is None


def test_a_member_may_restart_by_itself_only_when_told(world):
    instance = world.create(world.launch())
    assert world.driver.find_instance(instance.name).restart_policy == "no"
    world.driver.set_restart_policy(instance.id)
    found = world.driver.find_instance(instance.name)
    assert found.restart_policy == "unless-stopped"


def test_a_member_that_exits_leaves_its_code_and_last_lines(world):
    launch = world.launch(flags=("--no-such-flag",))
    instance = world.run(launch)
    world.raw.wait(instance.id, timeout=10)
    found = world.driver.find_instance(launch.name)
    assert (found.state, found.exit_code) == (RunState.EXITED, 2)
    (listed,) = world.driver.find_all(world.name)
    assert (listed.state, listed.exit_code) == (RunState.EXITED, 2)
    log = world.driver.log_tail(launch.name, 5)
    assert 0 < len(log) <= 5
    assert any(
        "no-such-flag" in line for line in world.driver.log_tail(launch.name, 99)
    )


def test_a_paused_member_still_counts_as_running(world):
    instance = world.run(world.launch())
    world.raw.pause(instance.id)
    assert world.driver.find_instance(instance.name).state == RunState.RUNNING
    world.raw.unpause(instance.id)


def test_the_log_of_a_member_that_is_not_there_is_empty(world):
    assert world.driver.log_tail(f"{world.name}-none", 10) == ()


def test_the_container_of_a_stranger_is_refused_and_left_alone(world):
    launch = world.launch()
    theirs = world.stranger(launch.name)
    error = refusal(world.create, launch)
    assert error.code == "name_taken"
    assert launch.name in str(error.text)
    assert world.driver.find_instance(launch.name).id == theirs
    assert not world.driver.find_instance(launch.name).belongs_to(
        world.name, world.name
    )
    assert world.driver.find_all(world.name) == ()


def test_a_missing_image_is_named_with_what_is_there(world):
    launch = world.launch(image=f"{REPOSITORY}:v3.6.99")
    error = refusal(world.create, launch)
    assert error.code == "image_not_found"
    assert f"{REPOSITORY}:v3.6.99" in str(error.text)
    assert f"{REPOSITORY}:v3.6.16" in str(error.text)
    assert world.driver.find_instance(launch.name) is None


def test_a_port_that_a_stranger_took_is_named(world):
    launch = world.launch()
    instance = world.create(launch)
    with socket.create_server(("127.0.0.1", launch.peer_port)):
        error = refusal(world.driver.start_instance, instance.id)
    assert error.code == "port_in_use"
    assert str(launch.peer_port) in str(error.text)
    assert error.advice
    world.driver.start_instance(instance.id)
    assert world.driver.find_instance(launch.name).state == RunState.RUNNING


def test_a_port_that_another_member_took_is_named(world):
    first = world.launch("etcd1")
    world.run(first)
    second = world.launch("etcd2", client_port=first.client_port)
    error = refusal(world.run, second)
    assert error.code == "port_in_use"
    assert str(first.client_port) in str(error.text)


def test_an_address_that_the_machine_has_not_is_named(world):
    error = refusal(world.run, world.launch(bind_address="203.0.113.7"))
    assert error.code == "address_not_here"
    assert "203.0.113.7" in str(error.text)


def test_an_image_without_etcd_is_told_so(world):
    box = world.raw.import_image_from_data(
        bytes(10240), repository=f"{world.name}/etcd", tag="v1.0.0"
    )
    assert "error" not in box
    reference = f"{world.name}/etcd:v1.0.0"
    world.images.add(reference)
    error = refusal(world.run, world.launch(image=reference))
    assert error.code == "image_without_etcd"


@pytest.mark.parametrize("network", ["host", "none", "bridge", "container:abc"])
def test_a_member_never_shares_the_network_of_something_else(world, network):
    error = refusal(world.driver.create_instance, world.launch(network=network))
    assert error.code == "network_invalid"


def test_a_folder_of_the_host_is_never_mounted(world):
    error = refusal(world.driver.create_instance, world.launch(volume="/etc"))
    assert error.code == "volume_invalid"


def test_members_are_made_and_started_side_by_side(world):
    launches = [world.launch(f"etcd{number}") for number in range(1, 5)]
    world.driver.create_network(launches[0].network, world.labels)
    failures = []

    def bring_up(launch):
        try:
            world.driver.create_volume(launch.volume, world.labels)
            world.driver.create_instance(launch)
            found = world.driver.find_instance(launch.name)
            world.driver.start_instance(found.id)
        except BackendError as error:
            failures.append(error)

    threads = [threading.Thread(target=bring_up, args=(one,)) for one in launches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    states = {found.state for found in world.driver.find_all(world.name)}
    assert states == {RunState.RUNNING}
