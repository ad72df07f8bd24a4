"""The word, colour and sign of each state, and the titles of steps."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clusters.core.health import ClusterState, MemberStatus
from clusters.core.meeting import StoreProtocol
from clusters.core.plan import StepKind
from clusters.core.spec import BootstrapMode, Role
from clusters.models.discovery_token import TokenState
from clusters.models.operation import Kind, State, Via
from clusters.models.step import StepState
from clusters.queries.tokens import EXPIRED

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown; colour and sign never say more than the word does."""

    word: Words
    tone: str
    icon: str


CLUSTER: Mapping[str, Look] = {
    ClusterState.HEALTHY: Look(_("healthy"), "good", "check"),
    ClusterState.DEGRADED: Look(_("degraded"), "warn", "alert"),
    ClusterState.NO_QUORUM: Look(_("no quorum"), "bad", "cross"),
    ClusterState.UNREACHABLE: Look(_("unreachable"), "bad", "cross"),
    ClusterState.CREATING: Look(_("being created"), "busy", "turning"),
    ClusterState.DELETING: Look(_("being deleted"), "busy", "turning"),
    ClusterState.UNKNOWN: Look(_("not looked at yet"), "idle", "question"),
}

MEMBER: Mapping[str, Look] = {
    MemberStatus.STARTED: Look(pgettext_lazy("member", "started"), "good", "check"),
    MemberStatus.UNSTARTED: Look(pgettext_lazy("member", "unstarted"), "idle", "minus"),
    MemberStatus.UNREACHABLE: Look(_("unreachable"), "bad", "cross"),
    MemberStatus.CRASH_LOOP: Look(_("crash loop"), "bad", "again"),
    MemberStatus.LOST: Look(pgettext_lazy("member", "lost"), "bad", "cross"),
    MemberStatus.PROXY: Look(_("proxy"), "good", "check"),
    MemberStatus.UNKNOWN: Look(_("not looked at yet"), "idle", "question"),
}

OPERATION: Mapping[str, Look] = {
    State.QUEUED: Look(State.QUEUED.label, "idle", "clock"),
    State.RUNNING: Look(State.RUNNING.label, "busy", "turning"),
    State.SUCCEEDED: Look(State.SUCCEEDED.label, "good", "check"),
    State.FAILED: Look(State.FAILED.label, "bad", "cross"),
    State.REJECTED: Look(State.REJECTED.label, "warn", "block"),
    State.CANCELLED: Look(State.CANCELLED.label, "idle", "minus"),
    State.NEEDS_OPERATOR: Look(State.NEEDS_OPERATOR.label, "warn", "hand"),
    State.ERRORED: Look(State.ERRORED.label, "bad", "alert"),
}

STEP: Mapping[str, Look] = {
    StepState.QUEUED: Look(StepState.QUEUED.label, "idle", "clock"),
    StepState.RUNNING: Look(StepState.RUNNING.label, "busy", "turning"),
    StepState.SUCCEEDED: Look(StepState.SUCCEEDED.label, "good", "check"),
    StepState.FAILED: Look(StepState.FAILED.label, "bad", "cross"),
    StepState.CANCELLED: Look(StepState.CANCELLED.label, "idle", "minus"),
}

CHECK: Mapping[str, Look] = {
    "pass": Look(_("passed"), "good", "check"),
    "note": Look(_("note"), "idle", "info"),
    "warn": Look(_("warning"), "warn", "alert"),
    "block": Look(_("stops the create"), "bad", "block"),
}

HOST: Mapping[str, Look] = {
    "process": Look(_("processes"), "idle", "process"),
    "docker": Look(_("Docker engine"), "idle", "docker"),
    "memory": Look(_("pretended"), "idle", "memory"),
}

ROLE: Mapping[str, Look] = {
    Role.VOTER: Look(_("voter"), "idle", "check"),
    Role.LEARNER: Look(_("learner"), "idle", "clock"),
    Role.PROXY: Look(_("proxy"), "idle", "minus"),
}

TOKEN: Mapping[str, Look] = {
    TokenState.ASKED: Look(TokenState.ASKED.label, "busy", "turning"),
    TokenState.FRESH: Look(TokenState.FRESH.label, "good", "check"),
    TokenState.IN_USE: Look(TokenState.IN_USE.label, "busy", "turning"),
    TokenState.USED: Look(TokenState.USED.label, "idle", "check"),
    TokenState.BURNT: Look(TokenState.BURNT.label, "warn", "block"),
    TokenState.REFUSED: Look(TokenState.REFUSED.label, "bad", "cross"),
    EXPIRED: Look(_("expired"), "warn", "clock"),
}

MODE_TITLES: Mapping[str, Words] = {
    BootstrapMode.STATIC: _("Told in advance"),
    BootstrapMode.DISCOVERY_V2: _("Own store, v2"),
    BootstrapMode.DISCOVERY_PUBLIC: _("Public service"),
    BootstrapMode.DISCOVERY_V3: _("Own store, v3"),
    BootstrapMode.DNS_SRV: _("DNS records"),
}

