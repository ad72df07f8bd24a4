"""Steps by which members meet: tokens, and the store on the members' network."""

from dataclasses import replace

from clusters.core.errors import Unavailable
from clusters.core.findings import Finding
from clusters.core.health import formation
from clusters.core.meeting import Ticket, TokenSeen
from clusters.core.observed import InstanceSeen
from clusters.core.outcome import Done, Failed, NotYet, Outcome
from clusters.core.spec import BootstrapMode
from clusters.core.text import say
from clusters.discovery.base import Registry
from clusters.engine import tickets
from clusters.engine.job import Job
from clusters.engine.meeting import key_of
from clusters.engine.meeting_preflight import meeting_findings
from clusters.engine.steps.base import Handler, judged

POLL_SECONDS = 0.05


class CheckDiscovery(Handler):
    """Nothing may be wrong with the place where members meet."""

    def look(self, job: Job) -> tuple[Finding, ...]:
        return tuple(meeting_findings(job.spec, job.tools))

    def judge(self, job: Job, seen: tuple[Finding, ...]) -> Outcome | None:
        return judged(seen, job.accepted)


class PrepareTicket(Handler):
    """A token that nobody has used, with the size of the cluster."""

    def look(self, job: Job) -> TokenSeen | None:
        key = key_of(job.spec.bootstrap, _ticket(job))
        return _registry(job).look(key) if key else None

    def judge(self, job: Job, seen: TokenSeen | None) -> Outcome | None:
        if seen is None or (seen.size is None and seen.is_fresh):
            return None
        problem = token_problem(job, seen)
        if problem is not None:
            return problem
        place = job.step.target
        message = say("a token of {place} for {size}", place=place, size=job.spec.size)
        return Done(message=message, result={"url": _ticket(job).url})

    def act(self, job: Job, seen: TokenSeen | None) -> None:
        spec, ticket = job.spec, _ticket(job)
        if spec.bootstrap != BootstrapMode.DISCOVERY_PUBLIC:
            key = key_of(spec.bootstrap, ticket)
            job.tools.meeting.store(ticket).write_size(key, spec.size)
        elif not ticket.url:
            issuer = job.tools.meeting.issuer(ticket.service)
            job.made["url"] = issuer.new(spec.size)

    def after(self, job: Job, seen: TokenSeen | None) -> Outcome | None:
        if seen is None:
            return Failed(
                code="token_gone",
                why=say("{place} does not know the token.", place=job.step.target),
                advice=say("Retry the operation: it gets a new token."),
            )
        return self.judge(job, seen)


class AwaitRegistration(Handler):
    """Every member has registered, by the word of the registry.

    A registry that dies when all have registered has done what it was for: whether the
    cluster has formed is then the members' word alone.
    """

    def look(self, job: Job) -> TokenSeen | Unavailable | None:
        try:
            seen = _registry(job).look(key_of(job.spec.bootstrap, job.spec.ticket))
        except Unavailable as error:
            return error
        names = "" if seen is None else ",".join(r.name for r in seen.registrations)
        if seen is not None and job.made.get("registered") != names:
            tickets.note_registrations(job.spec, seen)
            job.made["registered"] = names
        return seen

    def judge(self, job: Job, seen: TokenSeen | Unavailable | None) -> Outcome | None:
        spec = job.spec
        came = list(filter(None, job.made.get("registered", "").split(",")))
        awaited = [m.name for m in spec.voters if m.name not in came]
        if not awaited or isinstance(formation(spec, job.heard), Done):
            names = ", ".join(came) or "-"
            return Done(message=say("registered: {names}", names=names))
        count = spec.size - len(awaited)
        numbers = {"current": count, "total": spec.size}
        if isinstance(seen, Unavailable):
            return NotYet(why=seen.text, retry_in=POLL_SECONDS, progress=numbers)
        return NotYet(
            why=say(
                "{count} of {size} registered: {names}; waiting for {awaited}",
                count=count,
                size=spec.size,
                names=", ".join(came) or "-",
                awaited=", ".join(awaited),
            ),
            retry_in=POLL_SECONDS,
            progress=numbers,
        )


class AttachStore(Handler):
    """The store's container is on the members' network as long as they need it."""

    def look(self, job: Job) -> InstanceSeen | None:
        return job.driver.find_instance(job.step.target)

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None or not owned(job, seen):
            return Failed(
                code="store_gone",
                why=say("The store {name} is not there.", name=job.step.target),
                advice=say("Choose another store, or make one."),
            )
        if job.spec.network_name in seen.networks:
            return Done(message=say("on the network {name}", name=_network(job)))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None:
            names = (job.step.target,)
            job.driver.connect_instance(_network(job), seen.id, names)


class DetachStore(Handler):
    """The store's container leaves the members' network again."""

    def look(self, job: Job) -> InstanceSeen | None:
        return job.driver.find_instance(job.step.target)

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        there = seen is not None and owned(job, seen)
        if seen is None or not there or _network(job) not in seen.networks:
            return Done(message=say("not on the network {name}", name=_network(job)))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None:
            job.driver.disconnect_instance(_network(job), seen.id)


def token_problem(job: Job, seen: TokenSeen) -> Failed | None:
    """Why a token can not be this cluster's."""
    size = job.spec.size
    if seen.registrations:
        names = ", ".join(r.name for r in seen.registrations)
        why = say("{names} registered under this token already.", names=names)
        return Failed(code="token_used", why=why, advice=NEW_TOKEN)
    if seen.size != str(size):
        why = say(
            "The token is for {found} members, not for {size}.",
            found=(seen.size or "?")[:20],
            size=size,
        )
        return Failed(code="token_size", why=why, advice=NEW_TOKEN)
    return None


NEW_TOKEN = say("A token serves one cluster, once: use a new one.")


def owned(job: Job, seen: InstanceSeen) -> bool:
    return seen.belongs_to(job.tools.installation, job.step.target)


def _ticket(job: Job) -> Ticket:
    """The ticket, with the URL that the service gave a moment ago."""
    given = job.made.get("url", "")
    return replace(job.spec.ticket, url=given) if given else job.spec.ticket


def _registry(job: Job) -> Registry:
    return job.tools.meeting.registry(job.spec.bootstrap, job.spec.ticket)


def _network(job: Job) -> str:
    return job.spec.network_name
