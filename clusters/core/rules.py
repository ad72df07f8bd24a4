"""What a request must fulfil before a cluster is drafted from it.

Each rule yields problems; a problem that may be accepted is a warning.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from clusters.core.errors import Problem
from clusters.core.images import image_problems
from clusters.core.meeting_rules import meeting_problems
from clusters.core.names import RESERVED, is_label
from clusters.core.options import option_problems
from clusters.core.placement import placement_problems
from clusters.core.releases import (
    LINES,
    Version,
    advisories,
    known_version,
)
from clusters.core.request import NOWHERE, ClusterRequest, HostOffer, Places
from clusters.core.spec import BootstrapMode
from clusters.core.text import Text, say
from clusters.core.topology import (
    LARGEST_SIZE,
    SIZES,
    failures_survived,
    quorum,
)

_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,128}")


def request_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer], places: Places = NOWHERE
) -> Iterator[Problem]:
    """Everything wrong with a request, each problem at its field."""
    yield from _name_problems(request)
    yield from _size_problems(request)
    yield from _member_name_problems(request)
    yield from _bootstrap_problems(request, offers, places)
    yield from _token_problems(request)
    yield from version_problems(request.version)
    yield from image_problems(request.image, request.version)
    yield from placement_problems(request, offers)
    yield from option_problems(request.options, Version.parse(request.version))


def unaccepted(
    problems: Sequence[Problem], accept: Sequence[str]
) -> tuple[Problem, ...]:
    """The problems that stop a request: errors, and warnings nobody accepted."""
    return tuple(p for p in problems if not (p.can_accept and p.code in accept))


def _problem(field: str, code: str, text: Text) -> Problem:
    return Problem(field=field, code=code, text=text)


def _name_problems(request: ClusterRequest) -> Iterator[Problem]:
    if not is_label(request.name):
        yield _problem("name", "name_invalid", label_rule())
    elif request.name in RESERVED:
        yield _problem(
            "name",
            "name_reserved",
            say("“{name}” is reserved; choose another name.", name=request.name),
        )


def label_rule() -> Text:
    return say(
        "Use a-z, 0-9 and hyphens, at most 40 characters; begin with a letter and do"
        " not end with a hyphen."
    )


def _size_problems(request: ClusterRequest) -> Iterator[Problem]:
    size = request.size
    if size in SIZES:
        return
    if not 1 <= size <= LARGEST_SIZE:
        yield _problem("size", "size_invalid", say("Choose 1, 3, 5 or 7 members."))
        return
    yield Problem(field="size", code="size_even", text=even_size(size), can_accept=True)


def even_size(size: int) -> Text:
    """Why an even size is a bad idea, with its numbers."""
    return say(
        "{size} members need {quorum} to agree. Of {fewer} members as many may fail"
        " ({survived}), and there is one less that can. Choose {fewer} or {more}, or"
        " accept “size_even”.",
        size=size,
        quorum=quorum(size),
        survived=failures_survived(size),
        fewer=size - 1,
        more=size + 1,
    )


def _member_name_problems(request: ClusterRequest) -> Iterator[Problem]:
    names = request.member_names
    if not names:
        return
    count = request.size + request.extra_members
    if len(names) != count:
        text = say("{count} names for {size} members.", count=len(names), size=count)
        yield _problem("member_names", "member_names_count", text)
    for name in names:
        if not is_label(name):
            text = say("“{name}”: {rule}", name=name[:60], rule=label_rule())
            yield _problem("member_names", "member_name_invalid", text)
        elif name in RESERVED:
            text = say("“{name}” is reserved; choose another name.", name=name)
            yield _problem("member_names", "member_name_reserved", text)
    for name in [name for name, count in Counter(names).items() if count > 1]:
        text = say(
            "Two members are called {name}; etcd would take them for one.",
            name=name[:60],
        )
        yield _problem("member_names", "member_name_twice", text)


def _bootstrap_problems(
    request: ClusterRequest, offers: Mapping[str, HostOffer], places: Places
) -> Iterator[Problem]:
    modes = [mode.value for mode in BootstrapMode]
    if request.bootstrap not in modes:
        text = say("Choose one of: {names}.", names=", ".join(modes))
        yield _problem("bootstrap", "bootstrap_unknown", text)
        return
    yield from meeting_problems(request, offers, places)


def _token_problems(request: ClusterRequest) -> Iterator[Problem]:
    if request.cluster_token and not _TOKEN.fullmatch(request.cluster_token):
        text = say("Use letters, digits, dots, hyphens and underscores, at most 128.")
        yield _problem("cluster_token", "token_invalid", text)


def version_problems(written: str) -> Iterator[Problem]:
    """Unknown releases are refused; dangerous ones need to be accepted."""
    if not written:
        return
    version = known_version(written)
    if version is None:
        text = say(
            "etcd {version} is not a release this panel knows. Newest of each line:"
            " {newest}.",
            version=written[:40],
            newest=", ".join(str(line.newest) for line in LINES.values()),
        )
        yield _problem("version", "version_unknown", text)
        return
    for advisory in advisories(version):
        if advisory.must_accept:
            yield Problem(
                field="version",
                code=advisory.code,
                text=advisory.text,
                can_accept=True,
            )
