"""A program exports clusters, and makes them from Compose files."""

import io
import zipfile

import pytest
import yaml

from clusters.core.observed import HostFacts
from clusters.models import Cluster, Host, Observation, Operation
from tests.api.test_errors import problem

MEMBER = """
  {name}:
    image: quay.io/coreos/etcd:v3.5.35
    ports: ["{client}:2379", "{peer}:2380"]
    volumes: ["{name}_data:/var/lib/etcd"]
    command:
      - /usr/local/bin/etcd
      - --name={name}
      - --data-dir=/var/lib/etcd
      - --listen-client-urls=http://0.0.0.0:2379
      - --listen-peer-urls=http://0.0.0.0:2380
      - --advertise-client-urls=http://{name}:2379
      - --initial-advertise-peer-urls=http://{name}:2380
      - {meeting}
"""
STATIC = "--initial-cluster=" + ",".join(f"m{n}=http://m{n}:2380" for n in (1, 2, 3))
PUBLIC = "--discovery=https://discovery.etcd.io/{uuid}"


def compose(meeting=STATIC):
    members = (
        MEMBER.format(name=f"m{n}", client=23790 + n, peer=23800 + n, meeting=meeting)
        for n in (1, 2, 3)
    )
    volumes = "".join(f"\n  m{n}_data: {{}}" for n in (1, 2, 3))
    return f"services:{''.join(members)}\nvolumes:{volumes}\n"


def body(meeting=STATIC, **more):
    return {"compose": compose(meeting), "name": "shop", "hosts": ["engine"], **more}


@pytest.fixture
def engine(db):
    host = Host.objects.create(name="engine", kind="docker")
    seen = HostFacts(usable=True, versions=("3.5.35", "3.6.16"))
    Observation.keep("usable", seen.as_json(), host=host)
    return host


# Out


def test_a_compose_file_is_a_download(api, create):
    create("shop")

    answer = api.get("/clusters/shop/export/")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    file = 'attachment; filename="compose.yml"'
    assert answer.headers["Content-Disposition"] == file
    assert len(yaml.safe_load(answer.content)["services"]) == 3


@pytest.mark.parametrize(
    ("form", "media", "file"),
    [
        ("commands", "text/x-shellscript", "shop.sh"),
        ("zone", "text/plain", "shop.internal.zone"),
    ],
)
def test_every_form_of_one_file_has_its_name(api, create, form, media, file):
    create("shop")

    answer = api.get(f"/clusters/shop/export/?format={form}")

    assert answer.headers["Content-Type"] == f"{media}; charset=utf-8"
    assert f'filename="{file}"' in answer.headers["Content-Disposition"]
    assert b"etcd1" in answer.content


def test_several_files_are_a_zip_and_the_same_one_twice(api, create):
    create("shop")

    answer, again = (api.get("/clusters/shop/export/?format=systemd") for _ in "12")

    assert answer.headers["Content-Type"] == "application/zip"
    assert 'filename="shop-systemd.zip"' in answer.headers["Content-Disposition"]
    assert answer.content == again.content
    named = api.get("/clusters/shop/export/?format=systemd", Accept="application/json")
    files = named.json()["files"]
    assert len(files) == 3
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        packed = {name: archive.read(name).decode() for name in archive.namelist()}
    assert packed == files


def test_with_json_one_file_has_its_name_too(api, create):
    create("shop")

    answer = api.get("/clusters/shop/export/", Accept="application/json")

    assert answer.json()["format"] == "compose"
    assert answer.json()["files"].keys() == {"compose.yml"}


def test_a_form_or_a_cluster_that_is_none(api, create):
    create("shop")

    errors = problem(api.get("/clusters/shop/export/?format=x"), 400, "invalid")
    assert errors["errors"].keys() == {"format"}
    for name in ("nix", "A%20B"):
        problem(api.get(f"/clusters/{name}/export/"), 404, "no_such_cluster")


# In


