"""What Docker says when it says no, turned into errors with a code and advice.

Docker answers most refusals with status 500, so the words decide; both of an old and of
a new engine are known here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import docker.errors

from clusters.core.errors import BackendError
from clusters.core.text import NOTHING, Text, quote, say

_DISK_FULL = say("Free some space: docker system df shows what takes it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """One thing that Docker says. Named groups of `words` are values of `text`."""

    words: str
    code: str
    text: Text
    advice: Text = NOTHING

    def read(self, words: str) -> BackendError | None:
        """The error, when these are the words."""
        found = re.search(self.words, words, re.IGNORECASE)
        if found is None:
            return None
        params = {**self.text.params, **found.groupdict(), "words": quote(words)}
        text = Text(self.text.template, params)
        return BackendError(text, code=self.code, advice=self.advice)


DISK_FULL = Refusal(
    words=r"no space left on device",
    code="disk_full",
    text=say("The disk of the Docker engine is full."),
    advice=_DISK_FULL,
)

_OBJECTS = (
    DISK_FULL,
    Refusal(
        words=r"(?P<address>[\d.]+|\[[^\]]*\]):(?P<port>\d+)(?:/tcp)?[^:]*:"
        r" (?:bind: )?(?:port is already allocated|address already in use)",
        code="port_in_use",
        text=say("Port {port} of {address} is already in use.", port=0, address=""),
        advice=say("Stop what uses the port, or choose other ports."),
    ),
    Refusal(
        words=r"(?P<address>[\d.]+|\[[^\]]*\]):\d+(?:/tcp)?[^:]*:"
        r" (?:bind: )?cannot assign requested address",
        code="address_not_here",
        text=say("{address} is not an address of the engine's machine.", address=""),
        advice=say("Choose a bind address that the machine has, such as 127.0.0.1."),
    ),
    Refusal(
        words=r"name \"?/?(?P<name>[\w.-]+)\"? (?:is already in use|already exists)",
        code="name_taken",
        text=say("The name {name} is already taken on the engine.", name=""),
        advice=say("Remove or rename what has it, or choose another cluster name."),
    ),
    Refusal(
        words=r"no such image: (?P<reference>\S+)",
        code="image_not_found",
        text=say("The engine does not have the image {reference}.", reference=""),
        advice=say("Pull the image, or name one that the engine has."),
    ),
    Refusal(
        words=r"pool overlaps with other one",
        code="subnet_taken",
        text=say("The subnet overlaps with that of another network of the engine."),
        advice=say(
            "Choose another subnet, or remove the network that has it: docker network"
            " ls shows them all."
        ),
    ),
    Refusal(
        words=r"invalid subnet|netip\.ParsePrefix",
        code="subnet_invalid",
        text=say("The engine does not take the subnet: {words}"),
        advice=say("Write it as 10.1.2.0/24."),
    ),
    Refusal(
        words=r"(?:^|networking: )address already in use$",
        code="address_taken",
        text=say("A container of the network has the fixed address already."),
        advice=say("Choose other addresses, or remove the container that has it."),
    ),
    Refusal(
        words=r"does not belong to any of this network's"
        r"|no configured subnet contains|networks with user configured subnets",
        code="address_not_on_network",
        text=say("The network can not give the fixed address: {words}"),
        advice=say("Choose an address of the network's own subnet, set with --subnet."),
    ),
    Refusal(
        words=r"non-overlapping|address pools have been fully subnetted",
        code="network_addresses_exhausted",
        text=say("The engine has no addresses left for another network."),
        advice=say(
            "Remove unused networks with: docker network prune; or add to"
            " default-address-pools in the engine's daemon.json."
        ),
    ),
    Refusal(
        words=r"\"/usr/local/bin/etcd\": (?:stat|permission|no such|executable)",
        code="image_without_etcd",
        text=say("The image has no /usr/local/bin/etcd that can be run."),
        advice=say("Use the official image of etcd, or one of the same shape."),
    ),
    Refusal(
        words=r"network (?P<name>[\w.-]+) not found",
        code="network_missing",
        text=say("The network {name} is not on the engine.", name=""),
        advice=say("It was removed by someone; try again."),
    ),
    Refusal(
        words=r"no such container: (?P<name>[\w.-]+)",
        code="instance_missing",
        text=say("The container {name} is not on the engine.", name=""),
        advice=say("It was removed by someone; try again."),
    ),
    Refusal(
        words=r"volume is in use",
        code="volume_in_use",
        text=say("A container still uses the volume: {words}"),
        advice=say("Remove that container first, if it is not needed."),
    ),
    Refusal(
        words=r"has active endpoints",
        code="network_in_use",
        text=say("Containers are still connected to the network: {words}"),
        advice=say("Disconnect or remove those containers first."),
    ),
)


def words_of(error: docker.errors.DockerException) -> str:
    """What the engine itself said, without the SDK's preface."""
    explanation = getattr(error, "explanation", None)
    return " ".join(str(explanation or error).split())


def first_that_fits(refusals: Iterable[Refusal], words: str) -> BackendError | None:
    return next((e for r in refusals if (e := r.read(words)) is not None), None)


def refused(error: docker.errors.DockerException) -> BackendError:
    """The error for an answer of the engine that is a refusal."""
    words = words_of(error)
    known = first_that_fits(_OBJECTS, words)
    if known is not None:
        return known
    return BackendError(
        say("Docker refused: {words}", words=quote(words)),
        code="docker_refused",
        advice=say("Look at the engine's own log; then try again."),
    )
