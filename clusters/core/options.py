"""The etcd flags a person may set: a typed allowlist.

Not here on purpose: whatever decides identity, addresses, files or certificates.
Source: https://etcd.io/docs/v3.6/op-guide/configuration/.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clusters.core.errors import Problem
from clusters.core.releases import Version
from clusters.core.text import Text, say

GIB = 1024**3


class OptionKind(StrEnum):
    """How the value of an option is written."""

    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    RETENTION = "retention"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One flag: its kind, its bounds and what it is for. `unit` is for people."""

    name: str
    kind: OptionKind
    help: Text
    unit: str = ""
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    since: Version | None = None

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")


_OPTIONS = (
    Option(
        name="heartbeat_interval",
        kind=OptionKind.INTEGER,
        unit="ms",
        low=10,
        high=10_000,
        help=say("Time between two heartbeats of the leader (default 100)."),
    ),
    Option(
        name="election_timeout",
        kind=OptionKind.INTEGER,
        unit="ms",
        low=50,
        high=50_000,
        help=say("Silence after which a new leader is elected (default 1000)."),
    ),
    Option(
        name="quota_backend_bytes",
        kind=OptionKind.INTEGER,
        unit="bytes",
        low=16 * 1024**2,
        high=8 * GIB,
        help=say("Largest size of the database (default 2 GiB, at most 8 GiB)."),
    ),
    Option(
        name="auto_compaction_mode",
        kind=OptionKind.CHOICE,
        choices=("periodic", "revision"),
        help=say("Whether old revisions are dropped by age or by number."),
    ),
    Option(
        name="auto_compaction_retention",
        kind=OptionKind.RETENTION,
        help=say("How much history is kept: a time such as 1h, or a number."),
    ),
    Option(
        name="snapshot_count",
        kind=OptionKind.INTEGER,
        low=100,
        high=10_000_000,
        help=say("Committed transactions between two raft snapshots."),
    ),
    Option(
        name="max_request_bytes",
        kind=OptionKind.INTEGER,
        unit="bytes",
        low=1024,
        high=32 * 1024**2,
        help=say("Largest request of a client (default 1.5 MiB)."),
    ),
    Option(
        name="max_txn_ops",
        kind=OptionKind.INTEGER,
        low=1,
        high=100_000,
        help=say("Most operations in one transaction (default 128)."),
    ),
    Option(
        name="max_snapshots",
        kind=OptionKind.INTEGER,
        low=1,
        high=100,
        help=say("Raft snapshot files that are kept (default 5)."),
    ),
    Option(
        name="max_wals",
        kind=OptionKind.INTEGER,
        low=1,
        high=100,
        help=say("Write-ahead log files that are kept (default 5)."),
    ),
    Option(
        name="pre_vote",
        kind=OptionKind.BOOLEAN,
        help=say("Ask before an election, so that a returning member disturbs less."),
    ),
    Option(
        name="log_level",
        kind=OptionKind.CHOICE,
        choices=("debug", "info", "warn", "error"),
        help=say("How much a member writes to its log."),
    ),
    Option(
        name="metrics",
        kind=OptionKind.CHOICE,
        choices=("basic", "extensive"),
        help=say("How detailed /metrics is."),
    ),
    Option(
        name="max_learners",
        kind=OptionKind.INTEGER,
        low=1,
        high=7,
        since=Version(3, 6, 0),
        help=say("Most learners at a time (default 1)."),
    ),
)
OPTIONS: dict[str, Option] = {option.name: option for option in _OPTIONS}

_RETENTION = re.compile(r"\d{1,9}|(\d{1,5}(h|m|s)){1,3}")
_ELECTION_RATIO = 5
_DEFAULT_HEARTBEAT = 100
_DEFAULT_ELECTION = 1000


def option_problems(
    values: Mapping[str, object], version: Version | None
) -> Iterator[Problem]:
    """What is wrong with these options, each at the field `options.<name>`."""
    for name, value in values.items():
        option = OPTIONS.get(name)
        text = _unknown(name) if option is None else _wrong(option, value, version)
        if text:
            yield Problem(field=f"options.{name}", code="option_invalid", text=text)
    yield from _timing_problems(values)
    yield from _retention_problems(values)


def _unknown(name: str) -> Text:
    return say(
        "{name} is not an option that may be set. Choose from: {names}.",
        name=str(name)[:40],
        names=", ".join(sorted(OPTIONS)),
    )


def _wrong(option: Option, value: object, version: Version | None) -> Text | None:
    if option.since and version and version < option.since:
        return say(
            "{flag} came with etcd {since}.", flag=option.flag, since=str(option.since)
        )
    match option.kind:
        case OptionKind.INTEGER:
            return _wrong_integer(option, value)
        case OptionKind.BOOLEAN:
            return None if isinstance(value, bool) else say("Use true or false.")
        case OptionKind.CHOICE:
            good = value in option.choices
            return None if good else _choose(option)
        case OptionKind.RETENTION:
            good = bool(_RETENTION.fullmatch(str(value)))
            return None if good else say("Use a time such as 1h or 30m, or a number.")


def _choose(option: Option) -> Text:
    return say("Choose one of: {names}.", names=", ".join(option.choices))


def _wrong_integer(option: Option, value: object) -> Text | None:
    if type(value) is int and option.low <= value <= option.high:
        return None
    return say(
        "Use a whole number from {low} to {high}{unit}.",
        low=option.low,
        high=option.high,
        unit=f" {option.unit}" if option.unit else "",
    )


def _timing_problems(values: Mapping[str, object]) -> Iterator[Problem]:
    heartbeat = values.get("heartbeat_interval", _DEFAULT_HEARTBEAT)
    election = values.get("election_timeout", _DEFAULT_ELECTION)
    if not isinstance(heartbeat, int) or not isinstance(election, int):
        return
    if election < _ELECTION_RATIO * heartbeat:
        yield Problem(
            field="options.election_timeout",
            code="election_timeout_too_short",
            text=say(
                "The election timeout ({election} ms) must be at least five times the"
                " heartbeat interval ({heartbeat} ms).",
                election=election,
                heartbeat=heartbeat,
            ),
        )


def _retention_problems(values: Mapping[str, object]) -> Iterator[Problem]:
    """etcd would take the nanoseconds of a time for a number of revisions."""
    retention = str(values.get("auto_compaction_retention", "0"))
    by_number = values.get("auto_compaction_mode") == "revision"
    if by_number and _RETENTION.fullmatch(retention) and not retention.isdigit():
        yield Problem(
            field="options.auto_compaction_retention",
            code="retention_not_a_number",
            text=say("In the mode revision, say how many revisions are kept."),
        )
