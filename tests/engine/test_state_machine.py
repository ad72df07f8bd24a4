"""Anything that people, workers and engines do, in any order.

`ETCDPANEL_TEST_STORIES=2000` tells that many stories, other ones each time; without it
they are few and always the same.
"""

import os
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from clusters import actions
from clusters.core.errors import PanelError
from clusters.core.request import ClusterRequest, DiscoveryRequest, StoreRequest
from clusters.engine import failpoints, run, sweep, watch, wiring
from clusters.engine import slice as slices
from clusters.models import (
    Cluster,
    DiscoveryToken,
    Host,
    Observation,
    Operation,
    Store,
)
from clusters.models.operation import ACTIVE
from tests.drivers.world import World
from tests.engine import invariants
from tests.engine.conftest import ASKER
from tests.engine.test_crashes import in_a_child
from tests.racing import at_once

STORIES = int(os.environ.get("ETCDPANEL_TEST_STORIES") or 0)
STORE = "meet"
CLUSTERS = st.sampled_from(["a", "b"])
NAMES = st.sampled_from(["a", "b", STORE])
MODES = st.sampled_from(["static", "discovery_v2", "dns_srv"])
VERBS = st.sampled_from(
    [
        "create_network",
        "create_volume",
        "create_instance",
        "start_instance",
        "set_restart_policy",
        "connect_instance",
        "remove_instance",
        "remove_volume",
        "remove_network",
    ]
)
NUMBER = st.integers(min_value=0, max_value=20)
# No create passes more borders than that in one slice.
BORDERS = st.integers(min_value=1, max_value=70)
MOST_TURNS = 100


def asked_for(name, mode, size):
    zone = DiscoveryRequest(domain=f"{name}.test" if mode == "dns_srv" else "")
    return ClusterRequest(
        name=name,
        size=size,
        hosts=("world",),
        version="3.5.35",
        bootstrap=mode,
        discovery=zone,
    )


def newest(name):
    return Operation.objects.filter(cluster_name=name).first()


def die_at(number):
    """Kill this process at the so-manieth border that it passes."""
    left = [number]

    def reach(kind, border):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)

    failpoints.reach = reach
    failpoints.reach_all = lambda steps, border: [reach(s.kind, border) for s in steps]


