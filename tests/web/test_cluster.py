"""The page of one cluster: verdict, members, definition, hands off."""

from clusters.core.health import MemberStatus
from clusters.core.text import say
from clusters.models import Observation
from tests import builders
from tests.web.test_clusters import watched


def seen(cluster):
    """Members as the worker writes them: etcd2 leads, etcd3 went away."""
    definition = cluster.to_spec()
    for member in cluster.members.all():
        facts = builders.member_facts(
            definition, member.name, is_leader=member.name == "etcd2"
        )
        status = MemberStatus.STARTED
        if member.name == "etcd3":
            status = MemberStatus.UNREACHABLE
            facts["why"] = say("connection refused").as_json()
        Observation.keep(status, facts, member=member)
    watched(cluster, [MemberStatus.STARTED] * 2 + [MemberStatus.UNREACHABLE], 2)


def member(page, name):
    rows = page.root.id("members").all("tr")
    return next(row for row in rows if row.get("data-key") == name)


def test_the_verdict_says_what_why_and_what_to_do(visitor, docker):
    cluster = builders.cluster_row("demo")
    seen(cluster)
    text = visitor.get("/clusters/demo/").root.id("cluster").text
    assert "degraded" in text
    assert "2 of 3 members healthy; survives 0 more" in text
    assert "unreachable" in text
    assert "Look at the member's last lines" in text
    assert "Voters 3 Must agree 2 Serving now 2 Survives 1" in text


def test_the_membership_table_shows_what_etcdctl_would(visitor, docker):
    cluster = builders.cluster_row("demo")
    seen(cluster)
    definition = cluster.to_spec()
    page = visitor.get("/clusters/demo/")
    for planned in definition.members:
        text = member(page, planned.name).text
        assert builders.as_hex(definition.predicted_member_id(planned)) in text
        assert definition.endpoint(planned) in text
        assert definition.peer_url(planned) in text
        assert definition.client_url(planned) in text
        assert "voter" in text
        assert "3.7.3" in text
        assert "20.0\xa0KB" in text or "20.0 KB" in text
        assert ("leader" in text) == (planned.name == "etcd2")
    assert "connection refused" in member(page, "etcd3-why").text


def test_an_id_that_nobody_confirmed_yet_is_called_predicted(visitor, docker):
    builders.cluster_row("demo")
    assert "predicted" in member(visitor.get("/clusters/demo/"), "etcd1").text


def test_the_etcdctl_line_can_be_copied(visitor, docker):
    builders.cluster_row("demo")
    root = visitor.get("/clusters/demo/").root
    endpoints = "127.0.0.1:20000,127.0.0.1:20001,127.0.0.1:20002"
    assert root.id("etcdctl").text == (
        f"etcdctl --endpoints={endpoints} member list -w table"
    )
    assert root.id("endpoints").text == endpoints
    assert len(root.all("button", cls="needs-script")) == 2


def test_marks_stand_on_the_page_with_their_source(visitor, docker):
    builders.cluster_row("demo", version="3.5.1", accepted=["release_corrupting"])
    page = visitor.get("/clusters/demo/")
    assert "can corrupt data when a member is killed under load" in page.text
    assert page.root.all("a", href="https://github.com/etcd-io/etcd/issues/13766")
    assert "Accepted a release that can corrupt data" in page.text


def test_the_definition_shows_options_as_flags(visitor, docker):
    builders.cluster_row(
        "demo", options={"heartbeat_interval": 150, "pre_vote": True}, token="t-1"
    )
    text = visitor.get("/clusters/demo/").text
    assert "--heartbeat-interval=150" in text
    assert "--pre-vote=true" in text
    assert "Cluster token t-1" in text
    assert "generation 1" in text


def test_ports_beyond_this_machine_are_pointed_out(visitor, docker):
    builders.cluster_row("demo", bind_address="10.0.0.5")
    text = visitor.get("/clusters/demo/").text
    assert "Published on 10.0.0.5: who reaches it can read and write every key" in text


def test_hands_off_is_switched_on_and_off(visitor, docker):
    cluster = builders.cluster_row("demo")
    page = visitor.post("/clusters/demo/hands-off/", hands_off="on", generation="1")
    assert page.leads_to == "/clusters/demo/"
    shown = visitor.get("/clusters/demo/")
    assert "Hands off: the panel only watches demo." in shown.text
    assert "Look after it again" in shown.text
    visitor.post("/clusters/demo/hands-off/", hands_off="off", generation="2")
    cluster.refresh_from_db()
    assert (cluster.hands_off, cluster.generation) == (False, 3)


def test_a_stale_page_switches_nothing(visitor, docker):
    cluster = builders.cluster_row("demo", generation=4)
    page = visitor.post("/clusters/demo/hands-off/", hands_off="on", generation="3")
    assert page.status == 409
    assert "demo was changed since this form was shown." in page.text
    cluster.refresh_from_db()
    assert not cluster.hands_off


def test_a_cluster_that_is_not_there_is_a_404_that_says_so(visitor):
    page = visitor.get("/clusters/nope/")
    assert page.status == 404
    assert "There is no cluster nope." in page.text
    assert page.root.all("a", href="/operations/")
