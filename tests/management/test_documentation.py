"""docs/command-line.md names every command, option and exit code there is."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from clusters.management.asking import Exit

PAGE = Path(__file__).resolve().parents[2] / "docs" / "command-line.md"
COMMANDS = sorted(name for name, app in get_commands().items() if app == "clusters")


def chapter(name):
    return re.search(
        rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.DOTALL | re.MULTILINE
    ).group(1)


def own_options(name):
    command = load_command_class("clusters", name)
    parser = command.create_parser("manage.py", name)
    suppressed = "==SUPPRESS=="
    return {
        action.option_strings[-1]
        for action in parser._actions
        if action.option_strings and action.help != suppressed
    } - {"--help", "--skip-checks"}


def test_there_are_these_commands_and_no_other():
    assert COMMANDS == [
        "create_cluster",
        "create_store",
        "create_token",
        "delete_cluster",
        "delete_store",
        "export_cluster",
        "import_cluster",
        "list_stores",
        "list_tokens",
        "new_token",
        "reconcile",
        "show_cluster",
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_its_chapter_names_every_option_and_no_other(name):
    text = chapter(name)
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    assert set(re.findall(r"`(--[a-z-]+)", "".join(rows))) == own_options(name)
    assert f"manage.py {name}" in text


def test_every_exit_code_is_explained():
    text = chapter("Exit codes")
    for code in Exit:
        assert f"| {code.value} |" in text


def test_django_s_version_gives_way_to_the_version_of_etcd():
    parser = load_command_class("clusters", "create_cluster").create_parser("m", "c")
    given = parser.parse_args(["a", "--version", "3.6.16"])
    assert given.version == "3.6.16"
