"""The settings of one etcd, whether they come as environment or on a command line."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from clusters.core.compose.notes import Notes, shown
from clusters.core.compose.variables import fill
from clusters.core.text import quote, say

PREFIX = "ETCD_"

# Flags that take no word after them: `--pre-vote` alone means true.
_SWITCHES = frozenset(
    {
        "auto_tls",
        "client_cert_auth",
        "debug",
        "discovery_insecure_skip_tls_verify",
        "discovery_insecure_transport",
        "enable_grpc_gateway",
        "enable_pprof",
        "enable_v2",
        "force_new_cluster",
        "peer_auto_tls",
        "peer_client_cert_auth",
        "peer_skip_client_san_verification",
        "pre_vote",
        "socket_reuse_address",
        "socket_reuse_port",
        "strict_reconfig_check",
        "unsafe_no_fsync",
    }
)
# May stay open until somebody fills them in: a discovery URL with a place for a token.
_MAY_MISS = frozenset({"discovery", "discovery_token"})

_MOST_WORDS = 500
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_SHELL_WORDS = frozenset(";&|<>`\n$()")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What one etcd was told, by the names of its flags with underscores.

    `by_environment` are those that came as `ETCD_*` variables; `strange` are variables
    of other programs; `program` is what runs, empty when the image decides.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    by_environment: frozenset[str] = frozenset()
    strange: Mapping[str, str] = field(default_factory=dict)
    program: str = ""

    def get(self, name: str, otherwise: str = "") -> str:
        return self.values.get(name) or otherwise

    def is_true(self, name: str) -> bool:
        return self.get(name).lower() in {"1", "t", "true", "yes"}


class SettingsReader:
    """Reads the environment and the command of one service."""

    def __init__(self, service: str, notes: Notes) -> None:
        self.service = service
        self.notes = notes
        self._open: set[str] = set()  # variables of the command without a value

    def read(self, body: Mapping[str, object]) -> Settings:
        environment = dict(self._environment(body.get("environment")))
        program, flags = self._command(body)
        told = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in environment.items()
            if name.startswith(PREFIX)
        }
        for name in sorted({*told} & {*flags}):
            text = say(
                "The variable and the flag --{flag} are both set; the flag is taken.",
                flag=name.replace("_", "-"),
            )
            self.notes.change(self.service, "command", text)
        return Settings(
            values={**told, **flags},
            by_environment=frozenset(told) - frozenset(flags),
            strange={
                name: value
                for name, value in environment.items()
                if not name.startswith(PREFIX)
            },
            program=program,
        )

    def _environment(self, written: object) -> Iterator[tuple[str, str]]:
        for name, value in self._variables(written):
            if value is None and not name.startswith(PREFIX):
                yield name, ""
                continue
            if value is None:
                text = say(
                    "{name} has no value here: it would come from the shell. Write the"
                    " value into the file.",
                    name=quote(name, 80),
                )
                self.notes.refuse(
                    self.service, "environment", "compose_variable_missing", text
                )
                continue
            may_miss = not name.startswith(PREFIX) or (
                name.removeprefix(PREFIX).lower() in _MAY_MISS
            )
            place = (self.service, f"environment: {name}")
            yield name, note_variables(self.notes, place, value, may_miss=may_miss)

    def _variables(self, written: object) -> Iterator[tuple[str, str | None]]:
        match written:
            case None:
                return
            case Mapping():
                for name, value in written.items():
                    yield str(name), None if value is None else as_written(value)
            case list():
                for item in written:
                    name, given, value = str(item).partition("=")
                    yield name, value if given else None
            case _:
                self._wrong("environment", written)

    def _command(self, body: Mapping[str, object]) -> tuple[str, dict[str, str]]:
        words = [
            *self._words("entrypoint", body.get("entrypoint")),
            *self._words("command", body.get("command")),
        ]
        while words and words[0] in {"exec", "--"}:
            words = words[1:]
        if not words or words[0].startswith("-"):
            return "", self._flags(words)
        program = words[0].rpartition("/")[2]
        if program in _SHELLS:
            return self._shell(words[1:])
        return program, self._flags(words[1:]) if runs_etcd(words[0]) else {}

    def _shell(self, words: Sequence[str]) -> tuple[str, dict[str, str]]:
        """`sh -c "etcd …"` is read when it is nothing but that one command."""
        script = words[-1] if words else ""
        if "etcd " not in f"{script} " or _SHELL_WORDS & set(script):
            return "sh", {}
        inner = self._split("command", script.removeprefix("exec "))
        if inner and runs_etcd(inner[0]):
            return "etcd", self._flags(inner[1:])
        return "sh", {}

    def _words(self, key: str, written: object) -> list[str]:
        match written:
            case None:
                return []
            case str():
                return self._split(key, self._word(key, written))
            case list():
                return [self._word(key, as_written(word)) for word in written]
            case _:
                self._wrong(key, written)
                return []

    def _word(self, key: str, written: str) -> str:
        """Which flag a variable belongs to, and whether it may stay open, comes out
        when the flags are read."""
        self._open |= {*fill(written).missing}
        return note_variables(self.notes, (self.service, key), written, may_miss=True)

    def _split(self, key: str, line: str) -> list[str]:
        try:
            return shlex.split(line)
        except ValueError:
            self._wrong(key, line)
            return []

    def _flags(self, words: Sequence[str]) -> dict[str, str]:
        flags: dict[str, str] = {}
        if len(words) > _MOST_WORDS:
            self._wrong("command", f"{len(words)} words")
            return flags
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if not word.startswith("-"):
                self.notes.ignore(self.service, "command", word)
                continue
            name, given, value = word.lstrip("-").partition("=")
            name = name.replace("-", "_")
            if not given:
                takes_next = name not in _SWITCHES and rest and rest[0][:1] != "-"
                value = rest.pop(0) if takes_next else "true"
            self._must_be_filled(name, value)
            flags[name] = value
        return flags

    def _must_be_filled(self, name: str, value: str) -> None:
        for variable in () if name in _MAY_MISS else sorted(self._open):
            if f"${variable}" in value or f"${{{variable}" in value:
                refuse_variable(self.notes, (self.service, "command"), variable)

    def _wrong(self, key: str, written: object) -> None:
        text = say("“{value}” can not be read.", value=shown(written))
        self.notes.refuse(self.service, key, "compose_invalid", text)


def runs_etcd(word: str) -> bool:
    """Whether the first word of a command starts etcd: bitnami's script does, too."""
    return word.rpartition("/")[2] == "etcd" or word.endswith("/etcd/run.sh")


def note_variables(
    notes: Notes, place: tuple[str, str], written: str, *, may_miss: bool = False
) -> str:
    """Fill a value and say which defaults were taken; one without stops the import."""
    filled = fill(written)
    if filled.is_wrong:
        text = say("“{value}” can not be read.", value=quote(written, 80))
        notes.refuse(*place, "compose_invalid", text)
    for name, default in filled.defaults:
        text = say(
            "{name} is taken as “{value}”, the default in the file.",
            name=name,
            value=quote(default, 80),
        )
        notes.change(*place, text)
    for name in () if may_miss else filled.missing:
        refuse_variable(notes, place, name)
    return filled.text


def refuse_variable(notes: Notes, place: tuple[str, str], name: str) -> None:
    text = say(
        "The variable {name} has no default here. Write its value into the file.",
        name=name,
    )
    notes.refuse(*place, "compose_variable_missing", text)


def as_written(value: object) -> str:
    """A scalar as Compose hands it to a container."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
