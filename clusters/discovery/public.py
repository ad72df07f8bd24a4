"""The public discovery service, or whoever answers the same calls.

It is no longer looked after, and has been down for months. Whatever comes back is
therefore checked to the letter, and every error offers the private store.
"""

import re
from datetime import timedelta
from typing import Self

from clusters.core.addresses import read_url, same_origin, url_problem
from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import StoreSeen, TokenSeen
from clusters.core.text import NOTHING, Text, quote, say
from clusters.discovery.http import MOST_QUOTED, Answer, Caller
from clusters.discovery.registry import (
    KEY_NOT_FOUND,
    Node,
    error_code,
    look_at,
    node_of,
)

# The service removes tokens of this age: DISC_MINAGE of discovery.etcd.io, as its
# deployment sets it (etcd-io/discovery.etcd.io, 2024).
LIFETIME = timedelta(hours=12)

_OK, _BAD_REQUEST, _SERVER_FAILS = 200, 400, 500
_TOKEN_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/[0-9a-f]{32}")
# It answers 400 when its own store is away, and says so in these words.
_STORE_AWAY = re.compile(r"unable to generate token|health failed", re.IGNORECASE)

_INSTEAD = say(
    "Choose a private store instead: the panel can run one, and the members meet there."
)
_CHECK = say(
    "Check the address of the service, or choose a private store, which the panel can"
    " run."
)


class PublicService:
    """Asks one service for tokens, and what became of them."""

    def __init__(self, address: str, timeout: float = 5.0) -> None:
        self._address = address.rstrip("/")
        found = read_url(address)
        if found is None:
            raise BackendError(
                url_problem(address) or NOTHING,
                code="service_address_invalid",
                advice=_CHECK,
            )
        self._origin = found.origin
        self._prefix = found.path.rstrip("/")
        self._caller = Caller(timeout, self._unreachable)

    def close(self) -> None:
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def probe(self) -> StoreSeen:
        """That it is well, by its own check, which reaches into its store."""
        answer = self._caller.get(f"{self._address}/health")
        if answer.status != _OK or answer.is_html:
            raise self._refusal(answer)
        if answer.text.strip() != "OK":
            raise self._no_service(answer)
        return StoreSeen(clock_ahead=answer.clock_ahead)

    def new(self, size: int) -> str:
        """The URL of a fresh token for so many members."""
        answer = self._caller.get(f"{self._address}/new?size={size}")
        if answer.status != _OK or answer.is_html:
            raise self._refusal(answer)
        url = answer.text.strip()
        address = None if answer.is_cut else read_url(url)
        if address is None:
            raise self._invalid(answer)
        if not same_origin(url, self._address):
            raise self._foreign(address.origin)
        if not self._is_token(address.path):
            raise self._invalid(answer)
        return url

    def look(self, path: str) -> TokenSeen | None:
        """A token, by the path of its URL; None when the service does not know it."""
        if not self._is_token(path):
            raise ValueError(f"not the path of a token: {path[:80]!r}")
        return look_at(path, self._read)

    def _is_token(self, path: str) -> bool:
        fits = _TOKEN_PATH.fullmatch(path) is not None
        return fits and path.rpartition("/")[0] == self._prefix

    def _read(self, path: str) -> Node | None:
        answer = self._caller.get(f"{self._origin}{path}")
        node = node_of(answer)
        if node is not None or error_code(answer) == KEY_NOT_FOUND:
            return node
        if answer.status == _BAD_REQUEST:
            # Some say so of an unknown token, and also when their store is away.
            self.probe()
            return None
        raise self._refusal(answer)

    def _refusal(self, answer: Answer) -> BackendError:
        if answer.is_redirect:
            return self._redirects(answer)
        is_away = _STORE_AWAY.search(answer.text) is not None
        if answer.status >= _SERVER_FAILS or is_away:
            return self._unavailable(answer)
        if answer.status == _BAD_REQUEST and not answer.is_html:
            return self._refused(answer)
        return self._no_service(answer)

    def _redirects(self, answer: Answer) -> BackendError:
        return BackendError(
            say(
                "The discovery service at {url} sends callers elsewhere: {target}",
                url=self._address,
                target=quote(answer.headers.get("Location", ""), MOST_QUOTED),
            ),
            code="service_redirects",
            advice=say(
                "Members follow no such answer. Name the address where it leads, or"
                " choose a private store: the panel can run one."
            ),
        )

    def _unavailable(self, answer: Answer) -> Unavailable:
        return Unavailable(
            say(
                "The discovery service at {url} is out of order: {reason}",
                url=self._address,
                reason=answer.as_said,
            ),
            code="service_unavailable",
            advice=_INSTEAD,
        )

    def _refused(self, answer: Answer) -> BackendError:
        return BackendError(
            say(
                "The discovery service at {url} gives no token: {reason}",
                url=self._address,
                reason=answer.as_said,
            ),
            code="service_refused",
            advice=_INSTEAD,
        )

    def _no_service(self, answer: Answer) -> BackendError:
        return BackendError(
            say(
                "What answers at {url} is no discovery service: {reason}",
                url=self._address,
                reason=answer.as_said,
            ),
            code="service_not_discovery",
            advice=_CHECK,
        )

    def _foreign(self, origin: str) -> BackendError:
        return BackendError(
            say(
                "The discovery service at {url} gave a token of {other}, which is"
                " somewhere else; members are not sent there.",
                url=self._address,
                other=quote(origin, MOST_QUOTED),
            ),
            code="service_answer_foreign",
            advice=_CHECK,
        )

    def _invalid(self, answer: Answer) -> BackendError:
        return BackendError(
            say(
                "The discovery service at {url} answered with something that is no"
                " token: {reason}",
                url=self._address,
                reason=answer.as_said,
            ),
            code="service_answer_invalid",
            advice=_INSTEAD,
        )

    def _unreachable(self, reason: Text) -> Unavailable:
        return Unavailable(
            say(
                "The discovery service at {url} does not answer: {reason}",
                url=self._address,
                reason=reason,
            ),
            code="service_unreachable",
            advice=_INSTEAD,
        )
