"""What somebody changed by hand is shown as a plan, and left alone."""

from clusters import queries
from clusters.engine import sweep, wiring


def test_a_cluster_that_nobody_touched_has_no_drift(create, finish):
    finish(create())
    sweep.look_at_clusters()
    assert queries.cluster_page("a").drift == ()


def test_a_container_that_somebody_took_off_the_network_is_told(
    create, finish, host, world
):
    finish(create())
    driver = wiring.driver_for(host)
    (network,) = world.things()["networks"]
    driver.disconnect_instance(network, driver.find_instance("a-etcd1").id)
    sweep.look_at_clusters()
    (line,) = queries.cluster_page("a").drift
    assert line.startswith("connect etcd1: it is not on the network a-net")
