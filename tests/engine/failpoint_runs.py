"""One failpoint at work: arrange, break, heal, and compare with an undisturbed run.

What a step of a kind does to the pretended world is learned from an undisturbed run,
so that nothing of it is written down twice. The world outlives every worker; its log
says what was done, and how often.
"""

import os
import re
import signal
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, connections
from django.db.models.functions import Now

from clusters import actions
from clusters.core.plan import StepKind
from clusters.core.request import DiscoveryRequest
from clusters.engine import execute, failpoints, run, sweep
from clusters.engine import slice as a_slice
from clusters.models import (
    Cluster,
    DiscoveryToken,
    Event,
    Member,
    Operation,
    PortLease,
    StepRecord,
)
from tests.engine.conftest import ASKER

BY_REGISTRY = {
    StepKind.CHECK_DISCOVERY,
    StepKind.PREPARE_TICKET,
    StepKind.ATTACH_STORE,
    StepKind.AWAIT_REGISTRATION,
    StepKind.START_PROXY,
    StepKind.AWAIT_PROXY,
    StepKind.DETACH_STORE,
}
BY_RECORDS = {
    StepKind.CREATE_DNS,
    StepKind.START_DNS,
    StepKind.AWAIT_DNS,
    StepKind.REMOVE_DNS,
}
REMOVALS = {
    StepKind.REMOVE_MEMBER,
    StepKind.REMOVE_VOLUME,
    StepKind.LEAVE_NETWORK,
    StepKind.REMOVE_DNS,
    StepKind.REMOVE_NETWORK,
    StepKind.FORGET_CLUSTER,
}
LOOKS_ONLY = {
    StepKind.CHECK_HOST,
    StepKind.CHECK_DISCOVERY,
    StepKind.AWAIT_DNS,
    StepKind.AWAIT_REGISTRATION,
    StepKind.AWAIT_PROXY,
    StepKind.AWAIT_HEALTH,
    StepKind.AWAIT_MEMBER,
    StepKind.FORGET_CLUSTER,
}
OLD, NEWER = "3.4.45", "3.5.35"
IMAGES = [f"quay.io/coreos/etcd:v{version}" for version in (OLD, NEWER)]
DNS_IMAGE = "coredns/coredns:1.14.0"
STRANGER = "somebody"
AT_THE_CALL = {"before_call", "after_call"}
LOCKED_SECONDS = 0.15
# By kind: the same in every world.
LEARNED = {}


def reason_against(kind, border, mode):
    """Why a combination can not exist; nothing when it does."""
    if border in AT_THE_CALL and kind in LOOKS_ONLY:
        return "the step only looks: there is no call"
    if mode != "drop":
        return ""
    if border not in AT_THE_CALL:
        return "no answer is awaited there"
    if (kind, border) == (StepKind.PULL_IMAGE, "before_call"):
        return "a pull that is cut off was not done, and is done again"
    return ""


def in_a_child(work):
    """Start a forked process, as a worker's pool does; its pid."""
    pid = os.fork()
    if pid == 0:
        for wire in connections.all(initialized_only=True):
            wire.connection = None  # the parent's: neither used nor closed
        try:
            work()
        finally:
            os._exit(0)
    return pid


def status_of(pid):
    return os.waitpid(pid, 0)[1]


