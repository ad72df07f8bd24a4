"""The public service: its own server, and everything that may stand in its place."""

import re
import threading
from datetime import timedelta

import pytest

from clusters.core.addresses import read_url
from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import Ticket, TokenSeen
from clusters.discovery.flags import v2_flags
from clusters.discovery.public import LIFETIME, PublicService
from tests.discovery.raw_server import answer, is_silent, pours, raw_server, says
from tests.drivers.docker_world import free_ports
from tests.meeting.hand import hand
from tests.meeting.program import await_true
from tests.meeting.public_service import Answer, fake_service, public_service
from tests.meeting.stores import v2_store

TOKEN = "0123456789abcdef" * 2
PAGE = "<h1>not here</h1>"


@pytest.fixture(scope="module")
def real():
    with v2_store() as store, public_service(store) as service:
        yield service


@pytest.fixture
def panel(real):
    with PublicService(real.url) as panel:
        yield panel


def path_of(url):
    return read_url(url).path


def refusal_of(ask):
    with pytest.raises(BackendError) as refusal:
        ask()
    assert "private store" in str(refusal.value.advice)
    return refusal.value


def test_tokens_live_for_twelve_hours():
    assert timedelta(hours=12) == LIFETIME


def test_a_service_that_is_well_tells_its_clock(panel):
    assert abs(panel.probe().clock_ahead) <= 1.0


def test_each_token_is_new_and_has_its_size(real, panel):
    urls = {panel.new(3) for _ in range(5)}
    assert len(urls) == 5
    for url in urls:
        assert re.fullmatch(re.escape(real.url) + "/[0-9a-f]{32}", url)
        assert panel.look(path_of(url)) == TokenSeen(size="3")


def test_a_token_that_was_made_by_hand_is_seen(real, panel):
    assert panel.look(path_of(real.new(5))) == TokenSeen(size="5")


def test_a_token_that_nobody_made_is_none(panel):
    assert panel.look(f"/{TOKEN}") is None


def test_an_address_may_end_with_a_slash(real):
    with PublicService(f"{real.url}/") as panel:
        assert panel.look(path_of(panel.new(1))) == TokenSeen(size="1")


def test_members_are_seen_as_they_register(real, panel):
    with hand("3.6") as members:
        url = panel.new(2)
        for name in ("hand1", "hand2"):
            members.start(name, *v2_flags(Ticket(url=url)))
            await_true(
                lambda n=name: (
                    n in [r.name for r in panel.look(path_of(url)).registrations]
                )
            )
        members.await_healthy()
        seen = panel.look(path_of(url))
    assert [(r.name, r.peer_urls) for r in seen.registrations] == [
        (member.name, (member.peer_url,)) for member in members.members
    ]


def test_many_threads_use_one_service(panel):
    urls = []
    threads = [
        threading.Thread(target=lambda: urls.extend(panel.new(3) for _ in range(5)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(urls)) == 30


def test_a_service_whose_store_is_down_is_unavailable_in_every_way():
    with (
        v2_store() as store,
        public_service(store) as service,
        PublicService(service.url) as panel,
    ):
        path = path_of(panel.new(3))
        store.kill()
        for ask in (panel.probe, lambda: panel.new(3)):
            refusal = refusal_of(ask)
            assert isinstance(refusal, Unavailable)
            assert refusal.code == "service_unavailable"
        # Debian's server panics here, and closes the connection.
        assert refusal_of(lambda: panel.look(path)).code == "service_unreachable"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Answer.UNAVAILABLE, "service_unavailable"),
        (Answer.NO_STORE, "service_unavailable"),
        (Answer.HTML, "service_not_discovery"),
        (Answer.REDIRECT, "service_redirects"),
        (Answer.FOREIGN, "service_answer_foreign"),
        (Answer.BAD_TOKEN, "service_answer_invalid"),
        (Answer.EMPTY, "service_answer_invalid"),
        (Answer.ENDLESS, "service_answer_invalid"),
        (Answer.CUT, "service_unreachable"),
        (Answer.SILENT, "service_unreachable"),
    ],
)
def test_each_wrong_answer_has_a_code_of_its_own(kind, code):
    with fake_service(kind) as service, PublicService(service.url, 3) as panel:
        refusal = refusal_of(lambda: panel.new(3))
        assert refusal.code == code
        assert service.url in str(refusal)
        assert len(service.asked) == 1
        unavailable = code in {"service_unavailable", "service_unreachable"}
        assert isinstance(refusal, Unavailable) is unavailable


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("https://{host}/{token}", "service_answer_foreign"),
        ("http://127.0.0.1:1/{token}", "service_answer_foreign"),
        ("http://localhost:{port}/{token}", "service_answer_foreign"),
        ("http://{host}:80/{token}", "service_answer_invalid"),
        ("http://169.254.169.254/{token}", "service_answer_invalid"),
        ("http://user@{host}/{token}", "service_answer_invalid"),
        ("http://{host}/{token}?x=1", "service_answer_invalid"),
        ("http://{host}/{token}#x", "service_answer_invalid"),
        ("http://{host}/{token}/", "service_answer_invalid"),
        ("http://{host}/a/{token}", "service_answer_invalid"),
        ("http://{host}/{token}0", "service_answer_invalid"),
        ("http://{host}/{upper}", "service_answer_invalid"),
        ("http://{host}/", "service_answer_invalid"),
        ("http://{host}", "service_answer_invalid"),
        ("http://{host}/{token}\nhttp://evil.example", "service_answer_invalid"),
        ("http://{host}/{token} --force-new-cluster", "service_answer_invalid"),
        ("{{}}", "service_answer_invalid"),
        ("\x00\x01", "service_answer_invalid"),
    ],
)
def test_what_is_no_token_of_this_very_service_is_refused(body, code):
    with raw_server(lambda *_: None) as server, PublicService(server.url) as panel:
        text = body.format(
            host=f"127.0.0.1:{server.port}",
            port=server.port,
            token=TOKEN,
            upper=TOKEN.upper(),
        )
        server.handle = says(answer(text))
        refusal = refusal_of(lambda: panel.new(3))
    assert refusal.code == code
    assert str(refusal).isprintable()


