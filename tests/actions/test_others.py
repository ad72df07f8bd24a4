import hashlib
import logging
from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu import pools

from clusters import actions
from clusters.core.errors import NotFoundError, PanelError
from clusters.models import ApiToken, Check, Cluster, Operation
from tests.builders import asker, spec

pytestmark = pytest.mark.django_db


# Checks


def test_a_check_waits_with_the_definition_that_is_not_written(ann):
    check = actions.start_check(asker(ann), spec())
    check.refresh_from_db()
    assert (check.state, check.lines, check.actor) == ("queued", [], ann)
    assert check.spec["name"] == "a"
    assert not Cluster.objects.exists()


def test_checks_that_expired_are_swept_by_the_next(ann):
    old = Check.objects.create(spec={}, expires_at=timezone.now() - timedelta(hours=1))
    young = Check.objects.create(spec={})
    fresh = actions.start_check(asker(ann), spec())
    assert set(Check.objects.all()) == {young, fresh}
    assert old not in Check.objects.all()


def test_somebody_who_may_not_log_in_may_not_look_either(ann):
    ann.is_active = False
    with pytest.raises(PanelError) as error:
        actions.start_check(asker(ann), spec())
    assert error.value.code == "not_allowed"


# Tokens


def test_a_token_is_shown_once_and_only_its_digest_is_stored(ann):
    plain = actions.create_token("ann", "robot")
    assert plain.startswith("pnl_")
    row = ApiToken.objects.get()
    assert (row.user, row.name, str(row)) == (ann, "robot", "robot (ann)")
    kept = " ".join(str(value) for value in vars(row).values())
    assert plain not in kept
    assert plain[len("pnl_") + 20 :] not in kept
    assert row.digest == hashlib.sha512(plain.encode()).hexdigest()


def test_a_token_ends_after_its_days(ann):
    actions.create_token("ann", "robot", days=2)
    left = ApiToken.objects.get().expiry - timezone.now()
    assert timedelta(days=1, hours=23) < left <= timedelta(days=2)


def test_every_token_is_another(ann):
    assert len({actions.create_token("ann", "robot") for _ in range(3)}) == 3


@pytest.mark.parametrize("name", ["nobody", "asleep"])
def test_a_token_needs_an_active_user(name, django_user_model):
    django_user_model.objects.create_user("asleep", is_active=False)
    with pytest.raises(NotFoundError) as error:
        actions.create_token(name, "robot")
    assert error.value.code == "no_such_user"
    assert not ApiToken.objects.exists()


# The doorbell


@pytest.fixture
def no_broker():
    """Nothing listens at the broker's address."""
    away = "redis://127.0.0.1:1/0"
    before = current_app.conf.broker_url
    current_app.conf.broker_url = away
    forget_connections()
    yield
    current_app.conf.broker_url = before
    forget_connections()


def forget_connections():
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None


@pytest.mark.django_db(transaction=True)
def test_a_ring_that_nobody_hears_is_no_failure(no_broker, create, caplog):
    began = timezone.now()
    with caplog.at_level(logging.WARNING):
        operation = create("a")
        actions.start_check(asker(), spec())
    assert timezone.now() - began < timedelta(seconds=5)
    assert "The broker did not take clusters.tasks.run_operation" in caplog.text
    assert "The broker did not take clusters.tasks.run_check" in caplog.text
    assert list(Operation.claimable()) == [operation]
    assert Check.objects.filter(state="queued").exists()


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_with_the_name_of_the_operation(create):
    operation = create("a")
    with current_app.connection_for_read() as wire:
        messages = wire.SimpleQueue("ops")
        rung = []
        while len(messages):
            message = messages.get_nowait()
            rung.append(message.payload[0])
            message.ack()
        messages.close()
    assert [str(operation.pk)] in rung