class Runs:
    """All that the runs of one test share: a world, a database, and strangers in it."""

    def __init__(self, kind, world, folder, asking):
        self.kind, self.world, self.folder = kind, world, folder
        self.create, create_store, self.finish, self.delete = asking
        for image in (*IMAGES, DNS_IMAGE):
            world.offer_image(image)
        world.put_panel_inside()
        world.add_network(STRANGER)
        world.add_volume(STRANGER)
        world.add_instance(STRANGER)
        if kind in BY_REGISTRY:
            create_store()
        if kind not in LEARNED:
            LEARNED[kind] = self._learn()
        self.calls, self.expected, self.things = LEARNED[kind]

    def _learn(self):
        """What each step of the kind calls, what an undisturbed run does in all, and
        what is there then."""
        operation = self.begin("undisturbed")
        before = len(self.world.calls())
        with self._noted() as steps:
            assert self.finish(operation).state == "succeeded"
        done = effects(self.world.calls()[before:], "undisturbed")
        assert max(done.values()) == 1
        return steps, done, self.things_of("undisturbed")

    @contextmanager
    def _noted(self):
        """One call after another, so that the log tells which step made it."""
        one_by_one, original, steps = threading.Lock(), execute._act, []

        def act(handler, job, seen):
            with one_by_one:
                before = len(self.world.calls())
                try:
                    return original(handler, job, seen)
                finally:
                    if job.step.kind == self.kind:
                        made = self.world.calls()[before:]
                        steps.extend((c["verb"], c["target"]) for c in made)

        execute._act = act
        try:
            yield steps
        finally:
            execute._act = original

    # Arrange

    def begin(self, name):
        """An operation that waits, in whose course a step of the kind comes."""
        for image in (*IMAGES, DNS_IMAGE):
            self.world.forget_image(image)
        operation = self.create(name, **self._how(name))
        if self.kind in REMOVALS:
            assert self.finish(operation).state == "succeeded"
            return self.delete(name)
        if self.kind == StepKind.AWAIT_MEMBER:
            assert self.finish(operation).state == "succeeded"
            self.world.remove(f"{name}-etcd2")
            sweep.look_at_clusters()
            return Operation.objects.get(kind="repair", cluster_name=name)
        return operation

    def _how(self, name):
        if self.kind in BY_REGISTRY:
            return {"version": OLD, "bootstrap": "discovery_v2", "extra_members": 1}
        if self.kind in BY_RECORDS:
            zone = DiscoveryRequest(domain=f"{name}.test")
            return {"version": NEWER, "bootstrap": "dns_srv", "discovery": zone}
        return {"version": OLD}

    # Break, and heal

    def go(self, border, mode, again=""):
        """Break one run there, let others go on, and look whether all is as it was to
        be."""
        name = f"{border.replace('_', '-')}-{mode}{again}"
        operation = self.begin(name)
        before = len(self.world.calls())
        getattr(self, f"_{mode}")(operation, border)
        calls = self.world.calls()[before:]
        operation.refresh_from_db()
        if mode == "raise":
            self._check_errored(operation, calls)
        else:
            self._check_succeeded(operation, calls)
        self._check_always(operation)

    def _kill(self, operation, border):
        def work():
            self._arm(border, "kill")
            run.advance(operation.pk)

        status = status_of(in_a_child(work))
        assert os.WIFSIGNALED(status), "the border was not passed"
        assert os.WTERMSIG(status) == signal.SIGKILL
        assert sweep.take_over(run.advance) == 1
        self._finish(operation)

    def _raise(self, operation, border):
        self._arm(border, "raise")
        try:
            run.advance(operation.pk)
        except failpoints.InjectedError:
            pass
        else:
            raise AssertionError("the border was not passed")
        operation.refresh_from_db()
        assert (operation.state, operation.code) == ("errored", "internal_error")
        log_is_whole(operation)
        if operation.kind == "create":
            self._finish(self.delete(operation.cluster_name))
        elif operation.cluster is not None:
            self._finish(actions.retry_operation(ASKER, operation.pk))

    def _drop(self, operation, border):
        if border == "after_call":
            self._arm(border, "drop")
        else:
            for verb, target in self._targets(operation.cluster_name)[:1]:
                self.world.drop_answer(verb, target)
        self._finish(operation)
        self._check_passed()
        self.world.heal()

    def _database(self, operation, border):
        """Shorter patience on SQLite: a second of its own would hide the outage."""
        self._arm(border, f"database:{LOCKED_SECONDS}")
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout=20")
        run.advance(operation.pk)
        self._check_passed()
        connection.close()
        self._finish(operation)

    def _hang(self, operation, border):
        """Frozen, heartbeat and all, until another has finished its work."""
        fifo = self.folder / operation.cluster_name
        os.mkfifo(fifo)
        pid = in_a_child(lambda: self._sleep(operation, border, fifo))
        gate = _opened(fifo, pid)
        try:
            _freeze(pid)
            # So much time has passed; it may not be told by this machine's clock.
            expired = Operation.objects.filter(pk=operation.pk)
            assert expired.update(lease_until=Now() - timedelta(seconds=1))
            assert run.advance(operation.pk)
            self._finish(operation)
            before = self.world.calls(), self._rows(operation)
        finally:
            os.close(gate)
            os.kill(pid, signal.SIGCONT)
            status = status_of(pid)
        assert status == 0
        calls, rows = self.world.calls(), self._rows(operation)
        assert (calls, rows) == before, "it did something after its lease"

    def _sleep(self, operation, border, fifo):
        """In the child: nobody is between the fence and its call when it freezes."""
        still = threading.RLock()
        hang, attempt = failpoints.MODES["hang"], a_slice.execute

        def hang_when_still(until):
            with still:
                hang(until)

        def one_by_one(job):
            with still:
                return attempt(job)

        failpoints.MODES["hang"], a_slice.execute = hang_when_still, one_by_one
        self._arm(border, f"hang:{fifo}")
        run.advance(operation.pk)

    def _arm(self, border, mode):
        failpoints._ARMED[f"{self.kind}.{border}"] = mode

    def _check_passed(self):
        assert not failpoints._ARMED, "the border was not passed"

    def _targets(self, name):
        assert self.calls, f"no step of {self.kind} was done"
        return [(v, target.replace("undisturbed", name)) for v, target in self.calls]

    def _finish(self, operation):
        progress = self.finish(operation)
        assert progress.state == "succeeded", progress

    # What must hold

    def _check_succeeded(self, operation, calls):
        name = operation.cluster_name
        done = effects(calls, name)
        assert done == self.expected, (done - self.expected, self.expected - done)
        assert (operation.state, operation.owner) == ("succeeded", "")
        assert self.things_of(name) == self.things
        rows = Cluster.objects.filter(name=name)
        assert rows.count() == (self.kind not in REMOVALS)
        tokens = DiscoveryToken.objects.filter(cluster_name=name)
        states = list(tokens.values_list("state", flat=True))
        assert states == (["used"] if self.kind in BY_REGISTRY else [])

    def _check_errored(self, operation, calls):
        """Nothing was done twice, and the way out led where it leads: what was to be
        made is taken back by a delete, and what was begun else is ended by a retry."""
        name = operation.cluster_name
        assert operation.state == "errored"
        assert max(effects(calls, name).values(), default=1) == 1
        is_there = operation.kind == "repair"
        assert self.things_of(name) == (self.things if is_there else [])
        assert Cluster.objects.filter(name=name).count() == is_there
        held = DiscoveryToken.objects.filter(cluster_name=name, state="in_use")
        assert not held.exists()

    def _check_always(self, operation):
        log_is_whole(operation)
        ports_are_lent_once()
        for things in self.world.things().values():
            assert STRANGER in things
        assert STRANGER not in {call["target"] for call in self.world.calls()}

    def things_of(self, name):
        return sorted(
            (kind, thing.replace(name, "…"))
            for kind, things in self.world.things().items()
            for thing in things
            if thing.startswith(f"{name}-") or thing == name
        )

    def _rows(self, operation):
        steps = StepRecord.objects.filter(operation=operation).order_by("pk")
        events = Event.objects.filter(operation=operation).order_by("number")
        itself = Operation.objects.filter(pk=operation.pk)
        return [list(rows.values()) for rows in (itself, steps, events)]


