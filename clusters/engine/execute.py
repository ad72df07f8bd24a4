"""Do one step: look, already so, must refuse, check the fence, one call, look again."""

from typing import Any

from clusters.core.errors import BackendError, Unavailable
from clusters.core.outcome import Failed, NotYet, Outcome
from clusters.core.plan import StepKind
from clusters.core.text import say
from clusters.engine import failpoints
from clusters.engine.job import Job
from clusters.engine.steps import (
    health,
    hosts,
    images,
    meeting,
    members,
    names,
    networks,
    proxies,
    volumes,
)
from clusters.engine.steps.base import Handler

HANDLERS: dict[StepKind, Handler] = {
    StepKind.CHECK_HOST: hosts.CheckHost(),
    StepKind.CHECK_DISCOVERY: meeting.CheckDiscovery(),
    StepKind.PULL_IMAGE: images.PullImage(),
    StepKind.CREATE_NETWORK: networks.CreateNetwork(),
    StepKind.JOIN_NETWORK: networks.JoinNetwork(),
    StepKind.PREPARE_TICKET: meeting.PrepareTicket(),
    StepKind.ATTACH_STORE: meeting.AttachStore(),
    StepKind.CREATE_DNS: names.CreateDns(),
    StepKind.START_DNS: names.StartDns(),
    StepKind.AWAIT_DNS: names.AwaitDns(),
    StepKind.CREATE_VOLUME: volumes.CreateVolume(),
    StepKind.CREATE_MEMBER: members.CreateMember(),
    StepKind.START_MEMBER: members.StartMember(),
    StepKind.AWAIT_REGISTRATION: meeting.AwaitRegistration(),
    StepKind.AWAIT_HEALTH: health.AwaitHealth(),
    StepKind.AWAIT_MEMBER: health.AwaitMember(),
    StepKind.START_PROXY: proxies.StartProxy(),
    StepKind.AWAIT_PROXY: proxies.AwaitProxy(),
    StepKind.DETACH_STORE: meeting.DetachStore(),
    StepKind.SET_RESTART_POLICY: members.SetRestartPolicy(),
    StepKind.REMOVE_MEMBER: members.RemoveMember(),
    StepKind.REMOVE_VOLUME: volumes.RemoveVolume(),
    StepKind.REMOVE_DNS: names.RemoveDns(),
    StepKind.LEAVE_NETWORK: networks.LeaveNetwork(),
    StepKind.REMOVE_NETWORK: networks.RemoveNetwork(),
    StepKind.FORGET_CLUSTER: hosts.ForgetCluster(),
}

_UNAVAILABLE_RETRY = 1.0
_AGAIN = 0.2
# The host says that somebody was quicker: most often an earlier attempt of this step.
_RACES = {"name_taken"}


def execute(job: Job) -> Outcome:
    """One attempt at one step; never raises what the world outside does."""
    handler = HANDLERS[job.step.kind]
    try:
        return _attempt(handler, job)
    except Unavailable as error:
        return NotYet(why=error.text, retry_in=_UNAVAILABLE_RETRY)
    except BackendError as error:
        return Failed(code=error.code, why=error.text, advice=error.advice)


def _attempt(handler: Handler, job: Job) -> Outcome:
    seen = handler.look(job)
    outcome = handler.judge(job, seen)
    if outcome is not None:
        return outcome
    # The border is before the fence: whoever slept there past its lease is stopped.
    failpoints.reach(job.step.kind, "before_call")
    job.guard()
    error = _act(handler, job, seen)
    failpoints.reach(job.step.kind, "after_call")
    outcome = handler.after(job, handler.look(job))
    if outcome is not None:
        return outcome
    if error is not None:
        return Failed(code=error.code, why=error.text, advice=error.advice)
    return NotYet(why=say("the host does not show it yet"), retry_in=_AGAIN)


def _act(handler: Handler, job: Job, seen: Any) -> BackendError | None:
    try:
        handler.act(job, seen)
    except Unavailable:
        raise
    except BackendError as error:
        if error.code not in _RACES:
            raise
        return error
    return None
