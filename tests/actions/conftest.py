"""Somebody who asks, and ways to ask in one line."""

import pytest

from clusters import actions
from clusters.models import Operation
from tests.builders import asker, request


@pytest.fixture
def create(docker, ann):
    """Ask for a cluster on the engine; the operation waits for a worker."""

    def ask(name="a", *, key="", previewed="", by=ann, **asked):
        who = asker(by, key=key)
        wanted = request(name, **asked)
        return actions.create_cluster(who, wanted, previewed=previewed)

    return ask


@pytest.fixture
def delete(ann):
    def ask(name="a", *, key="", by=ann, **given):
        given.setdefault("confirm", name)
        return actions.delete_cluster(asker(by, key=key), name, **given)

    return ask


@pytest.fixture
def running():
    """Put an operation where a worker would have it."""

    def take(operation, **columns):
        columns = {"state": "running", "owner": "worker", **columns}
        Operation.objects.filter(pk=operation.pk).update(**columns)
        operation.refresh_from_db()
        return operation

    return take