def test_a_file_becomes_a_cluster(api, engine):
    answer = api.post("/clusters/import/", body())

    assert answer.status_code == 202, answer.content
    assert answer.json()["cluster"] == "shop"
    operation = Operation.objects.get()
    assert answer.headers["Location"] == f"/api/v1/operations/{operation.pk}/"
    found = api.found("/clusters/shop/")
    assert (found["version"], found["size"]) == ("3.5.35", 3)
    assert [m["name"] for m in found["members"]] == ["m1", "m2", "m3"]
    assert [m["endpoint"] for m in found["members"]] == [
        f"127.0.0.1:{port}" for port in (23791, 23792, 23793)
    ]


def test_twice_with_one_key_is_once(api, engine):
    first, again = (
        api.post("/clusters/import/", body(), Idempotency_Key="k").json() for _ in "12"
    )

    assert first == again
    assert Cluster.objects.count() == 1


def test_a_dry_run_tells_what_it_understood_and_writes_no_definition(api, engine):
    answer = api.post("/clusters/import/?dry_run=true", body())

    found = answer.json()
    assert answer.status_code == 200, found
    assert not Cluster.objects.exists()
    assert found["problems"] == {}
    assert found["understood"]
    assert all(line.keys() == {"place", "text"} for line in found["understood"])
    assert [m["name"] for m in found["plan"]["members"]] == ["m1", "m2", "m3"]
    assert api.found(found["check"].removeprefix("/api/v1"))["state"] == "queued"
    assert (found["discovery"], found["needs_renewal"]) == ("keep", False)


def test_the_request_of_a_dry_run_makes_the_same(api, engine):
    found = api.post("/clusters/import/?dry_run=true", body()).json()

    plan = api.post("/clusters/?dry_run=true", found["request"]).json()

    assert plan["fingerprint"] == found["plan"]["fingerprint"]


def test_what_was_exported_is_understood_again(api, engine):
    api.post("/clusters/import/", body())
    Operation.objects.update(state="succeeded")
    text = api.get("/clusters/shop/export/").content.decode()
    again = {"compose": text, "name": "shop2", "hosts": ["engine"]}

    found = api.post("/clusters/import/?dry_run=true", again).json()

    assert found["request"]["member_names"] == ["m1", "m2", "m3"]
    assert found["request"]["version"] == "3.5.35"
    assert found["request"]["bootstrap"] == "static"


def test_a_dry_run_tells_what_stands_in_the_way_beside_what_it_understood(api, engine):
    found = api.post("/clusters/import/?dry_run=true", body(PUBLIC)).json()

    assert found["problems"]
    assert found["understood"]
    assert (found["plan"], found["check"]) == (None, None)
    assert found["needs_renewal"]


def test_a_used_or_unset_token_can_be_renewed(api, engine):
    refused = api.post("/clusters/import/", body(PUBLIC))
    assert refused.status_code == 400
    assert not Cluster.objects.exists()

    found = api.post("/clusters/import/?dry_run=true", body(PUBLIC, discovery="renew"))

    assert found.json()["problems"] == {}
    assert found.json()["plan"]["bootstrap"] == "discovery_public"


@pytest.mark.parametrize("text", ["", "services: [", "services: {}", "hello"])
def test_a_text_that_is_no_compose_file_is_refused_at_its_field(api, engine, text):
    answer = api.post("/clusters/import/", body() | {"compose": text})

    assert answer.status_code == 400
    assert answer.json()["errors"].keys() == {"compose"}
    assert not Cluster.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hosts": []}, "hosts"),
        ({"hosts": ["nowhere"]}, "hosts"),
        ({"name": "A B"}, "name"),
        ({"version": "9.9.9"}, "version"),
        ({"discovery": "burn"}, "discovery"),
        ({"size": 3}, "size"),
    ],
)
def test_what_is_wrong_beside_the_file_stands_at_its_field(api, engine, wrong, field):
    answer = api.post("/clusters/import/", body() | wrong)

    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Cluster.objects.exists()


def test_there_is_no_cluster_of_this_name(api):
    problem(api.get("/clusters/import/"), 405, "method_not_allowed")
