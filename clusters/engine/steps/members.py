"""Containers and processes of members."""

from typing import Any

from clusters.core.diagnosis import LINES_TO_READ, evidence, explain
from clusters.core.drift import RESTARTS_BY_ITSELF
from clusters.core.flags import member_flags
from clusters.core.labels import spec_hash
from clusters.core.names import LABEL
from clusters.core.observed import InstanceSeen, RunState
from clusters.core.outcome import Done, Failed, Outcome
from clusters.core.spec import BY_REGISTRY, ClusterSpec, MemberSpec
from clusters.core.text import NOTHING, quote, say
from clusters.drivers.base import Launch
from clusters.engine.job import Job
from clusters.engine.steps.base import CONTAINER, Handler, foreign

# The other members start then, whether or not the first one answers them yet.
LEAD_SECONDS = 1.5


class MemberHandler(Handler):
    """A step about the instance of one member."""

    def look(self, job: Job) -> InstanceSeen | None:
        return job.driver.find_instance(job.instance)


class CreateMember(MemberHandler):
    """Made, not started: members start together."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None:
            return None
        if not job.owns(seen):
            return foreign(CONTAINER, seen)
        if seen.spec_hash == launch(job).labels[f"{LABEL}.spec"]:
            return Done(message=say("{name} is made", name=seen.name))
        if seen.state == RunState.CREATED:
            return None  # an earlier attempt with other settings: made anew
        return Failed(
            code="spec_differs",
            why=say("{name} runs with other settings than planned.", name=seen.name),
            advice=say("Delete the cluster, or look what changed it."),
        )

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is None:
            job.driver.create_instance(launch(job))
        elif job.owns(seen):
            job.driver.remove_instance(seen.id)


class StartMember(MemberHandler):
    """Running; an exit right after the start is explained by its last lines."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        return _missing(job, seen) or _running(seen)

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None and job.owns(seen):
            if files := job.tools.meeting.access.files:
                job.driver.put_files(seen.id, files)
            job.driver.start_instance(seen.id)
            _await_lead(job)

    def after(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is not None and seen.state == RunState.EXITED:
            return exited(job, job.instance, seen)
        return self.judge(job, seen)


class SetRestartPolicy(MemberHandler):
    """The host may restart the member from now on."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        missing = _missing(job, seen)
        if missing is not None:
            return missing
        if seen is not None and seen.restart_policy == RESTARTS_BY_ITSELF:
            return Done(message=say("restarts by itself"))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None and job.owns(seen):
            job.driver.set_restart_policy(seen.id)


class RemoveMember(MemberHandler):
    """Stopped and gone; its data is another step."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None:
            return Done(message=say("it is gone"))
        if not job.owns(seen):
            return Done(message=say("{name} is not ours: left alone", name=seen.name))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None and job.owns(seen):
            job.driver.remove_instance(seen.id)


def launch(job: Job) -> Launch:
    """Everything that makes the member what it is, and the hash of it."""
    spec, member = job.spec, job.member
    flags = member_flags(
        spec,
        member,
        job.driver.data_dir(job.volume),
        job.tools.discovery.flags(spec, member),
    )
    settings: dict[str, Any] = {
        "name": job.instance,
        "member": member.name,
        "version": spec.version,
        "image": job.images.get(member.host, ""),
        "flags": flags,
        "bind_address": spec.bind_address,
        "client_port": member.client_port,
        "peer_port": member.peer_port,
        "network": spec.network_name if spec.in_containers else "",
        "volume": job.volume,
        "address": member.address,
        "aliases": _aliases(spec, member),
        "name_servers": spec.ticket.name_servers if spec.in_containers else (),
    }
    labels = job.labels | {
        f"{LABEL}.member": member.name,
        f"{LABEL}.spec": spec_hash(settings),
    }
    return Launch(labels=labels, **settings)


def _aliases(spec: ClusterSpec, member: MemberSpec) -> tuple[str, ...]:
    """What the engine itself answers to on the members' network.

    A name of a zone is one of them, for peers look it up at each reconnect: a cluster
    that has formed then lives on without its name server. It is not the host name,
    which Linux ends at 64 characters.
    """
    if not spec.in_containers:
        return ()
    return tuple(dict.fromkeys((member.name, spec.host_name(member))))


def exited(job: Job, name: str, seen: InstanceSeen) -> Failed:
    """A member that ended by itself: its last lines and what they mean."""
    lines = job.tools.drivers[_host_of(job, seen)].log_tail(name, LINES_TO_READ)
    found = explain(lines)
    why = say(
        "{member} ended by itself with exit code {code}.",
        member=seen.member or name,
        code=str(seen.exit_code) if seen.exit_code is not None else "?",
    )
    if found is None:
        last = quote(lines[-1]) if lines else NOTHING
        return Failed(
            code="member_exited",
            why=say("{why} Its last words: {last}", why=why, last=last)
            if last
            else why,
            advice=say("Look at its last lines below."),
            evidence=evidence(lines, found),
        )
    return Failed(
        code=found.code,
        why=say("{why} {cause}", why=why, cause=found.cause),
        advice=found.advice,
        evidence=evidence(lines, found),
        remedy=found.remedy,
    )


def _await_lead(job: Job) -> None:
    """The others wait for this step; see core.order.led."""
    spec, member = job.spec, job.member
    is_first = spec.bootstrap not in BY_REGISTRY and member == spec.asked_first
    if is_first and spec.size > 1:
        published = spec.peer_endpoint(member)
        job.driver.await_peer_answer(job.instance, published, LEAD_SECONDS)


def _host_of(job: Job, seen: InstanceSeen) -> str:
    return job.step.host or job.spec.member(seen.member).host


def _missing(job: Job, seen: InstanceSeen | None) -> Failed | None:
    if seen is None:
        return Failed(
            code="member_lost",
            why=say("{name} was removed by somebody.", name=job.instance),
            advice=say("Retry the operation: it makes what is missing."),
        )
    return None if job.owns(seen) else foreign(CONTAINER, seen)


def _running(seen: InstanceSeen | None) -> Done | None:
    if seen is not None and seen.state == RunState.RUNNING:
        return Done(message=say("started {when}", when=seen.started_at[:19]))
    return None
