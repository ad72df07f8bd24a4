"""Why an engine can not be reached: absent, forbidden, silent, or no engine at all."""

import errno
import os
import pwd
import ssl
from collections.abc import Iterator

from clusters.core.errors import Unavailable
from clusters.core.text import Text, quote, say
from clusters.drivers.docker.address import EngineAddress

_START = say("Start Docker, for example with: sudo systemctl start docker")


def unreachable(error: BaseException, address: EngineAddress) -> Unavailable:
    """Read from the chain of causes what the operating system said."""
    causes = tuple(_chain(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _tls_failed(cause, address)
        if isinstance(cause, OSError) and cause.errno in _BY_NUMBER:
            return _BY_NUMBER[cause.errno](address)
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return too_slow(address)
    return _silent(address, quote(str(causes[-1]), 200))


def too_slow(address: EngineAddress) -> Unavailable:
    return Unavailable(
        say("The Docker engine at {url} takes too long to answer.", url=address.url),
        code="docker_not_answering",
        advice=say("See whether `docker info` answers; restart the engine if not."),
    )


def not_an_engine(address: EngineAddress) -> Unavailable:
    return Unavailable(
        say("What answers at {url} is not a Docker engine.", url=address.url),
        code="docker_not_an_engine",
        advice=say("Check the address of the host, or DOCKER_HOST."),
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it; requests keep some causes only as arguments."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        within = (arg for arg in error.args if isinstance(arg, BaseException))
        error = error.__cause__ or error.__context__ or next(within, None)


def _absent(address: EngineAddress) -> Unavailable:
    return Unavailable(
        say("There is no Docker socket at {path}.", path=str(address.socket)),
        code="docker_socket_absent",
        advice=say(
            "Install and start Docker; if it listens elsewhere, set DOCKER_HOST."
        ),
    )


def _forbidden(address: EngineAddress) -> Unavailable:
    user = _user()
    return Unavailable(
        say(
            "{user} may not use the Docker socket {path}.",
            user=user,
            path=str(address.socket),
        ),
        code="docker_permission_denied",
        advice=say(
            "Add the user to the group docker (sudo usermod -aG docker {user}), log in"
            " again, and start the panel again.",
            user=user,
        ),
    )


def _refused(address: EngineAddress) -> Unavailable:
    return Unavailable(
        say("No Docker engine listens at {url}.", url=address.url),
        code="docker_not_answering",
        advice=_START,
    )


def _silent(address: EngineAddress, words: Text) -> Unavailable:
    return Unavailable(
        say(
            "The Docker engine at {url} does not answer: {words}",
            url=address.url,
            words=words,
        ),
        code="docker_not_answering",
        advice=_START,
    )


def _tls_failed(error: ssl.SSLError, address: EngineAddress) -> Unavailable:
    return Unavailable(
        say(
            "TLS to the Docker engine at {url} failed: {words}",
            url=address.url,
            words=quote(error.reason or str(error), 200),
        ),
        code="docker_tls_failed",
        advice=say(
            "The engine's certificate must name its address and be signed by ca.pem;"
            " cert.pem must be one that the engine accepts."
        ),
    )


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a number without a name, as in some containers
        return f"uid {os.geteuid()}"


_BY_NUMBER = {
    errno.ENOENT: _absent,
    errno.EACCES: _forbidden,
    errno.EPERM: _forbidden,
    errno.ECONNREFUSED: _refused,
}