class Panel(RuleBasedStateMachine):
    """A panel, its people, its workers, and the engine under it."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.mkdtemp(prefix="ep-")
        self.world = World(Path(self.folder) / "world").__enter__()
        self.settings = override_settings(
            PANEL_MEMORY_SOCKET=self.world.socket, PANEL_BOOTSTRAP_SECONDS=2
        )
        self.settings.enable()
        wiring._driver.cache_clear()
        for model in (Operation, DiscoveryToken, Store, Cluster, Observation, Host):
            model.objects.all().delete()
        host = Host.objects.create(name="world", kind="memory")
        watch.observe_host(host)
        self.volumes = set()
        self.by_hand = set()
        self.is_sound = True

    def teardown(self):
        try:
            if self.is_sound:
                self.come_to_rest()
                self.let_all_go()
        finally:
            self.settings.disable()
            self.world.__exit__()
            shutil.rmtree(self.folder)

    # People

    @initialize(managed=st.booleans(), mode=MODES)
    def begin(self, managed, mode):
        if managed:
            self.create_store()
            self.work(0)
        self.create("a", mode, 3)

    @rule()
    def create_store(self):
        wanted = StoreRequest(name=STORE, protocol="v2", host="world", version="3.5.35")
        self._ask(lambda: actions.create_managed_store(ASKER, wanted))

    @rule(name=CLUSTERS, mode=MODES, size=st.sampled_from([1, 3]))
    def create(self, name, mode, size):
        wanted = asked_for(name, mode, size)
        self._ask(lambda: actions.create_cluster(ASKER, wanted))

    @rule(name=NAMES)
    def cancel(self, name):
        if operation := newest(name):
            self._ask(lambda: actions.cancel_operation(ASKER, operation.pk))

    @rule(name=NAMES)
    def retry(self, name):
        if operation := newest(name):
            self._ask(lambda: actions.retry_operation(ASKER, operation.pk))

    @rule(name=NAMES)
    def delete(self, name):
        act = actions.delete_store if name == STORE else actions.delete_cluster
        self._ask(lambda: act(ASKER, name, confirm=name))

    @rule(name=CLUSTERS, hands_off=st.booleans())
    def keep_hands_off(self, name, hands_off):
        self._ask(lambda: actions.set_hands_off(ASKER, name, hands_off=hands_off))

    def _ask(self, act):
        try:
            act()
        except PanelError:
            return  # a refusal is an answer

    # Workers

    @rule(number=NUMBER)
    def work(self, number):
        """A worker takes one operation and goes on with it for a slice."""
        if operation := self._waiting(number):
            run.advance(operation.pk)

    @rule(number=NUMBER, border=BORDERS)
    def die(self, number, border):
        """A worker is killed in the middle of its work."""
        if operation := self._waiting(number):

            def work():
                die_at(border)
                run.advance(operation.pk)

            connections.close_all()  # SQLite's locks do not outlive a fork well
            in_a_child(work)

    @rule(number=NUMBER)
    def die_elsewhere(self, number):
        """A worker of another machine took one, and was never heard of again."""
        operation = self._waiting(number)
        if operation and operation.claim("elsewhere|1|2|3.00", timedelta(seconds=30)):
            late = Now() - timedelta(seconds=1)
            Operation.objects.filter(pk=operation.pk).update(lease_until=late)

    @rule()
    def take_over(self):
        sweep.take_over(run.advance)

    @rule()
    def take_over_twice(self):
        for outcome in at_once(2, lambda _: sweep.take_over(run.advance)):
            assert isinstance(outcome, int), outcome

    @rule()
    def look(self):
        sweep.look_at_clusters()

    def _waiting(self, number):
        """One of those that wait; nobody waits for its time in a story."""
        active = Operation.objects.filter(state__in=ACTIVE)
        active.update(next_run_at=Now())
        rows = list(active.order_by("created_at"))
        return rows[number % len(rows)] if rows else None

    # The engine, and whoever else is at it

    @rule(verb=VERBS, answers=st.booleans())
    def fail_once(self, verb, answers):
        """The engine says no, or does it and is not heard."""
        (self.world.refuse if answers else self.world.drop_answer)(verb)

    @rule(whole=st.booleans())
    def stop(self, whole):
        (self.world.stop_engine if whole else self.world.stop_registry)()

    @rule(number=NUMBER, how=st.sampled_from(["crash", "remove", "lose"]))
    def harm(self, number, how):
        """An instance ends, or goes by hand, alone or together with its data."""
        names = self.world.things()["instances"]
        if not names:
            return
        name = names[number % len(names)]
        if how == "crash":
            self.world.crash(name)
            return
        self.world.remove(name)
        if how == "lose":
            self.world.remove(f"{name}-data")
            self.by_hand.add(f"{name}-data")

    @rule()
    def heal(self):
        self.world.heal()
        self.world.start_engine()
        self.world.start_registry()

    # What holds

    @invariant()
    def all_is_in_order(self):
        self.is_sound = False
        invariants.check_now(self.world)
        self.volumes = invariants.data_went_only_as_asked(
            self.volumes, self.world, self.by_hand
        )
        self.by_hand -= self.volumes
        self.is_sound = True

    def come_to_rest(self):
        """Heal, and run until nothing is left to do."""
        self.heal()
        for _ in range(MOST_TURNS):
            if self._waiting(0):
                sweep.take_over(run.advance)
            elif not sweep.look_at_clusters():
                break
        else:
            raise AssertionError(list(Operation.objects.filter(state__in=ACTIVE)))
        self.all_is_in_order()
        invariants.check_quiet(self.world)

    def let_all_go(self):
        """Whatever became of a cluster, a delete ends well and leaves nothing."""
        stores_last = Cluster.objects.order_by("serves", "name")
        for name in stores_last.values_list("name", flat=True):
            actions.delete_cluster(ASKER, name, confirm=name)
            self.come_to_rest()
            assert (newest(name).kind, newest(name).state) == ("delete", "succeeded")
        assert self.world.things() == {"instances": [], "volumes": [], "networks": []}


PROFILE = settings(
    max_examples=STORIES or 10,
    stateful_step_count=25,
    derandomize=not STORIES,
    phases=list(Phase) if STORIES else [Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def impatient(monkeypatch):
    """What takes minutes elsewhere takes no time in a story."""
    monkeypatch.setattr(slices, "LONGEST_SLICE", 1.0)
    monkeypatch.setattr(sweep, "RING_AGAIN", timedelta(0))
    monkeypatch.setattr(sweep, "REPAIR_PAUSE", timedelta(0))


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_in_whatever_order_nothing_is_lost(impatient):
    run_state_machine_as_test(Panel, settings=PROFILE)
