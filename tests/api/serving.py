"""A web process and a broker as they really run, and a client of live streams."""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass

import psutil
from django.db import connection

from etcdpanel.up import broker

# Below the range from which outgoing connections take theirs.
PORTS = range(20000, 32768)
PATIENCE = 30


def free_port():
    while True:
        port = random.choice(PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def wait_for_port(port, process):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError(f"nothing listens at {port}")


class Served:
    """A child process with a port."""

    def __init__(self, port=None):
        self.port = port or free_port()
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.command(),
            env=os.environ | self.environment(),
            stdout=subprocess.DEVNULL,
        )
        wait_for_port(self.port, self.process)
        return self

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.process = None

    def environment(self):
        return {}


class Broker(Served):
    """The Redis-compatible server that the panel brings along."""

    flags = ("--save", "", "--bind", "127.0.0.1")

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def command(self):
        return [broker.binary(), *self.flags, "--port", str(self.port)]


class Web(Served):
    """One uvicorn on the database of the tests."""

    def __init__(self, broker_url):
        super().__init__()
        self.broker_url = broker_url

    def command(self):
        asked = ("--port", str(self.port), "--lifespan", "off", "--log-level", "error")
        return [sys.executable, "-m", "uvicorn", "etcdpanel.asgi:application", *asked]

    def environment(self):
        return {
            "DJANGO_SETTINGS_MODULE": "etcdpanel.settings",
            "ETCDPANEL_DATABASE_URL": database_url(),
            "ETCDPANEL_REDIS_URL": self.broker_url,
            "ETCDPANEL_LOG_LEVEL": "ERROR",
        }

    def threads(self):
        return psutil.Process(self.process.pid).num_threads()

    def database_connections(self):
        """How many connections to the database this process has open."""
        process = psutil.Process(self.process.pid)
        if connection.vendor == "sqlite":
            name = str(connection.settings_dict["NAME"])
            return sum(file.path == name for file in process.open_files())
        port = int(connection.settings_dict["PORT"] or 5432)
        wires = process.net_connections("inet")
        return sum(bool(wire.raddr) and wire.raddr.port == port for wire in wires)

    def stream(self, log, token=None, query="", **headers):
        path = f"/api/v1{log.path}/events/{query}"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return Stream(self.port, path, headers)


def database_url():
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    login = f"{told['USER']}:{told['PASSWORD']}"
    return f"postgres://{login}@{told['HOST']}:{told['PORT'] or 5432}/{told['NAME']}"


@dataclass
class Told:
    """One event of a stream, and when it came."""

    kind: str
    content: dict
    number: int | None
    at: float


class Stream:
    """One open stream, read as a browser reads it."""

    def __init__(self, port, path, headers):
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        asked = {"Accept": "text/event-stream"}
        asked |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.wire.request("GET", path, headers=asked)
        self.answer = self.wire.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answer.close()
        self.wire.close()

    def __iter__(self):
        """Events until the server closes the stream."""
        fields = {}
        while raw := self.answer.readline():
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                number = int(fields["id"]) if "id" in fields else None
                content = json.loads(fields["data"])
                yield Told(fields["event"], content, number, time.monotonic())
                fields = {}
            else:
                fields = {}

    def lines(self):
        return [told.number for told in self if told.kind == "line"]

    def until(self, number):
        """Read until a line; the events."""
        read = []
        for told in self:
            read.append(told)
            if told.number == number:
                break
        return read


def follow(web, log, token, after=0, rest=None):
    """Read a whole stream; with `rest` in parts, each after the last."""
    numbers, ended = [], False
    while not ended:
        most = rest.randint(1, 40) if rest else None
        with web.stream(log, token, Last_Event_ID=str(after)) as stream:
            for told in stream:
                ended = told.kind == "end"
                if told.kind == "line":
                    numbers.append(told.number)
                    after = told.number
                if most and len(numbers) % most == 0:
                    break
    return numbers


def in_threads(*calls):
    """Run side by side; the results, in order."""
    results = [None] * len(calls)

    def run(index, call):
        with closing(connection):
            results[index] = call()

    threads = [
        threading.Thread(target=run, args=[index, call])
        for index, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
