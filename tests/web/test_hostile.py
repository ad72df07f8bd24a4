"""Words that came from outside are text, whatever they look like."""

import pytest
from django.contrib.auth import get_user_model

from clusters.core.text import quote, say
from clusters.models import Check, Observation
from tests import builders
from tests.web import discovering
from tests.web.conftest import Visitor
from tests.web.test_operation import log, step

PAYLOADS = [
    "<script>window.__xss=1</script>",
    '"><img src=x onerror=window.__xss=1>',
    "javascript:window.__xss=1",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "\x1b[31mred\x1b[0m \u202eback\u202c",
]


@pytest.fixture(params=PAYLOADS)
def payload(request):
    return request.param


@pytest.fixture
def addresses(payload, db):
    """Pages on which the payload stands wherever words from outside may stand."""
    docker = builders.host_row(
        engine=payload,
        versions=("3.7.3",),
        address=payload[:290],
    )
    builders.host_row(
        "local",
        "process",
        usable=False,
        versions=(),
        reason=quote(payload),
        cure=say("{x}", x=payload),
    )
    cluster = builders.cluster_row("demo", host=docker, token="t", network="n")
    member = cluster.members.first()
    facts = builders.member_facts(
        cluster.to_spec(),
        member.name,
        version=payload,
        peer_urls=[payload],
        client_urls=[payload],
        role=payload,
        why=quote(payload).as_json(),
    )
    Observation.keep("strange" + payload[:9], facts, member=member)
    Observation.keep(
        "healthy", {"what": quote(payload).as_json(), "serving": 3}, cluster=cluster
    )
    failed = builders.operation_row("demo", actor_name=payload)
    progress = {"current": 1, "total": 2, "status": payload}
    step(failed, "start_member", payload, "running", progress=progress)
    step(failed, payload[:29], "x", "failed", message=quote(payload).as_json())
    log(failed, payload, level="error")
    builders.end(
        failed,
        "failed",
        explanation=quote(payload).as_json(),
        advice=quote(payload).as_json(),
        evidence=[payload],
    )
    said = {"reason": quote(payload).as_json(), "cure": quote(payload).as_json()}
    outside = discovering.external(member_url=payload[:200], usable=None)
    Observation.keep("unusable", {**said, "version": payload}, store=outside)
    discovering.token(
        outside,
        "burnt",
        payload,
        address=payload,
        cluster_name=payload[:30],
        problem=quote(payload).as_json(),
    )
    line = {"code": "c", "level": payload, "text": quote(payload).as_json()}
    check = Check.objects.create(spec={}, lines=[line, {**line, "level": "block"}])
    return [
        "/",
        "/hosts/",
        "/operations/",
        "/clusters/demo/",
        "/clusters/new/",
        "/clusters/new/?bootstrap=discovery_v3",
        "/stores/",
        "/stores/prod/",
        "/stores/prod/delete/",
        "/tokens/",
        f"/operations/{failed.pk}/",
        f"/clusters/new/check/{check.pk}/",
    ]


def is_inert(page):
    for element in page.root.walk():
        assert element.tag != "script" or element["src"].startswith("/static/")
        assert element.tag != "img"
        assert not [name for name in element.attributes if name.startswith("on")]
        for name in ("href", "src", "action"):
            assert not element.get(name).lower().startswith("javascript:")
    assert "14" not in page.root.one("h1").text if page.root.all("h1") else True


def test_payloads_are_inert_on_every_page(addresses, payload):
    user = get_user_model().objects.create_user(payload)
    visitor = Visitor(user)
    for address in addresses:
        page = visitor.get(address)
        assert page.status == 200, address
        is_inert(page)
        if "<" in payload:
            assert payload not in page.html


def test_payloads_in_a_form_come_back_as_text(visitor, docker, payload):
    for field in ("name", "cluster_token", "member_names", "client_ports", "version"):
        is_inert(visitor.create(**{field: payload}))
        is_inert(visitor.preview(**{field: payload}))
    for field in ("name", "member_url", "ca", "host", "version"):
        asked = {"kind": "external", "protocol": "v3", field: payload}
        is_inert(visitor.post("/stores/new/", asked))
        is_inert(visitor.post("/stores/new/preview/", {**asked, "kind": "managed"}))
        is_inert(
            visitor.post("/clusters/import/", {"compose": payload, field: payload})
        )
    for field in ("store", "url", "token", "service", "domain", "dns", "addresses"):
        for mode in ("discovery_v2", "discovery_public", "dns_srv"):
            asked = {"bootstrap": mode, f"discovery.{field}": payload}
            is_inert(visitor.preview(**asked))


def test_payloads_in_an_address_come_back_as_text(visitor, docker, payload):
    is_inert(visitor.get("/", q=payload, after=payload))
    is_inert(visitor.get("/operations/", state=payload, before=payload))
    is_inert(visitor.get(f"/clusters/{payload}/"))


def test_nobody_is_sent_elsewhere_by_a_switch(visitor):
    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert visitor.post("/theme/", theme="dark", next=target).leads_to == "/"
