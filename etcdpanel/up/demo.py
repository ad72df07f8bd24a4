"""`demo`: a panel in the background and a cluster of three, made through REST."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from etcdpanel import home as homes
from etcdpanel.home import ROOT, Home, write_private
from etcdpanel.up import background, lock
from etcdpanel.up.child import python
from etcdpanel.up.console import LaunchError, Progress, say, table
from etcdpanel.up.prepare import ADMIN
from etcdpanel.up.rest import Json, Rest
from etcdpanel.up.run import tell_login

Found = TypeVar("Found")

NAME = "demo"
SIZE = 3
# Known to corrupt data when members are killed; what the packaged etcd is.
CORRUPTING = {"3.5.0", "3.5.1", "3.5.2"}
HOSTS_SECONDS = 30.0
OPERATION_SECONDS = 900.0
SHOWN_SECONDS = 20.0
LOOK_EVERY = 0.2


def demo() -> None:
    home = homes.from_environment()
    rest = Rest(*started(home))
    if not settle(rest):
        create(rest)
    show(rest)


def clean() -> None:
    """Remove the cluster through the panel, for only it knows all its parts."""
    home = homes.from_environment()
    rest = Rest(*started(home))
    if settle(rest):
        say(f"Deleting the cluster {NAME}.")
        path = f"/clusters/{NAME}/?confirm={NAME}"
        follow(rest, rest.call("DELETE", path)["operation"])
    else:
        say(f"There is no cluster {NAME}.")
    background.stop()


def started(home: Home) -> tuple[str, str]:
    """The address of the panel and a token for it."""
    told = background.start(home)
    found = lock.holder(home)
    if found is None:
        raise LaunchError(f"The panel on {home.path} stopped again: see {home.logs}.")
    if told is None:
        say(f"A panel runs at {found.address} already.")
    else:
        say(f"The panel runs at {found.address}, in the background.")
        tell_login(told)
    return found.address, token(home, found.address)


def token(home: Home, address: str) -> str:
    """The one of last time if it still opens the door."""
    kept = home.run / "demo.json"
    try:
        value = str(json.loads(kept.read_text(encoding="utf-8"))["token"])
        Rest(address, value).get("/hosts/")
    except (OSError, ValueError, KeyError, LaunchError):
        value = new_token()
        write_private(kept, json.dumps({"token": value}))
    return value


def new_token() -> str:
    made = subprocess.run(  # noqa: S603  # our own command
        python("manage.py", "create_token", "--user", ADMIN, "--name", NAME),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    if made.returncode:
        raise LaunchError(f"No token could be made:\n{made.stderr.strip()}")
    return made.stdout.strip()


def settle(rest: Rest) -> bool:
    """Is the cluster there, once what is being done to it has ended?"""
    cluster = rest.find(f"/clusters/{NAME}/")
    if cluster is None:
        return False
    if cluster.get("operation"):
        say(f"The cluster {NAME} is at work ({cluster['operation_kind']}).")
        follow(rest, cluster["operation"])
        return rest.find(f"/clusters/{NAME}/") is not None
    say(f"The cluster {NAME} is there already.")
    return True


def create(rest: Rest) -> None:
    """On the first place that works, saying why not on the others."""
    places = sorted(looked_at(rest), key=lambda host: host["kind"] != "docker")
    for number, host in enumerate(places):
        if not host["usable"]:
            say(f"Not on {host['name']}: {host['reason']} {host['cure']}".rstrip())
            continue
        try:
            create_on(rest, host)
        except LaunchError as error:
            if not any(other["usable"] for other in places[number + 1 :]):
                raise
            say(f"It did not work on {host['name']}: {error}")
        else:
            return
    raise LaunchError("There is no place to run etcd; the lines above say what to do.")


def create_on(rest: Rest, host: Json) -> None:
    version = host["default_version"]
    accept = ["release_corrupting"] if version in CORRUPTING else []
    what = "containers" if host["kind"] == "docker" else "processes of this machine"
    say(f"Creating {NAME}: {SIZE} members of etcd {version} as {what}.")
    if accept:
        say(
            f"  etcd {version} is all there is here, and it can corrupt data: good for"
            " trying out, not for keeping anything. The cluster carries this mark."
        )
    body = {
        "name": NAME,
        "size": SIZE,
        "bootstrap": "static",
        "hosts": [host["name"]],
        "accept": accept,
    }
    follow(rest, rest.call("POST", "/clusters/", body)["operation"])


def looked_at(rest: Rest) -> list[Json]:
    """The hosts, once the worker has looked at each of them."""

    def all_seen() -> list[Json]:
        hosts = rest.results("/hosts/")
        return hosts if all(host["usable"] is not None for host in hosts) else []

    hosts = awaited(all_seen, HOSTS_SECONDS)
    if not hosts:
        raise LaunchError("The worker did not look at the hosts: see its log.")
    return hosts


def awaited(asks: Callable[[], Found], seconds: float) -> Found:
    """The first answer that is something, or the last one that was nothing."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not (answer := asks()) and time.monotonic() < end:
        pause.wait(LOOK_EVERY)
    return answer


