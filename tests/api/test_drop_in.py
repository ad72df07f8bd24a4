"""`/new` answers scripts that were written for the public service."""

import re
from threading import Event, Thread

import pytest
from django.db import connection
from django.test import Client

from clusters import actions
from clusters.actions import discovery_tokens
from clusters.engine import minting, wiring
from clusters.models import Cluster, DiscoveryToken, Store
from tests.api.conftest import PASSWORD
from tests.api.test_errors import problem
from tests.engine.conftest import (  # noqa: F401 (fixtures)
    create_store,
    finish,
    host,
    world,
)

ADDRESSES = ["/new", "/new/", "/api/v1/discovery/new", "/api/v1/discovery/new/"]
URL = re.compile(r"http://[a-z0-9.]+:\d+/v2/keys/_etcd/registry/[0-9a-f]{32}")


@pytest.fixture
def store(create_store):  # noqa: F811 (the fixture)
    """A store that serves in the pretended world."""
    return create_store("meet")


@pytest.fixture
def everybody(store):
    Store.objects.update(anonymous=True)


@pytest.fixture
def worker(store):
    """Writes tokens into the store, in a thread, until the test is over."""
    stop = Event()

    def work():
        while not stop.wait(0.02):
            for pk in DiscoveryToken.objects.filter(state="asked").values_list("pk"):
                minting.settle(*pk)
        connection.close()

    thread = Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.fixture
def nobody_works(monkeypatch):
    monkeypatch.setattr(discovery_tokens, "LONGEST_WAIT", 0.0)


def bearer(token):
    return Client(headers={"Authorization": f"Bearer {token}"})


def is_plain(answer, status):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Request-ID"]
    return answer.content.decode()


def size_kept(url):
    """What members would read in the store."""
    seen = wiring.registry_of(Store.objects.get()).look(url.split("/v2/keys")[1])
    return seen.size


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["get", "put"])
def test_the_answer_is_the_url_and_nothing_else(token, worker, path, method):
    client = bearer(token)

    url = is_plain(getattr(client, method)(f"{path}?size=5"), 200)

    assert URL.fullmatch(url)
    assert size_kept(url) == "5"
    row = DiscoveryToken.objects.get()
    assert (row.address, row.size, row.state) == (url, 5, "fresh")
    assert row.created_by.username == "ann"


@pytest.mark.parametrize("path", ["/new", "/new?size="])
def test_three_members_are_meant_when_nothing_is_said(token, worker, path):
    url = is_plain(bearer(token).get(path), 200)

    assert size_kept(url) == "3"


def test_a_form_counts_before_the_address(token, worker):
    form = "application/x-www-form-urlencoded"

    answer = bearer(token).put("/new?size=3", "size=1", content_type=form)

    assert size_kept(is_plain(answer, 200)) == "1"


def test_each_call_makes_another_token(token, worker):
    urls = {bearer(token).get("/new").content for _ in range(3)}

    assert len(urls) == 3


@pytest.mark.parametrize(
    "accept", ["text/html", "application/json", "image/png", "nonsense"]
)
def test_whatever_the_client_takes_it_is_plain_text(token, worker, accept):
    answer = bearer(token).get("/new", headers={"Accept": accept})

    assert URL.fullmatch(is_plain(answer, 200))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("size=x", "integer"),
        ("size=0", "Choose a size from 1 to"),
        ("size=-3", "Choose a size from 1 to"),
        ("size=8", "Choose a size from 1 to"),
        ("size=" + "9" * 1500, "too large"),
        ("sise=3", "Did you mean “size”?"),
        ("store=nix", "No discovery store for v2 of this name"),
    ],
)
def test_what_is_wrong_is_one_plain_sentence(token, store, query, said):
    words = is_plain(bearer(token).get(f"/new?{query}"), 400)

    assert said in words
    assert words.count("\n") == 1
    assert not DiscoveryToken.objects.exists()


def test_a_body_that_is_no_form_is_not_taken(token, store):
    answer = bearer(token).put("/new", "{}", content_type="application/json")

    is_plain(answer, 415)


@pytest.mark.parametrize("method", ["head", "post", "delete", "patch", "options"])
def test_only_get_and_put_make_tokens(token, store, method):
    answer = getattr(bearer(token), method)("/new")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, PUT"
    assert not DiscoveryToken.objects.exists()


# Who may ask


@pytest.mark.parametrize("method", ["get", "put"])
@pytest.mark.parametrize("query", ["", "?size=x", "?store=meet"])
def test_without_a_login_it_says_how(store, method, query):
    answer = getattr(Client(), method)(f"/new{query}")

    words = is_plain(answer, 401)
    assert "Authorization: Bearer TOKEN" in words
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not DiscoveryToken.objects.exists()


def test_a_wrong_token_is_told_plainly_even_where_everybody_may(everybody):
    assert is_plain(bearer("pnl_wrong").get("/new"), 401) == "Invalid token.\n"


@pytest.mark.parametrize("method", ["get", "put"])
def test_anybody_may_where_an_admin_allowed_it(everybody, worker, method):
    url = is_plain(getattr(Client(), method)("/new"), 200)

    assert URL.fullmatch(url)
    assert DiscoveryToken.objects.get().created_by is None


def test_anybody_is_given_tokens_of_the_stores_for_anybody_only(
    worker,
    everybody,
    create_store,  # noqa: F811 (the fixture)
    token,
):
    create_store("aside")  # comes first by its name

    assert is_plain(Client().get("/new"), 200)
    assert DiscoveryToken.objects.get().store.name == "meet"
    is_plain(Client().get("/new?store=aside"), 400)
    is_plain(bearer(token).get("/new?store=aside"), 200)


