"""A filled-in create form, judged: what is wrong, and what would be made."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from clusters import queries
from clusters.core.spec import BootstrapMode
from clusters.queries import HostView
from clusters.web.again import answers_of_operation
from clusters.web.forms import ClusterForm
from clusters.web.judging import Judged
from clusters.web.meeting import Meeting, meeting_of
from clusters.web.parameters import clean, whole_number
from clusters.web.versions import Offers, offers_of

DEFAULT_SIZE = 3
_LONGEST = 40


@dataclass(kw_only=True, slots=True)
class Proposal(Judged):
    """The form and everything that is shown with it."""

    form: ClusterForm
    hosts: tuple[HostView, ...]
    chosen: tuple[str, ...]
    versions: Offers
    meeting: Meeting

    @property
    def is_store_missing(self) -> bool:
        """A store of the mode's protocol is needed, there is none, none is made."""
        return "store_missing" in self.problems and not self.meeting.is_waiting

    @property
    def size(self) -> int:
        """The size that is chosen; 0 when none is."""
        return whole_number(self.form.data.get("size", ""))

    @property
    def lost_version(self) -> str:
        """A version that was chosen and that is not offered for what is chosen now."""
        known = {"", *(offer.version for offer in self.versions.fitting)}
        return self._lost("version", known)

    @property
    def lost_store(self) -> str:
        """A store that was chosen and that does not fit the mode chosen now."""
        return self._lost("discovery.store", {"", *self.meeting.store_names})

    def _lost(self, field: str, known: set[str]) -> str:
        asked = clean(self.form.data.get(field, ""), _LONGEST)
        return "" if asked in known else asked

    @property
    def trouble(self) -> list[tuple[str, str]]:
        return self.trouble_in(self.form)

    @property
    def needs_hosts(self) -> bool:
        """Nowhere to run yet: a look at the hosts may be under way."""
        return not any(host.usable for host in self.hosts)


def first_answers(given: QueryDict) -> QueryDict:
    """What the form says before anybody touched it: a name, three members, a host.

    A link may bring answers with it.
    """
    data = answers_of_operation(given.get("from", ""))
    for name in given:
        data.setlist(name, given.getlist(name))
    data.setdefault("name", queries.free_name("cluster"))
    data.setdefault("size", str(DEFAULT_SIZE))
    data.setdefault("bootstrap", BootstrapMode.STATIC.value)
    best = best_host(queries.host_list())
    if best:
        data.setdefault("hosts", best)
    return data


def judge(data: QueryDict) -> Proposal:
    """Ask the desk what it would make of the answers."""
    hosts = queries.host_list()
    chosen = tuple(data.getlist("hosts"))
    form = ClusterForm(data)
    form.is_valid()
    request = form.to_request()
    places = [host for host in hosts if host.name in chosen]
    proposal = Proposal(
        form=form,
        hosts=hosts,
        chosen=chosen,
        versions=offers_of(places, request),
        meeting=meeting_of(request, data, places),
    )
    proposal.judge(form, request)
    return proposal


def best_host(hosts: Iterable[HostView]) -> str:
    """An engine before processes, one that has an image before one that must pull."""
    usable = [host for host in hosts if host.usable]
    ranked = sorted(
        usable,
        key=lambda host: (
            host.kind == "process",
            not host.versions,
            not host.pullable,
            host.name,
        ),
    )
    return ranked[0].name if ranked else ""
