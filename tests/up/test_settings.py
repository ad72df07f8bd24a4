import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from etcdpanel import database, env
from etcdpanel.home import ROOT
from etcdpanel.up.console import BAD_SETTING

PRODUCTION = {
    "ETCDPANEL_HTTPS": "True",
    "ETCDPANEL_SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ETCDPANEL_ALLOWED_HOSTS": "panel.example.org",
    "ETCDPANEL_DATABASE_URL": "postgres://panel:secret@db/panel",
    "ETCDPANEL_REDIS_URL": "redis://:secret@broker:6379/0",
}


def manage(tmp_path, *arguments, **environment):
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ETCDPANEL_")}
    settings = {
        "DJANGO_SETTINGS_MODULE": "etcdpanel.settings",
        "ETCDPANEL_HOME": str(tmp_path),
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env={**inherited, **settings, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_shipped_production_settings_pass_the_deployment_check(tmp_path):
    check = ("check", "--deploy", "--fail-level", "WARNING")

    done = manage(tmp_path, *check, **PRODUCTION)

    assert done.returncode == 0, done.stderr


def test_the_guide_to_production_names_the_variables_that_were_checked():
    guide = (ROOT / "docs/install.md").read_text()

    assert {name for name in PRODUCTION if name not in guide} == set()


def test_behind_tls_it_does_not_start_without_a_key_of_its_own(tmp_path):
    incomplete = {**PRODUCTION, "ETCDPANEL_SECRET_KEY": ""}

    done = manage(tmp_path, "check", **incomplete)

    assert done.returncode != 0
    assert "ETCDPANEL_SECRET_KEY" in done.stderr.splitlines()[-1]


def test_every_variable_that_is_read_is_explained_and_every_explained_one_is_read():
    code = [*ROOT.glob("etcdpanel/**/*.py"), *ROOT.glob("clusters/**/*.py")]
    read = set()
    for path in code:
        read |= set(re.findall(r'"(ETCDPANEL_[A-Z_]+)"', path.read_text()))
    guide = (ROOT / "docs/settings.md").read_text()
    explained = re.findall(r"^\| `(ETCDPANEL_[A-Z_]+)`", guide, re.MULTILINE)

    assert read - {"ETCDPANEL_FAILPOINTS"} == set(explained)  # of the tests alone


@pytest.mark.parametrize("value", ["yes", "true", "1", "on"])
def test_a_switch_is_true_or_false_and_nothing_else(monkeypatch, value):
    monkeypatch.setenv("ETCDPANEL_HTTPS", value)

    with pytest.raises(ImproperlyConfigured, match="ETCDPANEL_HTTPS must be True or"):
        env.boolean("ETCDPANEL_HTTPS", default=False)


@pytest.mark.parametrize("value", ["http", "-1", "70000", "8000.5", "٨"])
def test_a_number_is_one_and_in_its_range(monkeypatch, value):
    monkeypatch.setenv("ETCDPANEL_PORT", value)

    with pytest.raises(ImproperlyConfigured, match="from 1 to 65535"):
        env.integer("ETCDPANEL_PORT", default=8000, least=1, most=65535)


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("ETCDPANEL_PORT", "")

    assert env.integer("ETCDPANEL_PORT", default=8000, least=1, most=65535) == 8000


def test_a_word_is_one_of_those_offered(monkeypatch):
    monkeypatch.setenv("ETCDPANEL_LOG_LEVEL", "LOUD")

    with pytest.raises(ImproperlyConfigured, match="one of INFO, ERROR, not 'LOUD'"):
        env.choice("ETCDPANEL_LOG_LEVEL", default="INFO", among=("INFO", "ERROR"))


def test_a_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    missing = tmp_path / "etcd-3.7"
    monkeypatch.setenv("ETCDPANEL_ETCD_DIRS", f"{tmp_path}{os.pathsep}{missing}")

    with pytest.raises(ImproperlyConfigured, match=r"etcd-3\.7"):
        env.folders("ETCDPANEL_ETCD_DIRS")


def test_a_secret_may_come_from_a_file(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("ETCDPANEL_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.delenv("ETCDPANEL_SECRET_KEY", raising=False)

    assert env.secret("ETCDPANEL_SECRET_KEY") == "from a file"


@pytest.mark.parametrize(
    ("content", "variable", "complaint"),
    [
        ("", "", "is empty"),
        ("a", "b", "both set"),
        (None, "", "cannot be read"),
    ],
)
def test_a_secret_that_is_missing_or_told_twice_stops_the_start(
    monkeypatch, tmp_path, content, variable, complaint
):
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("ETCDPANEL_SECRET_KEY_FILE", str(path))
    monkeypatch.setenv("ETCDPANEL_SECRET_KEY", variable)

    with pytest.raises(ImproperlyConfigured, match=complaint):
        env.secret("ETCDPANEL_SECRET_KEY")


def test_other_databases_are_refused():
    with pytest.raises(ImproperlyConfigured, match="sqlite:/// or postgres://"):
        database.from_url("mysql://db/panel")


def test_a_file_database_waits_for_its_writer_instead_of_failing():
    options = database.from_url("sqlite:////srv/panel.sqlite3")["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ETCDPANEL_PORT", "http", "ETCDPANEL_PORT must be a number from 1 to 65535"),
        ("ETCDPANEL_LEASE_SECONDS", "1", "ETCDPANEL_LEASE_SECONDS must be a number"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    stranger, name, value, sentence
):
    stranger.environment[name] = value

    done = stranger.command("run")

    assert done.returncode == BAD_SETTING
    assert done.stderr.startswith(sentence)
    assert len(done.stderr.splitlines()) == 1
