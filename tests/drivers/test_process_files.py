"""The folders of a host of processes: whole or not at all, and never outside."""

import os
import shutil
from pathlib import Path

import pytest

from clusters.core.errors import BackendError
from clusters.core.observed import RunState
from clusters.drivers.process import ProcessDriver

LABELS = {"io.etcdpanel.installation": "here", "io.etcdpanel.cluster": "c1"}


@pytest.fixture
def driver(tmp_path):
    return ProcessDriver(tmp_path / "host")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "host"


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def code_of(call, *args):
    with pytest.raises(BackendError) as refusal:
        call(*args)
    assert str(refusal.value.text)
    return refusal.value.code


@pytest.mark.parametrize(
    "name",
    ["../c1-data", "/etc", "a/b", "", ".", ".a", "-a", "a" * 101, "a\0b", "a\nb"],
)
def test_a_name_that_can_not_be_a_folder_is_refused_by_every_verb(driver, root, name):
    assert code_of(driver.find_volume, name) == "name_invalid"
    assert code_of(driver.find_instance, name) == "name_invalid"
    assert code_of(driver.create_volume, name, LABELS) == "name_invalid"
    assert code_of(driver.remove_volume, name) == "name_invalid"
    assert code_of(driver.data_dir, name) == "name_invalid"
    assert code_of(driver.log_tail, name, 1) == "name_invalid"
    assert not root.exists()


def test_a_volume_is_private_and_its_labels_stand_beside_the_data(driver, root):
    driver.create_volume("c1-etcd1-data", LABELS)
    folder = root / "volumes/c1-etcd1-data"
    assert sorted(names_in(folder)) == ["data", "volume.json"]
    assert folder.stat().st_mode & 0o077 == 0
    assert driver.data_dir("c1-etcd1-data") == str(folder / "data")
    assert names_in(root / "volumes") == ["c1-etcd1-data"]


def test_looking_makes_nothing(driver, root):
    driver.facts()
    driver.find_all("here")
    driver.find_volume("c1-etcd1-data")
    driver.find_instance("c1-etcd1")
    driver.busy_ports("127.0.0.1", [23791])
    driver.log_tail("c1-etcd1", 5)
    assert not root.exists()


def test_a_link_with_our_name_is_foreign_and_what_it_leads_to_is_left(
    driver, root, tmp_path
):
    outside = tmp_path / "precious"
    (outside / "data").mkdir(parents=True)
    (outside / "volume.json").write_text('{"labels": {"whose": "mine"}}')
    (root / "volumes").mkdir(parents=True)
    (root / "volumes/c1-etcd1-data").symlink_to(outside)
    seen = driver.find_volume("c1-etcd1-data")
    assert seen is not None
    assert seen.labels == {}
    assert code_of(driver.create_volume, "c1-etcd1-data", LABELS) == "name_taken"
    assert code_of(driver.remove_volume, "c1-etcd1-data") == "foreign_object"
    assert (outside / "data").is_dir()


def test_a_link_inside_the_data_is_removed_and_not_followed(driver, root, tmp_path):
    outside = tmp_path / "precious"
    outside.mkdir()
    (outside / "file").write_text("kept")
    driver.create_volume("c1-etcd1-data", LABELS)
    (root / "volumes/c1-etcd1-data/data/member").symlink_to(outside)
    driver.remove_volume("c1-etcd1-data")
    assert names_in(root / "volumes") == []
    assert (outside / "file").read_text() == "kept"


def test_a_folder_that_the_panel_did_not_make_is_seen_without_labels(driver, root):
    (root / "volumes/c1-etcd1-data/member").mkdir(parents=True)
    (root / "instances/c1-etcd1").mkdir(parents=True)
    assert driver.find_volume("c1-etcd1-data").labels == {}
    instance = driver.find_instance("c1-etcd1")
    assert (instance.id, instance.labels) == ("", {})
    assert instance.state == RunState.CREATED
    assert driver.find_all("here") == ()
    assert code_of(driver.create_volume, "c1-etcd1-data", LABELS) == "name_taken"
    driver.remove_instance("")
    assert (root / "instances/c1-etcd1").is_dir()


