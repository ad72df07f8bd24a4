"""One click makes a discovery store, and the create form goes on where it was."""

from collections.abc import Iterator, Mapping
from itertools import count
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from clusters import actions
from clusters.core.errors import IdempotencyError
from clusters.core.request import StoreRequest
from clusters.queries.names import name_problems
from clusters.web.answers import asker
from clusters.web.meeting import carried
from clusters.web.parameters import words
from clusters.web.proposals import Proposal

STEM = "etcd-discovery"


def make_store(request: HttpRequest, proposal: Proposal) -> HttpResponseRedirect:
    """Ask for a store for the chosen mode; the answers so far come back in the link."""
    wanted = StoreRequest(
        name=free_store_name(),
        protocol=proposal.meeting.card.protocol,
        host=next(iter(proposal.chosen), ""),
        network=words(request.POST, "network", 200),
    )
    key = f"{words(request.POST, 'key')}-{wanted.protocol}"
    answers = carried(request.POST, proposal.form.fields)
    try:
        making = str(actions.create_managed_store(asker(request, key), wanted).pk)
    except IdempotencyError:  # pressed twice: the first one is being made
        made = (store.operation for store in proposal.meeting.fitting)
        making = next(filter(None, made), "")
    return _back(answers, making)


def free_store_name() -> str:
    """The name that tutorials use, or the first of those after it that is free."""
    return next(name for name in _names() if not name_problems(name))


def _names() -> Iterator[str]:
    yield STEM
    for number in count(2):
        yield f"{STEM}-{number}"


def _back(answers: Mapping[str, list[str]], making: str) -> HttpResponseRedirect:
    query = urlencode({**answers, "making": making}, doseq=True)
    return HttpResponseRedirect(f"{reverse('cluster_create')}?{query}#meeting")
