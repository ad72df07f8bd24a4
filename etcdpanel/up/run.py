"""`run`: from an empty folder to a panel that answers, and then keep it up."""

import json
import os
from dataclasses import asdict, dataclass
from typing import Any

from etcdpanel import env
from etcdpanel import home as homes
from etcdpanel.up import broker, listener, parts
from etcdpanel.up.child import last_lines
from etcdpanel.up.console import LaunchError, complain, say
from etcdpanel.up.gate import Gate
from etcdpanel.up.listener import LOOPBACK
from etcdpanel.up.lock import Lock
from etcdpanel.up.preparation import Preparation, end_leftovers
from etcdpanel.up.ready import Readiness, healthy
from etcdpanel.up.supervisor import Supervisor
from etcdpanel.up.wake import Wake

NOT_READY = 5
PREPARE_SECONDS = 300.0
BROKER_SECONDS = 10.0
READY_SECONDS = 60.0
# Before it answered once: more tries will not help.
DEATHS = 3


@dataclass(frozen=True)
class Started:
    """What there is to tell about a panel that answers."""

    address: str
    tunnel: str
    user: str
    password: str


class Launch:
    """One run of the panel, step by step."""

    def __init__(self) -> None:
        self.home = homes.from_environment()
        self.bind = env.text("ETCDPANEL_BIND", default="127.0.0.1")
        self.port = env.integer("ETCDPANEL_PORT", default=8000, least=1, most=65535)
        self.address = listener.address(self.bind, self.port)
        self.lock = Lock(self.home, self.address)
        end_leftovers(self.home)
        self.listener = listener.listen(self.bind, self.port)
        self.gate = Gate()
        self.wake = Wake()
        self.supervisor = Supervisor(self.home, self.wake)

    def up(self) -> Started:
        if not env.secret("ETCDPANEL_REDIS_URL"):
            self.start_broker()
        self.supervisor.start(parts.web_part(self.home, self.listener, self.gate))
        self.supervisor.unready.add("web")
        admin = self.prepare()
        self.supervisor.unready.clear()
        self.gate.open()
        self.supervisor.start(parts.worker_part(self.home))
        self.await_web()
        # Nothing waits for it yet, and a small machine starts two at a time.
        self.supervisor.start(parts.beat_part(self.home))
        return Started(
            address=self.address,
            tunnel=listener.tunnel(self.bind, self.port),
            user=admin.get("created", ""),
            password=admin.get("password", ""),
        )

    def start_broker(self) -> None:
        self.supervisor.start(parts.broker_part(self.home))
        if self.broker_answers():
            return
        # It cannot read what it kept: only doorbells, and the sweep needs none.
        self.supervisor.children["broker"].kill()
        away = broker.set_aside(self.home)
        self.supervisor.start(parts.broker_part(self.home))
        if away is None or not self.broker_answers():
            raise self.failed("broker", "The embedded broker did not start.")
        complain(f"The broker could not read its file; it was moved to {away}.")

    def broker_answers(self) -> bool:
        with Readiness(self.wake, lambda: broker.answers(self.home)) as ready:
            return self.supervisor.until(ready, BROKER_SECONDS)

    def prepare(self) -> dict[str, str]:
        preparation = Preparation(self.home)
        try:
            self.supervisor.until(preparation.is_over, PREPARE_SECONDS)
        finally:
            preparation.end()
        if self.wake.asked_to_stop:
            raise LaunchError("Stopped before the panel was up.")
        return preparation.told()

    def await_web(self) -> None:
        address = self.listener.getsockname()[:2]
        web = self.supervisor.children["web"]
        with Readiness(self.wake, lambda: healthy(*address)) as ready:
            self.supervisor.until(
                lambda: ready() or web.deaths >= DEATHS, READY_SECONDS
            )
            if ready():
                return
        if self.wake.asked_to_stop:
            raise LaunchError("Stopped before the panel was up.")
        raise self.failed("web", "The panel did not begin to answer.")

    def failed(self, name: str, sentence: str) -> LaunchError:
        log = self.supervisor.children[name].part.log
        return LaunchError(
            f"{sentence} Its log, {log}, ends:",
            code=NOT_READY,
            evidence=last_lines(log, 15),
        )

    def down(self) -> None:
        self.gate.open()
        self.supervisor.stop(after={"web": self.listener.close})
        self.lock.release()


def run(report_to: int | None = None) -> None:
    """In the foreground; with `report_to`, for another process that waits for it."""
    launch = Launch()
    try:
        started = launch.up()
        if report_to is None:
            greet(started, launch)
        else:
            report(started, report_to)
        launch.supervisor.forever()
    finally:
        launch.down()
    say("The panel has stopped. Members keep running.")


def report(started: Started, descriptor: int) -> None:
    """The password goes through a pipe, for logs are kept."""
    with os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
        json.dump(asdict(started), pipe)


def greet(started: Started, launch: Launch) -> None:
    say(f"\netcdpanel answers at {started.address}")
    tell_login(asdict(started))
    say(f"  home   {launch.home.path} (logs in {launch.home.logs})")
    if launch.bind not in LOOPBACK:
        say(f"  It listens on {launch.bind}: without TLS, the login can be read on its")
        say("  way. Safer: ETCDPANEL_BIND=127.0.0.1 and the ssh line above.")
    say("Ctrl-C stops the panel; members keep running.\n")


def tell_login(started: dict[str, Any]) -> None:
    """A generated password is told once: only a digest of it is kept."""
    if started["password"]:
        say(f"  login  {started['user']} / {started['password']}  (shown only now)")
    elif started["user"]:
        say(f"  login  {started['user']}, with ETCDPANEL_ADMIN_PASSWORD")
    else:
        say("  login  as before; forgotten: `python manage.py changepassword admin`")
    if started["tunnel"]:
        say(f"  from another machine:  {started['tunnel']}")
