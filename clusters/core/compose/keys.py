"""The keys of a Compose file that say nothing about a member, and why."""

from collections.abc import Mapping

from clusters.core.compose.notes import Notes, shown
from clusters.core.text import Text, say

# Read elsewhere, with notes of their own.
_READ = frozenset(
    {
        "image",
        "container_name",
        "hostname",
        "environment",
        "entrypoint",
        "command",
        "ports",
        "networks",
        "network_mode",
        "volumes",
        "dns",
    }
)
_RESTART = say(
    "Members restart by themselves (unless-stopped) from the moment the cluster has"
    " formed: while it forms, one that fails must stay down."
)
_WATCHED = say("Left out: the panel starts and watches the members itself.")
_CONFINED = say(
    "Left out: the panel's members run without capabilities and with a read-only root."
)
_LEFT_OUT: dict[str, Text] = {
    "restart": _RESTART,
    **dict.fromkeys(
        ("healthcheck", "depends_on", "links", "expose", "stop_grace_period"), _WATCHED
    ),
    **dict.fromkeys(
        (
            "cap_add",
            "cap_drop",
            "init",
            "pids_limit",
            "privileged",
            "read_only",
            "security_opt",
            "tmpfs",
            "user",
        ),
        _CONFINED,
    ),
    **dict.fromkeys(
        ("labels", "logging", "platform", "pull_policy", "tty", "stdin_open"),
        say("Left out: it changes nothing for the cluster."),
    ),
}
_TOP = frozenset({"name", "services", "networks", "volumes"})
_COPIES = ("scale", "deploy")


def note_keys(service: str, body: Mapping[str, object], notes: Notes) -> None:
    """Say of each key of an etcd service what becomes of it."""
    for key, value in body.items():
        if key in _READ or key.startswith("x-"):
            continue
        if key in _LEFT_OUT:
            notes.change(service, key, _LEFT_OUT[key])
        elif key == "profiles":
            text = say("The service is taken, whatever profile is active.")
            notes.change(service, key, text)
        elif key == "env_file":
            _not_seen(service, key, value, notes)
        elif key == "extends":
            _elsewhere(service, value, notes)
        elif key not in _COPIES:
            notes.ignore(service, key, value)
    _note_copies(service, body, notes)


def note_top_keys(document: Mapping[str, object], notes: Notes) -> None:
    """The same for the keys of the file itself."""
    for key, value in document.items():
        if key in _TOP or key.startswith("x-"):
            continue
        if key == "version":
            text = say("Left out: Compose itself does not look at it any more.")
            notes.change("", key, text)
        elif key == "include":
            _not_seen("", key, value, notes)
        else:
            notes.ignore("", key, value)


def _not_seen(service: str, key: str, value: object, notes: Notes) -> None:
    text = say(
        "The file {value} is not here: what it sets is not known and left out.",
        value=shown(value),
    )
    notes.warn(service, key, text)


def _elsewhere(service: str, value: object, notes: Notes) -> None:
    text = say(
        "The rest of this service stands elsewhere ({value}). Write it out: docker"
        " compose config prints the whole file.",
        value=shown(value),
    )
    notes.refuse(service, "extends", "compose_extends", text)


def _note_copies(service: str, body: Mapping[str, object], notes: Notes) -> None:
    deploy = body.get("deploy")
    settings = deploy if isinstance(deploy, Mapping) else {}
    count = settings.get("replicas", body.get("scale", 1))
    if str(count) not in {"1", "None"}:
        text = say(
            "{count} containers of one service would have one name. Write one service"
            " for each member.",
            count=shown(count),
        )
        notes.refuse(service, "deploy", "compose_replicas", text)
    if deploy is not None:
        notes.change(service, "deploy", _WATCHED)
