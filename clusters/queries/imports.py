"""What a Compose file would make, before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clusters.core.compose.notes import Line
from clusters.core.compose.reading import ComposeReading, read_compose
from clusters.core.compose.tickets import (
    TokenChoice,
    needs_renewal,
    settle_subnet,
    settle_token,
)
from clusters.core.errors import Problem, SpecError
from clusters.core.request import ClusterRequest, Places
from clusters.core.text import say
from clusters.models import DiscoveryToken
from clusters.models.discovery_token import TokenState
from clusters.queries.compose_text import read_text
from clusters.queries.offers import host_offers
from clusters.queries.places import places
from clusters.queries.texts import translate


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportLine:
    """One sentence about a place in the file, such as `etcd1, etcd2: ports`."""

    place: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportView:
    """What was understood, what will differ and what was not understood.

    `request` is None when `problems` stop it. `needs_renewal`: the token in the file
    can not be kept. `volumes` are the names of the volumes that will be made.
    """

    request: ClusterRequest | None
    understood: tuple[ImportLine, ...]
    changed: tuple[ImportLine, ...]
    not_understood: tuple[ImportLine, ...]
    problems: tuple[Problem, ...]
    discovery_url: str
    discovery: str
    needs_renewal: bool
    volumes: tuple[str, ...]


def read_import(
    text: str,
    *,
    name: str,
    version: str = "",
    hosts: Sequence[str] = (),
    discovery: str = TokenChoice.KEEP,
) -> ImportView:
    """Read a file for these hosts. What is wrong with it is in the view."""
    try:
        document = read_text(text)
    except SpecError as error:
        reading = ComposeReading(request=None, problems=error.problems)
    else:
        repository = _repository(hosts)
        reading = read_compose(
            document, name=name, version=version, repository=repository
        )
    used = _used(reading)
    known = places()
    reading = settle_subnet(reading, known)
    request, problems = _settled(reading, discovery, known, used)
    if request is not None:
        request = replace(request, hosts=tuple(hosts))
    return ImportView(
        request=None if problems else request,
        understood=_lines(reading.understood),
        changed=_lines(reading.changed),
        not_understood=_lines(reading.not_understood),
        problems=(*reading.problems, *problems),
        discovery_url=reading.discovery_url,
        discovery=discovery,
        needs_renewal=needs_renewal(reading, used),
        volumes=reading.volumes,
    )


def _settled(
    reading: ComposeReading, discovery: str, known: Places, used: frozenset[str]
) -> tuple[ClusterRequest | None, tuple[Problem, ...]]:
    choices = [choice.value for choice in TokenChoice]
    if discovery not in choices:
        text = say("Choose one of: {names}.", names=", ".join(choices))
        problem = Problem(field="discovery", code="choice_unknown", text=text)
        return None, (problem,)
    return settle_token(reading, TokenChoice(discovery), known, used)


def _used(reading: ComposeReading) -> frozenset[str]:
    """Of the file's URL and token, those that this panel knows to be used."""
    named = [a for a in (reading.discovery_url, reading.discovery_token) if a]
    rows = DiscoveryToken.objects.filter(address__in=named)
    rows = rows.exclude(state__in=(TokenState.FRESH, TokenState.ASKED))
    return frozenset(rows.values_list("address", flat=True))


def _repository(hosts: Sequence[str]) -> str:
    offers = host_offers()
    known = (offers[host].image_repository for host in hosts if host in offers)
    return next(known, "")


def _lines(lines: Sequence[Line]) -> tuple[ImportLine, ...]:
    return tuple(
        ImportLine(place=line.place, text=translate(line.text)) for line in lines
    )