def test_a_token_with_a_line_end_after_it_is_one():
    with raw_server(lambda *_: None) as server, PublicService(server.url) as panel:
        url = f"{server.url}/{TOKEN}"
        server.handle = says(answer(f"{url}\n"))
        assert panel.new(3) == url


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer("strconv.Atoi: invalid", "400 Bad Request"), "service_refused"),
        (answer("404 page not found", "404 Not Found"), "service_not_discovery"),
        (
            answer("<h1>no</h1>", "400 Bad Request", "text/html"),
            "service_not_discovery",
        ),
        (answer("<h1>no</h1>", "503 Away", "text/html"), "service_unavailable"),
        (answer("", "401 Unauthorized"), "service_not_discovery"),
        (answer("", "301 Moved", "text/html", "Location: /x"), "service_redirects"),
        (answer("OK", kind="text/html"), "service_not_discovery"),
    ],
)
def test_a_status_tells_more_than_a_body(reply, code):
    with raw_server(says(reply)) as server, PublicService(server.url) as panel:
        for ask in (panel.probe, lambda: panel.new(3)):
            assert refusal_of(ask).code == code


def test_a_service_that_is_not_well_says_so():
    with raw_server(says(answer("no"))) as server, PublicService(server.url) as panel:
        assert refusal_of(panel.probe).code == "service_not_discovery"


def test_no_page_of_a_stranger_is_repeated():
    page = answer("<script>alert(1)</script>", kind="text/html")
    with raw_server(says(page)) as server, PublicService(server.url) as panel:
        for ask in (panel.probe, lambda: panel.new(3)):
            assert "script" not in str(refusal_of(ask))


def test_a_token_that_expired_is_none_where_the_service_says_so_with_400():
    unknown = answer("unable to GET token", "400 Bad Request")

    def handle(connection, request, _over):
        well = request.startswith(b"GET /health ")
        connection.sendall(answer("OK") if well else unknown)

    with raw_server(handle) as server, PublicService(server.url) as panel:
        assert panel.look(f"/{TOKEN}") is None


def test_the_same_400_of_a_service_that_is_not_well_is_no_expiry():
    reply = answer("unable to GET token", "400 Bad Request")
    with raw_server(says(reply)) as server, PublicService(server.url) as panel:
        assert refusal_of(lambda: panel.look(f"/{TOKEN}")).code == "service_refused"


def test_a_look_that_finds_the_service_down_does_not_mistake_it_for_an_expiry():
    with (
        fake_service(Answer.UNAVAILABLE) as service,
        PublicService(service.url) as panel,
    ):
        refusal = refusal_of(lambda: panel.look(f"/{TOKEN}"))
    assert refusal.code == "service_unavailable"


@pytest.mark.parametrize(
    "path", ["", "/", "/new", f"/{TOKEN}/", f"/x/{TOKEN}", f"/{TOKEN}\n", f"//{TOKEN}"]
)
def test_a_path_that_is_no_token_is_never_asked(path):
    with (
        raw_server(is_silent) as server,
        PublicService(server.url) as panel,
        pytest.raises(ValueError, match="not the path"),
    ):
        panel.look(path)
    assert server.connections == 0


def test_a_service_below_a_path_gives_tokens_below_it():
    with raw_server(lambda *_: None) as server:
        url = f"{server.url}/discovery/{TOKEN}"
        server.handle = says(answer(url))
        with PublicService(f"{server.url}/discovery/") as panel:
            assert panel.new(3) == url
    assert server.asked[0].startswith(b"GET /discovery/new?size=3 ")


def test_nobody_at_the_port_is_told():
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    with PublicService(url) as panel:
        refusal = refusal_of(panel.probe)
    assert (refusal.code, "nobody listens" in str(refusal)) == (
        "service_unreachable",
        True,
    )


def test_an_endless_page_costs_a_bounded_read():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    with raw_server(pours(head)) as server, PublicService(server.url) as panel:
        assert refusal_of(lambda: panel.new(3)).code == "service_not_discovery"


@pytest.mark.parametrize("address", ["ftp://x", "http://0", "", "http://u@x", "x\n"])
def test_an_address_that_is_none_is_refused_before_anything_is_dialled(address):
    refusal = refusal_of(lambda: PublicService(address))
    assert refusal.code == "service_address_invalid"
