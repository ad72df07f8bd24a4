"""A discovery store of the panel until it is ready ÷ a static create of one member.

Both are of the same version and on the same host. The reference gets 0.3 s on top, for
the store is also asked as a store before its operation ends.
"""

from tests import parts
from tests.bench import pairs
from tests.bench.creates import STORES, Creates, in_steps
from tests.bench.outcome import Outcome, of_ratios
from tests.bench.panel import running
from tests.bench.rest import Door

TARGET = 1.0
MORE_SECONDS = 0.3
LINE = "3.5"


def measure(count: int) -> list[Outcome]:
    with running(ETCDPANEL_ETCD_DIRS=str(parts.etcd_dir(LINE))) as (_, door):
        return [_measure(door, "local", count)]


def measure_docker(count: int) -> list[Outcome]:
    with running(DOCKER_HOST=parts.engine("old")) as (_, door):
        return [_measure(door, "docker", count)]


def _measure(door: Door, host: str, count: int) -> Outcome:
    door.usable_host(host)
    version = parts.etcd_dir(LINE).name
    creates = Creates(door, host, version)

    def ours(number: int) -> pairs.Timed:
        name = f"store-{number + 3}"
        with creates.store(name, "v2") as timed:
            if not door.rest.get(f"/{STORES}/{name}/")["usable"]:
                raise RuntimeError(f"{name} ended its create and can not be used")
        return timed

    def theirs(number: int) -> pairs.Timed:
        took, steps = creates.timed(creates.body(f"single-{number + 3}", 1))
        return took + MORE_SECONDS, steps

    for number in (-2, -1):  # the workers are warm then
        ours(number)
        theirs(number)
    found = pairs.ratios_of(pairs.in_turn(count, ours, theirs))
    more = f"static, one member, + {MORE_SECONDS} s"
    notes = [f"etcd {version}, v2", *in_steps("store", more, found["parts"])]
    return of_ratios(f"store, {host}", TARGET, found, notes)