def effects(calls, name):
    """What was called how often, with names and tokens as in every other run."""
    return Counter(
        (
            call["verb"],
            re.sub(r"[0-9a-f-]{32,}", "#", call["target"].replace(name, "…")),
            call["outcome"],
        )
        for call in calls
    )


def log_is_whole(operation):
    """Numbers without a gap; the end is said once, and last."""
    rows = Event.objects.filter(operation=operation).order_by("number")
    lines = list(rows.values_list("number", "code"))
    assert [number for number, _ in lines] == list(range(1, len(lines) + 1))
    assert operation.last_event == len(lines)
    ends = [code for _, code in lines if code.startswith("operation_")]
    assert ends == [f"operation_{operation.state}"] == [lines[-1][1]]


def ports_are_lent_once():
    lent = sorted(PortLease.objects.values_list("host", "port", "member"))
    rows = Member.objects.values_list("host", "pk", "client_port", "peer_port")
    wanted = sorted((host, port, pk) for host, pk, *ports in rows for port in ports)
    assert lent == wanted
    assert len({(host, port) for host, port, _ in lent}) == len(lent)


def _opened(fifo, pid):
    """The pipe at which a child hangs; AssertionError when it ended before."""
    pause = threading.Event()
    while True:
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            ended, _ = os.waitpid(pid, os.WNOHANG)
            assert not ended, "the border was not passed"
            pause.wait(0.005)


def _freeze(pid):
    """Stop a process at a moment when it holds nothing of the database.

    A frozen process keeps its locks, which only the database could take from it.
    """
    pause = threading.Event()
    while True:
        os.kill(pid, signal.SIGSTOP)
        os.waitpid(pid, os.WUNTRACED)
        if _is_free():
            return
        os.kill(pid, signal.SIGCONT)
        pause.wait(0.01)


def _is_free():
    wire = connection.copy()
    try:
        with wire.cursor() as cursor:
            if wire.vendor == "sqlite":
                cursor.execute("PRAGMA busy_timeout=0")
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("ROLLBACK")
            else:
                cursor.execute("SET lock_timeout = 100")
                cursor.execute("BEGIN")
                cursor.execute("SELECT 1 FROM clusters_operation FOR UPDATE NOWAIT")
                cursor.execute("ROLLBACK")
    except OperationalError:
        return False
    finally:
        wire.close()
    return True
