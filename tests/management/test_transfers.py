"""`manage.py export_cluster` and `import_cluster`: clusters to files and from files."""

import io
import sys

import pytest
import yaml

from clusters.models import Cluster, Operation
from tests.api.test_transfers import PUBLIC, compose


@pytest.fixture
def file(tmp_path):
    """A Compose file of three members."""
    path = tmp_path / "compose.yml"
    path.write_text(compose())
    return str(path)


@pytest.fixture
def take_in(manage, host, file):
    """`import_cluster FILE --name shop --host world` and what the test adds."""

    def ask(*more, path=file):
        words = ("import_cluster", path, "--name", "shop", "--host", "world")
        return manage(*words, *more)

    return ask


def test_a_cluster_is_printed_as_a_compose_file(manage, create):
    create()
    done = manage("export_cluster", "a")
    assert (done.code, done.err) == (0, "")
    assert len(yaml.safe_load(done.out)["services"]) == 3


@pytest.mark.parametrize("form", ["compose", "commands", "systemd", "zone"])
def test_every_form_is_written_into_a_folder(manage, create, tmp_path, form):
    create()
    folder = tmp_path / "out" / form
    done = manage("export_cluster", "a", "--format", form, "--to", str(folder))
    assert done.code == 0, done.err
    assert done.out.splitlines() == [str(path) for path in sorted(folder.iterdir())]
    files = manage("export_cluster", "a", "--format", form, "--json").json()["files"]
    assert {path.name: path.read_text() for path in folder.iterdir()} == files


def test_several_files_follow_one_another_below_their_names(manage, create):
    create()
    out = manage("export_cluster", "a", "--format", "systemd").out
    names = manage("export_cluster", "a", "--format", "systemd", "--json").json()
    for name in names["files"]:
        assert f"# {name}\n" in out


def test_a_form_or_a_cluster_that_is_none(manage, create, tmp_path):
    create()
    done = manage("export_cluster", "a", "--format", "x")
    assert done.code == 2
    assert done.err.startswith("format: Choose one of: compose")
    assert manage("export_cluster", "nix").code == 2
    (tmp_path / "file").touch()
    done = manage("export_cluster", "a", "--to", str(tmp_path / "file"))
    assert done.code == 2
    assert done.err.startswith("to: ")


def test_a_file_becomes_a_cluster(take_in):
    done = take_in()
    assert (done.code, done.err) == (0, "")
    assert f"operation {Operation.objects.get().pk}" in done.out
    names = Cluster.objects.get().members.values_list("name", flat=True)
    assert list(names) == ["m1", "m2", "m3"]


def test_waiting_ends_with_its_members(take_in, worker):
    done = take_in("--wait")
    assert (done.code, done.err) == (0, "")
    assert "shop: All members serve." in done.out


def test_a_file_may_come_on_standard_input(take_in, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(compose()))
    assert take_in(path="-").code == 0


def test_a_dry_run_says_what_it_understood_and_the_plan(take_in):
    done = take_in("--dry-run")
    assert (done.code, done.err) == (0, "")
    assert "Understood:" in done.out
    assert "shop: 3 members of etcd 3.5.35, survives 1." in done.out
    found = take_in("--dry-run", "--json").json()
    assert found["request"]["name"] == "shop"
    assert found["plan"]["version"] == "3.5.35"
    assert not Cluster.objects.exists()


def test_a_token_that_is_none_is_refused_or_renewed(take_in, tmp_path):
    path = tmp_path / "public.yml"
    path.write_text(compose(PUBLIC))
    done = take_in(path=str(path))
    assert done.code == 2
    assert done.err.startswith("discovery: ")
    done = take_in("--dry-run", "--discovery", "renew", path=str(path))
    assert done.code == 0, done.err
    assert "Members meet by discovery_public at https://discovery.etcd.io." in done.out
    assert "Cluster ID (made with its token)" in done.out


def test_a_file_that_is_no_compose_file(take_in, tmp_path):
    path = tmp_path / "x.yml"
    path.write_text("hello")
    done = take_in(path=str(path))
    assert done.code == 2
    assert done.err.startswith("compose: ")
    done = take_in(path=str(tmp_path / "gone"))
    assert done.err.startswith("file: ")