def follow(rest: Rest, operation: str) -> None:
    """Its steps on the terminal until it has ended; LaunchError unless it did well."""
    progress = Progress(sys.stdout)

    def ended() -> Json | None:
        found = rest.get(f"/operations/{operation}/")
        steps = found["steps"]
        done = [step for step in steps if step["state"] == "succeeded"]
        doing = [step for step in steps if step["state"] == "running"]
        progress.show(
            len(done), len(steps), line(doing[0]) if doing else found["state"]
        )
        return found if found["finished_at"] else None

    found = awaited(ended, OPERATION_SECONDS)
    progress.end()
    if found is None:
        raise LaunchError(f"Operation {operation} has not ended: see its page.")
    if found["state"] != "succeeded":
        raise ended_badly(rest, found)


def line(step: Json) -> str:
    return step["message"] or f"{step['kind']} {step['target']}".replace("_", " ")


def ended_badly(rest: Rest, operation: Json) -> LaunchError:
    """Why it failed, what to do, and how it went."""
    events = rest.results(f"/operations/{operation['id']}/events/")
    end = f"Operation {operation['state'].replace('_', ' ')}:"
    said = (end, operation["explanation"], operation["advice"])
    return LaunchError(
        " ".join(filter(None, said)),
        evidence=(event["message"] for event in events[-20:]),
    )


def show(rest: Rest) -> None:
    """The membership as the panel sees it, and where to go from here."""
    path = f"/clusters/{NAME}/members/"

    def all_started() -> list[Json]:
        members = rest.results(path)
        return members if all(m["status"] == "started" for m in members) else []

    members = awaited(all_started, SHOWN_SECONDS) or rest.results(path)
    cluster = rest.get(f"/clusters/{NAME}/")
    say(f"\n{table([HEADING, *(row(member) for member in members)])}\n")
    verdict = cluster["verdict"]
    say(" ".join(filter(None, (verdict.get("what"), verdict["why"], verdict["do"]))))
    say(f"  see it         http://{rest.server}/clusters/{NAME}/")
    say(f"  ask etcd       {cluster['etcdctl']}")
    say("  stop the panel make stop        (members keep running)")
    say("  remove it all  make demo-clean")


HEADING = ("NAME", "ID", "STATUS", "ROLE", "ENDPOINT", "VERSION", "DB SIZE")


def row(member: Json) -> tuple[str, ...]:
    size = member["db_size"]
    return (
        member["name"],
        member["id"],
        member["status"],
        "leader" if member["is_leader"] else member["role"],
        member["endpoint"],
        member["version"],
        f"{size / 1024:.0f} KiB" if size is not None else "",
    )
