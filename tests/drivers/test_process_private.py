"""Files that a member of a host of processes alone may read."""

import pytest

from clusters.core.errors import BackendError


@pytest.fixture
def member(alone):
    return alone.spec.members[0]


def test_they_lie_beside_the_data_of_the_member_and_are_private(alone, member):
    known = alone.make(member)
    alone.driver.put_files(known, {"ca.pem": "an authority", "key.pem": "a key"})
    instance = alone.spec.instance(member)
    folder = alone.place.folder / "instances" / instance / "discovery"
    assert alone.driver.files_dir(instance) == str(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {p.name: p.read_text() for p in folder.iterdir()} == {
        "ca.pem": "an authority",
        "key.pem": "a key",
    }
    assert {p.stat().st_mode & 0o777 for p in folder.iterdir()} == {0o600}


def test_what_is_put_again_is_replaced_whole(alone, member):
    known = alone.make(member)
    for content in ("a longer first one", "second"):
        alone.driver.put_files(known, {"key.pem": content})
    folder = alone.place.folder / "instances" / alone.spec.instance(member)
    assert [p.name for p in (folder / "discovery").iterdir()] == ["key.pem"]
    assert (folder / "discovery/key.pem").read_text() == "second"


def test_they_go_with_the_instance(alone, member):
    known = alone.make(member)
    alone.driver.put_files(known, {"key.pem": "a key"})
    alone.driver.remove_instance(known)
    assert not list(alone.place.folder.rglob("key.pem"))


def test_one_wrong_name_puts_none_of_them(alone, member):
    known = alone.make(member)
    with pytest.raises(BackendError):
        alone.driver.put_files(known, {"ca.pem": "", "../key.pem": ""})
    assert not list(alone.place.folder.rglob("*.pem"))
