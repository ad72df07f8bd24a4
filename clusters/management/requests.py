"""A request for a cluster, from the words of a command line."""

from argparse import Namespace
from collections.abc import Sequence

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from clusters.core.errors import Problem, SpecError
from clusters.core.meeting import DnsKind
from clusters.core.options import OPTIONS, OptionKind
from clusters.core.request import ClusterRequest, DiscoveryRequest
from clusters.core.spec import LOOPBACK, BootstrapMode
from clusters.core.text import say

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def add_request_arguments(parser: CommandParser) -> None:
    parser.add_argument("name", help=_("a-z, 0-9 and hyphens"))
    parser.add_argument(
        "--size", type=int, default=3, metavar="N", help=_("1, 3, 5 or 7")
    )
    modes = ", ".join(mode.value for mode in BootstrapMode)
    for flag, otherwise, shape, words in (
        ("--version", "", "X.Y.Z", _("of etcd; else the newest there is")),
        ("--bootstrap", BootstrapMode.STATIC.value, "MODE", modes),
        ("--token", "", "TOKEN", _("cluster token; else the name")),
        ("--bind-address", LOOPBACK, "IP", _("where ports are published")),
        ("--image", "", "REFERENCE", _("an etcd image")),
        ("--network", "", "NAME", _("an existing network")),
    ):
        parser.add_argument(flag, default=otherwise, metavar=shape, help=words)
    _add_repeated(parser)
    _add_discovery(parser)
    parser.add_argument(
        "--extra-members",
        type=int,
        default=0,
        metavar="N",
        help=_("proxies beyond the size (etcd 3.5 or older)"),
    )
    parser.add_argument(
        "--keep-on-failure",
        action="store_true",
        help=_("leave what a failed create made, to look at it"),
    )


def _add_repeated(parser: CommandParser) -> None:
    """Each may be given several times; members are taken in turn."""
    for flag, kind, shape, words in (
        ("--host", str, "NAME", _("where members run; may be repeated")),
        ("--member-name", str, "NAME", _("one for each member")),
        ("--client-port", int, "PORT", _("one for each member")),
        ("--peer-port", int, "PORT", _("one for each member")),
        ("--option", str, "KEY=VALUE", _("an option of etcd; may be repeated")),
        ("--accept", str, "CODE", _("a warning that is known; may be repeated")),
    ):
        parser.add_argument(
            flag, type=kind, metavar=shape, action="append", default=[], help=words
        )


def _add_discovery(parser: CommandParser) -> None:
    """Each mode uses some of these; the desk refuses the others."""
    group = parser.add_argument_group(_("how members meet"))
    kinds = ", ".join(kind.value for kind in DnsKind)
    for flag, shape, words in (
        ("--store", "NAME", _("a discovery store; else one on the same host")),
        ("--discovery-url", "URL", _("a whole discovery URL of your own")),
        ("--discovery-token", "TOKEN", _("a token of your own; else a fresh one")),
        ("--service", "URL", _("a public discovery service")),
        ("--domain", "DOMAIN", _("of the SRV records")),
        ("--service-name", "NAME", _("the suffix of the SRV records")),
        ("--dns", "WHO", kinds),
        ("--subnet", "CIDR", _("of the network that is made for SRV")),
    ):
        group.add_argument(flag, default="", metavar=shape, help=words)
    for flag, words in (
        ("--name-server", _("whom members ask for the zone; may be repeated")),
        ("--address", _("a fixed one for each member")),
    ):
        group.add_argument(flag, metavar="IP", action="append", default=[], help=words)


def request_from(given: Namespace) -> ClusterRequest:
    return ClusterRequest(
        name=given.name,
        size=given.size,
        version=given.version,
        bootstrap=given.bootstrap,
        hosts=tuple(given.host),
        cluster_token=given.token,
        member_names=tuple(given.member_name),
        client_ports=tuple(given.client_port),
        peer_ports=tuple(given.peer_port),
        bind_address=given.bind_address,
        image=given.image,
        network=given.network,
        options=_options(given.option),
        accept=tuple(given.accept),
        keep_on_failure=given.keep_on_failure,
        extra_members=given.extra_members,
        discovery=DiscoveryRequest(
            store=given.store,
            url=given.discovery_url,
            token=given.discovery_token,
            service=given.service,
            domain=given.domain,
            service_name=given.service_name,
            dns=given.dns,
            name_servers=tuple(given.name_server),
            subnet=given.subnet,
            addresses=tuple(given.address),
        ),
    )


def _options(pairs: Sequence[str]) -> dict[str, str | int | bool]:
    """`heartbeat-interval=100` as the desk wants it; it judges the value."""
    options = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            text = say("Write KEY=VALUE instead of {words}.", words=pair[:60])
            raise SpecError([Problem(field="option", code="not_a_pair", text=text)])
        name = key.strip().lstrip("-").replace("-", "_")
        options[name] = _value(name, value.strip())
    return options


def _value(name: str, written: str) -> str | int | bool:
    option = OPTIONS.get(name)
    if option is None:
        return written
    if option.kind == OptionKind.BOOLEAN:
        return _TRUTH.get(written.lower(), written)
    if option.kind == OptionKind.INTEGER:
        try:
            return int(written)
        except ValueError:
            return written
    return written
