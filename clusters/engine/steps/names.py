"""Steps about the name server that the panel runs for one cluster."""

from clusters.core.coredns import COREFILE_PATH, ZONE_PATH, corefile, zone_file
from clusters.core.findings import Finding, FindingLevel
from clusters.core.labels import spec_hash
from clusters.core.meeting_steps import DNS_PIN
from clusters.core.names import LABEL
from clusters.core.observed import InstanceSeen, RunState
from clusters.core.outcome import Done, Failed, NotYet, Outcome
from clusters.core.text import say
from clusters.core.zone_findings import zone_findings
from clusters.core.zones import zone_of
from clusters.drivers.base import Service
from clusters.engine.job import Job
from clusters.engine.steps.base import CONTAINER, Handler, foreign

POLL_SECONDS = 0.05
DNS_PORT = 53
# The zone is written once; nobody follows its changes.
_SERIAL = 1


class DnsHandler(Handler):
    """A step about the container of the name server."""

    def look(self, job: Job) -> InstanceSeen | None:
        return job.driver.find_instance(job.step.target)


class CreateDns(DnsHandler):
    """Made, with the zone of this cluster."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None:
            return None
        if not job.owns(seen):
            return foreign(CONTAINER, seen)
        return Done(message=say("{name} is made", name=seen.name))

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        job.driver.create_service(service(job))


class StartDns(DnsHandler):
    """Running, with its files in it."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None:
            return Failed(
                code="dns_lost",
                why=say("{name} was removed by somebody.", name=job.step.target),
                advice=say("Retry the operation: it makes what is missing."),
            )
        if not job.owns(seen):
            return foreign(CONTAINER, seen)
        if seen.state == RunState.RUNNING:
            return Done(message=say("started {when}", when=seen.started_at[:19]))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None and job.owns(seen):
            job.driver.start_service(seen.id, files(job))

    def after(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is not None and seen.state == RunState.EXITED:
            return Failed(
                code="dns_exited",
                why=say("{name} ended by itself.", name=seen.name),
                advice=say("Look at its last lines below."),
                evidence=job.driver.log_tail(seen.name, 20),
            )
        return self.judge(job, seen)


class AwaitDns(Handler):
    """Every record is answered as planned, before the first member asks."""

    def look(self, job: Job) -> tuple[Finding, ...] | None:
        address = job.driver.published_udp(job.step.target, DNS_PORT)
        if not address:
            seen = job.driver.find_instance(job.step.target)
            runs = seen is not None and seen.state == RunState.RUNNING
            return () if runs else None
        zone = zone_of(job.spec)
        servers = job.tools.meeting.name_servers((address,))
        return zone_findings(zone, servers.look(zone))

    def judge(self, job: Job, seen: tuple[Finding, ...] | None) -> Outcome | None:
        if seen is None:
            why = say("{name} does not run yet", name=job.step.target)
            return NotYet(why=why, retry_in=POLL_SECONDS)
        if not seen:
            return Done(message=say("it runs; from here it can not be asked"))
        wrong = [finding for finding in seen if finding.level == FindingLevel.BLOCK]
        if wrong:
            return NotYet(why=wrong[0].text, retry_in=POLL_SECONDS)
        count = len(job.spec.voters)
        return Done(message=say("all records of {count} members", count=count))


class RemoveDns(DnsHandler):
    """Gone; it keeps no data."""

    def judge(self, job: Job, seen: InstanceSeen | None) -> Outcome | None:
        if seen is None:
            return Done(message=say("it is gone"))
        if not job.owns(seen):
            return Done(message=say("{name} is not ours: left alone", name=seen.name))
        return None

    def act(self, job: Job, seen: InstanceSeen | None) -> None:
        if seen is not None and job.owns(seen):
            job.driver.remove_instance(seen.id)


def service(job: Job) -> Service:
    """Everything that makes the name server what it is."""
    spec = job.spec
    image = job.images.get(DNS_PIN, job.tools.meeting.dns_image)
    mark = spec_hash({"image": image, "files": files(job)})
    return Service(
        name=spec.dns_instance,
        image=image,
        address=spec.ticket.dns_address,
        network=spec.network_name,
        command=("-conf", COREFILE_PATH),
        labels=job.labels | {f"{LABEL}.spec": mark},
        files=files(job),
        published_udp=DNS_PORT,
    )


def files(job: Job) -> dict[str, str]:
    zone = zone_of(job.spec)
    return {
        COREFILE_PATH: corefile(zone.domain),
        ZONE_PATH: zone_file(zone, _SERIAL, job.spec.ticket.dns_address),
    }