def test_a_cookie_alone_makes_no_token(store, user):
    """Any page could have a browser send it."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert is_plain(client.get("/new"), 401)
    assert "CSRF" in is_plain(client.put("/new"), 403)
    assert not DiscoveryToken.objects.exists()


def test_a_session_with_its_csrf_token_may_put(worker, user):
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    client.login(username="ann", password=PASSWORD)
    client.get("/")
    secret = client.cookies["csrftoken"].value

    answer = client.put("/new", headers={"X-CSRFToken": secret})

    assert URL.fullmatch(is_plain(answer, 200))
    assert DiscoveryToken.objects.get().created_by == user


# Where members reach the store


def test_the_published_address_is_what_members_are_told(token, worker):
    Cluster.objects.update(bind_address="10.1.2.3")
    port = Cluster.objects.get().members.get().client_port

    url = is_plain(bearer(token).get("/new"), 200)

    assert url.startswith(f"http://10.1.2.3:{port}/v2/keys/_etcd/registry/")


@pytest.mark.parametrize("reached", ["Panel.Example:8000", "panel.example"])
def test_a_store_at_every_address_is_named_as_the_panel_was(
    token, worker, settings, reached
):
    settings.ALLOWED_HOSTS = ["panel.example"]
    Cluster.objects.update(bind_address="0.0.0.0")
    port = Cluster.objects.get().members.get().client_port

    url = is_plain(bearer(token).get("/new", headers={"Host": reached}), 200)

    assert url.startswith(f"http://panel.example:{port}/v2/keys/_etcd/registry/")
    assert DiscoveryToken.objects.get().address == url
    assert size_kept(url) == "3"


@pytest.mark.parametrize("reached", ["[::1]:8000", "0.0.0.0", "169.254.169.254"])
def test_a_host_that_members_could_not_write_is_refused(
    token, store, settings, reached
):
    settings.ALLOWED_HOSTS = ["*"]

    is_plain(bearer(token).get("/new", headers={"Host": reached}), 400)

    assert not DiscoveryToken.objects.exists()


def test_a_host_that_is_not_the_panel_s_is_refused(token, store):
    answer = bearer(token).get("/new", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer.content == b"The request can not be understood.\n"
    assert not DiscoveryToken.objects.exists()


# When there is nothing to answer


def test_without_a_worker_it_says_so_and_when_to_come_again(token, store, nobody_works):
    answer = bearer(token).get("/new")

    assert "There is no token yet: No worker answered in time." in is_plain(answer, 503)
    assert answer.headers["Retry-After"] == "2"
    # A worker that comes late makes none for which nobody waits.
    assert DiscoveryToken.objects.get().state == "refused"


def test_without_a_store_it_says_what_to_do(token):
    assert "Make one first" in is_plain(bearer(token).get("/new"), 503)


def test_a_store_for_v3_has_no_urls(token, create_store):  # noqa: F811 (the fixture)
    create_store("three", protocol="v3")

    is_plain(bearer(token).get("/new"), 503)
    is_plain(bearer(token).get("/new?store=three"), 400)


# How often


def test_an_address_without_a_login_may_ask_ten_times_a_minute(everybody, nobody_works):
    def ask(**headers):
        return Client().get("/new?size=9", headers=headers)

    for number in range(10):
        assert ask(X_Forwarded_For=f"10.0.0.{number}").status_code == 400
    answer = ask(X_Forwarded_For="10.9.9.9")

    is_plain(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    other = Client(REMOTE_ADDR="10.0.0.7").get("/new?size=9")
    assert other.status_code == 400


def test_a_user_may_ask_sixty_times_a_minute(token, store, nobody_works):
    client = bearer(token)
    for _ in range(60):
        assert client.get("/new?size=9").status_code == 400

    assert is_plain(client.get("/new?size=9"), 429)
    other = actions.create_token("ann", "second")
    assert bearer(other).get("/new?size=9").status_code == 429


# The same with JSON around it


def test_a_program_is_given_the_whole_token(api, worker):
    answer = api.post("/discovery/tokens/", {"store": "meet", "size": 5})

    assert answer.status_code == 201
    found = answer.json()
    assert answer.headers["Location"] == f"/api/v1/discovery/tokens/{found['id']}/"
    assert URL.fullmatch(found["address"])
    assert (found["mode"], found["size"], found["state"]) == (
        "discovery_v2",
        5,
        "fresh",
    )
    assert size_kept(found["address"]) == "5"


def test_a_program_is_given_an_address_that_it_reaches(api, worker):
    Cluster.objects.update(bind_address="0.0.0.0")

    found = api.post("/discovery/tokens/", {}).json()

    assert found["address"].startswith("http://testserver:")
    assert (found["store"], found["size"]) == ("meet", 3)


def test_a_program_is_told_to_come_again(api, store, nobody_works):
    answer = api.post("/discovery/tokens/", {"store": "meet", "size": 3})

    problem(answer, 503, "token_not_ready")
    assert answer.headers["Retry-After"] == "2"


def test_a_program_is_told_what_is_wrong(api, store):
    path = "/discovery/tokens/"
    for size in (0, 8):
        errors = problem(api.post(path, {"size": size}), 400, "size_invalid")["errors"]
        assert errors.keys() == {"size"}
    found = problem(api.post(path, {"store": "nix"}), 400, "no_such_store")
    assert found["errors"].keys() == {"store"}
    problem(api.post(path, {"size": "3"}), 400, "invalid")
