"""Make or name a discovery store from the command line."""

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from clusters import actions, queries
from clusters.actions import Asker
from clusters.core.meeting import StoreAccess, StoreProtocol
from clusters.core.request import StoreRequest
from clusters.core.spec import LOOPBACK
from clusters.management.asking import Exit
from clusters.management.files import text_of
from clusters.management.stores import store_table
from clusters.management.waiting import StartingCommand
from clusters.models.operation import Via
from clusters.queries import OperationProgress

_FILES = ("password", "ca", "cert", "key")


class Command(StartingCommand):
    """One that the panel runs, or with --member-url one that is there already."""

    help = gettext_noop("Make a discovery store, or name one that is there.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help=_("a-z, 0-9 and hyphens; members may dial it"))
        parser.add_argument(
            "--protocol",
            default=StoreProtocol.V2.value,
            metavar="P",
            help=", ".join(protocol.value for protocol in StoreProtocol),
        )
        _add_managed(parser)
        _add_external(parser)
        super().add_arguments(parser)

    def ask(self, given: Namespace) -> Exit:
        asker = Asker(user=None, via=Via.COMMAND)
        request = _request(given)
        if not request.is_external:
            operation = actions.create_managed_store(asker, request)
            return self.answer(given, operation)
        store = actions.add_external_store(asker, request)
        if given.json:
            self.print_json(asdict(queries.store_page(store.name)))
        else:
            self.say(_("%s is remembered; a worker looks at it.") % store.name)
        return Exit.DONE

    def succeeded(self, progress: OperationProgress) -> None:
        self.say(f"{progress.cluster}: {progress.explanation}")
        for line in store_table([queries.store_page(progress.cluster)]):
            self.say(line)

    def result(self, progress: OperationProgress) -> dict[str, Any]:
        if not progress.cluster_exists:
            return {}
        return {"store": asdict(queries.store_page(progress.cluster))}


def _add_managed(parser: CommandParser) -> None:
    group = parser.add_argument_group(_("one that the panel runs"))
    for flag, otherwise, shape, words in (
        ("--host", "", "NAME", _("where it runs")),
        ("--version", "", "X.Y.Z", _("of etcd; else the newest that fits")),
        ("--network", "", "NAME", _("an existing network")),
        ("--volume", "", "NAME", _("a volume; else one of its own")),
        ("--image", "", "REFERENCE", _("an etcd image")),
        ("--bind-address", LOOPBACK, "IP", _("where ports are published")),
    ):
        group.add_argument(flag, default=otherwise, metavar=shape, help=words)
    for flag in ("--client-port", "--peer-port"):
        group.add_argument(
            flag, type=int, default=0, metavar="PORT", help=_("else the first free")
        )
    group.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="CODE",
        help=_("a warning that is known; may be repeated"),
    )
    group.add_argument(
        "--anonymous", action="store_true", help=_("anybody may ask /new for tokens")
    )


def _add_external(parser: CommandParser) -> None:
    group = parser.add_argument_group(_("one that is there already"))
    for flag, shape, words in (
        ("--member-url", "URL", _("where members reach it")),
        ("--panel-url", "URL", _("where the panel reaches it; else the same")),
        ("--user", "NAME", _("whom the panel logs in as (v3)")),
        ("--password-file", "FILE", _("holds the password; - for standard input")),
        ("--ca-file", "FILE", _("PEM of who signed its certificate")),
        ("--cert-file", "FILE", _("PEM of a certificate to show it")),
        ("--key-file", "FILE", _("PEM of its key")),
    ):
        group.add_argument(flag, default="", metavar=shape, help=words)
    group.add_argument(
        "--skip-verify", action="store_true", help=_("take any certificate")
    )


def _request(given: Namespace) -> StoreRequest:
    return StoreRequest(
        name=given.name,
        protocol=given.protocol,
        host=given.host,
        version=given.version,
        client_port=given.client_port,
        peer_port=given.peer_port,
        network=given.network,
        volume=given.volume,
        image=given.image,
        bind_address=given.bind_address,
        accept=tuple(given.accept),
        member_url=given.member_url,
        panel_url=given.panel_url,
        access=_access(given),
        anonymous=given.anonymous,
    )


def _access(given: Namespace) -> StoreAccess:
    """Secrets come from files: who looks at the processes sees command lines."""
    texts = {}
    for name in _FILES:
        path = getattr(given, f"{name}_file")
        texts[name] = text_of(path, field=f"{name}-file") if path else ""
    texts["password"] = texts["password"].removesuffix("\n")
    return StoreAccess(user=given.user, skip_verify=given.skip_verify, **texts)
