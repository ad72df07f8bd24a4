"""The DNS zone by which members find one another: its names and its records.

All names are without a trailing dot, and in lower case, except in lines of a zone file.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from clusters.core.meeting import AddressRecord, SrvRecord
from clusters.core.spec import CLIENT_PORT, PEER_PORT
from clusters.core.text import NOTHING, Text, say

# RFC 1035 and RFC 1123: 63 bytes a label, 253 a name.
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LONGEST_NAME = 253
# The longest label is that of the https set: _etcd-server-ssl-NAME.
LONGEST_SERVICE_NAME = 63 - len("_etcd-server-ssl-")
# Room for the longest record below it: a service of the longest name, and _tcp.
LONGEST_DOMAIN = LONGEST_NAME - 63 - len("._tcp.")

LINES_TTL = 60
DNS_PORT = 53


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneMember:
    """What the zone says of one member."""

    name: str
    fqdn: str
    address: str
    client_port: int = CLIENT_PORT
    peer_port: int = PEER_PORT


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """The members that one domain leads to, under one service name or none."""

    domain: str
    members: tuple[ZoneMember, ...]
    service_name: str = ""

    @property
    def server_name(self) -> str:
        """Where etcd looks for peers that speak http."""
        return self._service("server")

    @property
    def https_name(self) -> str:
        """Where etcd looks for peers that speak https; it adds up what both say."""
        return self._service("server-ssl")

    @property
    def client_name(self) -> str:
        """Where etcdctl --discovery-srv looks."""
        return self._service("client")

    def _service(self, kind: str) -> str:
        end = f"-{self.service_name}" if self.service_name else ""
        return f"_etcd-{kind}{end}._tcp.{self.domain}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ZoneSeen:
    """What one name server said of a zone.

    A name it knows nothing of has no records here. `refused` are the names that it
    would not speak of, each with its word for that, such as SERVFAIL. A server that
    gave no answer at all has a `code`, and says `why`.
    """

    srv: Mapping[str, tuple[SrvRecord, ...]] = field(default_factory=dict)
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    code: str = ""
    why: Text = NOTHING
    advice: Text = NOTHING


def fqdn(member: str, domain: str) -> str:
    return f"{member}.{domain}"


def plain_domain(written: str) -> str:
    """A domain as the panel keeps it: one trailing dot says nothing."""
    return written.strip().lower().removesuffix(".")


def domain_problem(written: str) -> Text | None:
    """Why members can not meet below this domain."""
    domain = plain_domain(written)
    labels = domain.split(".")
    if not domain:
        return say("Name the domain that holds the records, such as example.com.")
    if _is_address(domain) or labels[-1].isdecimal() or domain == "localhost":
        return say("“{name}” is a machine; name a domain.", name=domain[:60])
    if len(domain) > LONGEST_DOMAIN:
        return say(
            "{count} characters; at most {most} leave room for the names below it.",
            count=len(domain),
            most=LONGEST_DOMAIN,
        )
    wrong = [label for label in labels if not _LABEL.fullmatch(label)]
    if wrong:
        return say(
            "“{label}” is no part of a domain. Use a-z, 0-9 and hyphens, at most 63"
            " characters between two dots; write other scripts as xn--….",
            label=wrong[0][:60],
        )
    return None


def service_name_problem(written: str) -> Text | None:
    """Why etcd can not look for a service of this name; none is fine."""
    if not written:
        return None
    if len(written) > LONGEST_SERVICE_NAME or not _LABEL.fullmatch(written):
        return say(
            "Use a-z, 0-9 and hyphens, at most {most} characters; begin and end with a"
            " letter or a digit.",
            most=LONGEST_SERVICE_NAME,
        )
    if written == "ssl" or written.startswith("ssl-"):
        return say(
            "_etcd-server-{name} is where etcd looks for https peers; choose a name"
            " that does not begin with “ssl”.",
            name=written,
        )
    return None


def name_server_problem(written: str) -> Text | None:
    """Why a member can not be given this name server."""
    if not _is_address(written):
        return say(
            "“{address}” is no IP address. Members ask a name server at port 53 of its"
            " address, such as 10.0.0.53.",
            address=written[:60],
        )
    return None


def server_records(zone: Zone) -> tuple[SrvRecord, ...]:
    """Where each member's peer port is: what a first start needs."""
    return tuple(
        SrvRecord(name=zone.server_name, target=m.fqdn, port=m.peer_port)
        for m in zone.members
    )


def client_records(zone: Zone) -> tuple[SrvRecord, ...]:
    """Where each member's client port is: what etcdctl --discovery-srv needs."""
    return tuple(
        SrvRecord(name=zone.client_name, target=m.fqdn, port=m.client_port)
        for m in zone.members
    )


def address_records(zone: Zone) -> tuple[AddressRecord, ...]:
    """Where each name is; members of one machine may share a name."""
    named = {(m.fqdn, m.address): None for m in zone.members}
    return tuple(AddressRecord(name=name, address=at) for name, at in named)


def zone_lines(zone: Zone, ttl: int = LINES_TTL) -> tuple[str, ...]:
    """The records as lines of a zone file; they fit any file, whatever its origin."""
    services = (*server_records(zone), *client_records(zone))
    return (
        *(
            f"{r.name}. {ttl} IN SRV {r.priority} {r.weight} {r.port} {r.target}."
            for r in services
        ),
        *(f"{r.name}. {ttl} IN A {r.address}" for r in address_records(zone)),
    )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