def test_a_file_with_our_name_is_taken_and_left(driver, root):
    (root / "volumes").mkdir(parents=True)
    (root / "volumes/c1-etcd1-data").write_text("precious")
    assert driver.find_volume("c1-etcd1-data").labels == {}
    assert code_of(driver.create_volume, "c1-etcd1-data", LABELS) == "name_taken"


def test_a_card_that_was_cut_off_makes_a_foreign_thing_and_no_crash(driver, root):
    driver.create_volume("c1-etcd1-data", LABELS)
    (root / "volumes/c1-etcd1-data/volume.json").write_text('{"labels": {"io.')
    assert driver.find_volume("c1-etcd1-data").labels == {}


def test_a_removal_that_was_interrupted_is_ended_by_the_next(driver, root):
    driver.create_volume("c1-etcd1-data", LABELS)
    volumes = root / "volumes"
    (volumes / "c1-etcd1-data").rename(volumes / ".gone-c1-etcd1-data")
    assert driver.find_volume("c1-etcd1-data") is None
    driver.remove_volume("c1-etcd1-data")
    assert names_in(volumes) == []


def test_drafts_of_killed_makers_are_cleared_once_they_are_old(driver, root):
    driver.create_volume("c1-etcd1-data", LABELS)
    for name, age in ((".new-old", 7200), (".new-fresh", 0)):
        draft = root / "volumes" / name
        draft.mkdir()
        changed = draft.stat().st_mtime - age
        os.utime(draft, (changed, changed))
    driver.create_volume("c1-etcd2-data", LABELS)
    assert not (root / "volumes/.new-old").exists()
    assert (root / "volumes/.new-fresh").exists()


def test_a_place_that_is_no_folder_is_told_with_its_path(tmp_path):
    (tmp_path / "file").write_text("in the way")
    driver = ProcessDriver(tmp_path / "file/host")
    facts = driver.facts()
    assert (facts.usable, facts.code) == (False, "root_not_writable")
    assert str(tmp_path / "file") in str(facts.reason)
    assert facts.cure
    assert code_of(driver.create_volume, "c1-etcd1-data", LABELS) == "root_not_writable"


def test_a_full_disk_is_told_as_such(tmp_path):
    if not os.access("/dev/full", os.W_OK):
        pytest.fail("/dev/full is not here")
    driver = ProcessDriver(tmp_path / "host")
    driver.create_volume("c1-etcd1-data", LABELS)
    from clusters.drivers.folders import refusals_told

    def fill():
        with refusals_told(tmp_path), Path("/dev/full").open("w") as file:
            file.write("x" * 100_000)

    assert code_of(fill) == "disk_full"


def test_what_a_host_of_processes_lacks_is_refused_and_never_found(driver):
    assert driver.find_network("c1-net") is None
    assert driver.names_on_network("c1-net") == {}
    assert driver.is_inside("c1-net") is None
    assert driver.subnets() == ()
    assert driver.network_subnet("c1-net") == driver.address_of("c1-net", "a") == ""
    assert driver.published_udp("c1-dns", 53) == ""
    for call in (
        lambda: driver.create_network("c1-net", {}),
        lambda: driver.remove_network("c1-net"),
        lambda: driver.join_network("c1-net"),
        lambda: driver.leave_network("c1-net"),
        lambda: driver.connect_instance("c1-net", "id", ()),
        lambda: driver.disconnect_instance("c1-net", "id"),
        lambda: driver.start_service("id", {}),
        lambda: driver.pull_image("etcd:v3.6.16", print, lambda: False),
    ):
        assert code_of(call) == "unsupported_on_host"


def test_removing_the_whole_root_by_hand_leaves_a_driver_that_finds_nothing(
    driver, root
):
    driver.create_volume("c1-etcd1-data", LABELS)
    shutil.rmtree(root)
    assert driver.find_volume("c1-etcd1-data") is None
    driver.remove_volume("c1-etcd1-data")
