from clusters.core.observed import HostFacts
from clusters.core.text import say


def test_facts_come_back_as_they_were_kept():
    facts = HostFacts(
        usable=True,
        versions=("3.6.16",),
        pullable=("3.7.3",),
        disk_free=9,
        clock_ahead=-1.25,
        reason=say("{n} no", n=1),
    )
    assert HostFacts.from_json(facts.as_json()) == facts


def test_facts_that_were_kept_before_clocks_were_compared_are_still_read():
    kept = HostFacts(usable=True, versions=("3.6.16",)).as_json()
    del kept["clock_ahead"]
    assert HostFacts.from_json(kept).clock_ahead is None
