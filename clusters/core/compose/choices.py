"""Options that members of a Compose file set, and settings that are not taken."""

from collections.abc import Sequence

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.peers import Peer, urls_of
from clusters.core.compose.services import Service
from clusters.core.options import OPTIONS, Option, OptionKind
from clusters.core.spec import CLIENT_PORT, PEER_PORT
from clusters.core.text import say

_DATA_DIR = "/var/lib/etcd"
# Longer is no number that a program could mean.
_LONGEST_NUMBER = 18

# Read elsewhere, or without effect on what the members are.
_READ = frozenset(
    {
        "advertise_client_urls",
        "data_dir",
        "discovery",
        "discovery_endpoints",
        "discovery_fallback",
        "discovery_srv",
        "discovery_srv_name",
        "discovery_token",
        "initial_advertise_peer_urls",
        "initial_cluster",
        "initial_cluster_state",
        "initial_cluster_token",
        "listen_client_urls",
        "listen_peer_urls",
        "log_outputs",
        "logger",
        "name",
        "proxy",
        "root_password",
        "root_password_file",
    }
)
_TLS_FILES = frozenset({"cert_file", "key_file", "trusted_ca_file", "ca_file"})
_TLS_SWITCHES = frozenset({"auto_tls", "client_cert_auth"})
_FALSE = frozenset({"", "0", "false", "no"})
_URLS = (
    "advertise_client_urls",
    "initial_advertise_peer_urls",
    "listen_client_urls",
    "listen_peer_urls",
    "initial_cluster",
)


def read_options(members: Sequence[Peer], notes: Notes) -> dict[str, str | int | bool]:
    """The options that the panel knows; where members differ, the first one's."""
    taken: dict[str, str | int | bool] = {}
    for peer in members:
        for name, written in peer.service.settings.values.items():
            option = OPTIONS.get(name)
            if option is None or not written:
                continue
            value = _value(option, written)
            if taken.setdefault(name, value) != value:
                text = say(
                    "{flag} is {value} here, but {taken} before: one value is for all"
                    " members, {taken}.",
                    flag=option.flag,
                    value=shown(written),
                    taken=shown(taken[name]),
                )
                notes.change(peer.service.name, option.flag, text)
            else:
                text = say("{flag} is {value}.", flag=option.flag, value=shown(written))
                notes.understand(peer.service.name, option.flag, text)
    return taken


def _value(option: Option, written: str) -> str | int | bool:
    """What can not be read stays as it is: the rules of options say what is wrong."""
    if option.kind == OptionKind.BOOLEAN and written in {"true", "false"}:
        return written == "true"
    is_number = written.isascii() and written.isdigit()
    is_sane = is_number and len(written) <= _LONGEST_NUMBER
    if option.kind == OptionKind.INTEGER and is_sane:
        return int(written)
    return written[:80]


def check_settings(service: Service, notes: Notes) -> None:
    """Say of every other setting what becomes of it."""
    settings = service.settings
    for name, value in settings.values.items():
        key = _key(service, name)
        if _is_tls(name, value):
            text = say(
                "TLS is not taken over: certificates are files that are not here. The"
                " cluster would be without it."
            )
            notes.refuse(service.name, key, "compose_tls", text)
        elif name == "config_file" and value:
            text = say("etcd then reads this file alone, and it is not here.")
            notes.refuse(service.name, key, "compose_config_file", text)
        elif name == "initial_cluster_state" and value not in {"", "new"}:
            text = say(
                "“{value}” joins a cluster that exists; an import makes a new one.",
                value=shown(value),
            )
            notes.refuse(service.name, key, "compose_state_existing", text)
        elif name == "discovery_fallback" and value == "proxy":
            text = say("Members become proxies only when extra members are asked for.")
            notes.change(service.name, key, text)
        elif name == "enable_v2" and value not in _FALSE:
            text = say("Only a discovery store answers the v2 API.")
            notes.change(service.name, key, text)
        elif _is_unread(name, value):
            notes.ignore(service.name, key, value)
    _check_places(service, notes)


def _is_unread(name: str, value: str) -> bool:
    is_switch_off = name.removeprefix("peer_") in _TLS_SWITCHES
    return bool(value) and not (name in _READ or name in OPTIONS or is_switch_off)


def _key(service: Service, name: str) -> str:
    if name in service.settings.by_environment:
        return f"environment: ETCD_{name.upper()}"
    return f"--{name.replace('_', '-')}"


def _is_tls(name: str, value: str) -> bool:
    if name in _URLS:
        return "https://" in value or "unixs://" in value
    named = name.removeprefix("peer_")
    return (named in _TLS_FILES and bool(value)) or (
        named in _TLS_SWITCHES and value.lower() not in _FALSE
    )


def _check_places(service: Service, notes: Notes) -> None:
    """Where it keeps data and listens is the same for every member of the panel."""
    data_dir = service.settings.get("data_dir", _DATA_DIR)
    if data_dir.rstrip("/") != _DATA_DIR:
        text = say(
            "Inside its container it keeps data at {path}, not at {old}.",
            path=_DATA_DIR,
            old=shown(data_dir),
        )
        notes.change(service.name, _key(service, "data_dir"), text)
    if service.networks.is_host:
        return
    for name, port in (
        ("listen_client_urls", CLIENT_PORT),
        ("listen_peer_urls", PEER_PORT),
    ):
        urls = urls_of(service, name)
        if urls and urls != [f"http://0.0.0.0:{port}"]:
            text = say(
                "Inside its container it listens at http://0.0.0.0:{port}, not at"
                " {old}.",
                port=port,
                old=shown(urls),
            )
            notes.change(service.name, _key(service, name), text)