MODE_SENTENCES: Mapping[str, Words] = {
    BootstrapMode.STATIC: _("Each member is told all the others before it starts."),
    BootstrapMode.DISCOVERY_V2: _(
        "Members register in an etcd of yours, and wait there for one another."
    ),
    BootstrapMode.DISCOVERY_PUBLIC: _(
        "The same at somebody else's service; the usual one is often down."
    ),
    BootstrapMode.DISCOVERY_V3: _(
        "Members register in an etcd of yours, the way that came with 3.6."
    ),
    BootstrapMode.DNS_SRV: _("Members look one another up in a zone, by SRV records."),
}

PROTOCOL_SENTENCES: Mapping[str, Words] = {
    StoreProtocol.V2: _("For clusters of etcd 3.6 and older; it runs etcd 3.5."),
    StoreProtocol.V3: _("For clusters of etcd 3.6 and newer."),
}

OPERATION_TITLES: Mapping[str, Words] = {
    Kind.CREATE: _("Create {name}"),
    Kind.DELETE: _("Delete {name}"),
    Kind.REPAIR: _("Repair {name}"),
}

DOORS: Mapping[str, Words] = {via.value: via.label for via in Via}

STEP_TITLES: Mapping[str, Words] = {
    StepKind.CHECK_HOST: _("Check {name}"),
    StepKind.CHECK_DISCOVERY: _("Check {name}"),
    StepKind.PULL_IMAGE: _("Pull the image of etcd {name}"),
    StepKind.CREATE_NETWORK: _("Create the network {name}"),
    StepKind.JOIN_NETWORK: _("Join the network {name}"),
    StepKind.PREPARE_TICKET: _("Get a token of {name}"),
    StepKind.ATTACH_STORE: _("Bring {name} onto the cluster's network"),
    StepKind.CREATE_DNS: _("Create the name server {name}"),
    StepKind.START_DNS: _("Start the name server {name}"),
    StepKind.AWAIT_DNS: _("Wait until {name} answers as planned"),
    StepKind.CREATE_VOLUME: _("Make room for the data of {name}"),
    StepKind.CREATE_MEMBER: _("Create {name}"),
    StepKind.START_MEMBER: _("Start {name}"),
    StepKind.AWAIT_REGISTRATION: _("Wait until all have registered in {name}"),
    StepKind.AWAIT_HEALTH: _("Wait until all of {name} serves"),
    StepKind.AWAIT_MEMBER: _("Wait until {name} serves"),
    StepKind.START_PROXY: _("Start the proxy {name}"),
    StepKind.AWAIT_PROXY: _("Wait until the proxy {name} reaches the members"),
    StepKind.DETACH_STORE: _("Take {name} off the cluster's network"),
    StepKind.SET_RESTART_POLICY: _("Let {name} restart by itself"),
    StepKind.REMOVE_MEMBER: _("Remove {name}"),
    StepKind.REMOVE_VOLUME: _("Remove the data of {name}"),
    StepKind.REMOVE_DNS: _("Remove the name server {name}"),
    StepKind.LEAVE_NETWORK: _("Leave the network {name}"),
    StepKind.REMOVE_NETWORK: _("Remove the network {name}"),
    StepKind.FORGET_CLUSTER: _("Forget {name}"),
}

# What a person accepts by ticking a warning's box; other codes stand for themselves.
WARNINGS: Mapping[str, Words] = {
    "size_even": _("an even number of members"),
    "release_corrupting": _("a release that can corrupt data"),
    "published_beyond_loopback": _("ports that other machines can reach"),
    "clock_differs": _("a clock that is not set"),
}

# A mark of a release, short enough for a list; its whole sentence is beside it.
MARKS: Mapping[str, Words] = {
    "release_corrupting": _("can corrupt data"),
    "release_below_security_floor": _("lacks security fixes"),
    "release_end_of_life": _("no longer maintained"),
    "srv_trailing_dot": _("breaks DNS SRV clients"),
    "defrag_crash_inconsistency": _("unsafe defragmentation"),
    "learner_promotion_lost": _("forgets promotions"),
}

EXPORT_TITLES: Mapping[str, Words] = {
    "compose": _("Compose file"),
    "commands": _("Commands"),
    "systemd": _("systemd units"),
    "zone": _("DNS zone"),
}

EXPORT_SENTENCES: Mapping[str, Words] = {
    "compose": _("For docker compose up: the same members on the same volumes."),
    "commands": _("One command a member, as one would type it."),
    "systemd": _("One unit a member, to be put into /etc/systemd/system."),
    "zone": _("Records by which clients, and members that meet by DNS, find them."),
}

_UNKNOWN_TONE = "idle"


def look(table: Mapping[str, Look], state: str) -> Look:
    """The look of a state; one that is not known is shown by its own name."""
    found = table.get(state)
    return found or Look(state.replace("_", " "), _UNKNOWN_TONE, "question")


def titled(table: Mapping[str, Words], kind: str, name: str) -> str:
    """A title with its name; a kind that is not known is shown by its own name."""
    template = table.get(kind)
    if template is None:
        return f"{kind.replace('_', ' ')} {name}"
    return str(template).replace("{name}", name)
