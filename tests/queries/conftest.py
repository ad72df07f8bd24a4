"""Clusters as a worker would have seen them."""

import pytest

from clusters.core.health import verdict
from clusters.models import Cluster, Observation
from tests.builders import member_facts


@pytest.fixture
def observe():
    """Keep a look at a cluster of which `serving` members serve."""

    def look(name="a", serving=3, leader="etcd1", status="unreachable"):
        cluster = Cluster.objects.get(name=name)
        definition = cluster.to_spec()
        statuses = []
        for row in cluster.members.all():
            serves = row.ordinal < serving
            facts = member_facts(definition, row.name, is_leader=row.name == leader)
            silent = {"why": {"text": "{words}", "params": {"words": "refused"}}}
            statuses.append("started" if serves else status)
            Observation.keep(statuses[-1], facts if serves else silent, member=row)
        judged = verdict(cluster.size, statuses, serving)
        facts = {
            "serving": serving,
            "what": judged.what.as_json(),
            "why": judged.why.as_json(),
            "do": judged.do.as_json(),
        }
        Observation.keep(judged.state, facts, cluster=cluster)
        return cluster

    return look
