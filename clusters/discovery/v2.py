"""A private discovery store: an etcd that still serves the v2 keys."""

import re
from typing import Any, Self

from clusters.core.addresses import read_url, url_problem
from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import REGISTRY, V2_KEYS, StoreSeen, TokenSeen
from clusters.core.text import NOTHING, Text, quote, say
from clusters.discovery.http import MOST_QUOTED, Answer, Caller
from clusters.discovery.registry import (
    ALREADY_EXISTS,
    KEY_NOT_FOUND,
    SIZE,
    error_code,
    look_at,
    node_of,
    other_size,
)

_OK, _CREATED, _NOT_FOUND, _SERVER_FAILS = 200, 201, 404, 500
_PATH = re.compile(rf"{V2_KEYS}(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_MEMBER_ID = re.compile(r"[0-9a-f]{1,16}")
# Asking for one key that nobody has costs nothing, however much a store holds.
_ABSENT = f"{V2_KEYS}{REGISTRY}/etcdpanel-probe/_config/size"

_USE_OLDER = say(
    "A store for v2 discovery is an etcd 3.5 or older, started with --enable-v2. Let"
    " the panel run one, or use v3 discovery with etcd 3.6 or newer."
)
_CHECK_STORE = say("Check that the store runs, and its address.")


class V2Store:
    """Reads and writes tokens of one store.

    The path of a token is that of its URL, such as /v2/keys/_etcd/registry/TOKEN.
    """

    def __init__(self, base_url: str, timeout: float = 5.0) -> None:
        address = read_url(base_url)
        if address is None:
            raise BackendError(
                url_problem(base_url) or NOTHING,
                code="store_address_invalid",
                advice=say("Write it as http://HOST:PORT."),
            )
        self._url = address.origin
        self._caller = Caller(timeout, self._unreachable)

    def close(self) -> None:
        self._caller.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def probe(self) -> StoreSeen:
        """Its version, and that it can be a store of v2 discovery at all."""
        answer = self._caller.get(f"{self._url}/version")
        version = answer.json().get("etcdserver")
        if answer.status != _OK or not isinstance(version, str):
            raise self._not_a_store(answer)
        version = str(quote(version, 40))
        keys = self._caller.get(f"{self._url}{_ABSENT}")
        if error_code(keys) != KEY_NOT_FOUND and node_of(keys) is None:
            raise self._refusal(keys, version)
        return StoreSeen(version=version, clock_ahead=answer.clock_ahead)

    def look(self, path: str) -> TokenSeen | None:
        """A token as it is now; None when it has neither a size nor a member."""
        return look_at(_checked(path), self._read)

    def write_size(self, path: str, size: int) -> None:
        """Open a token for so many members; another size is never overwritten."""
        url = f"{self._url}{_size_path(path)}?prevExist=false"
        answer = self._caller.put(url, {"value": str(size)})
        if answer.status == _CREATED and node_of(answer) is not None:
            return
        if error_code(answer) != ALREADY_EXISTS:
            raise self._refusal(answer)
        found = self._read(_size_path(path))
        if found is not None and found.get("value") == str(size):
            return
        raise other_size(str((found or {}).get("value", "")), size)

    def forget(self, path: str) -> None:
        """Remove a token and whoever registered under it; fine when it is gone."""
        self._delete(f"{_checked(path)}?dir=true&recursive=true")

    def remove_registration(self, path: str, member_id: str) -> None:
        """Free the place of one member; fine when it is gone."""
        if not _MEMBER_ID.fullmatch(member_id):
            raise ValueError(f"not a member ID: {member_id[:40]!r}")
        self._delete(f"{_checked(path)}/{member_id}")

    def _delete(self, path: str) -> None:
        answer = self._caller.delete(f"{self._url}{path}")
        if answer.status != _OK and error_code(answer) != KEY_NOT_FOUND:
            raise self._refusal(answer)

    def _read(self, path: str) -> dict[str, Any] | None:
        """A node of the store; None when there is none."""
        answer = self._caller.get(f"{self._url}{path}")
        node = node_of(answer)
        if node is None and error_code(answer) != KEY_NOT_FOUND:
            raise self._refusal(answer)
        return node

    def _refusal(self, answer: Answer, version: str = "") -> BackendError:
        said = answer.json().get("message")
        if isinstance(said, str):
            return self._said_no(answer, said)
        if answer.status == _NOT_FOUND and not answer.is_html:
            return self._without_v2(version)
        if answer.status >= _SERVER_FAILS:
            return self._unreachable(answer.as_said)
        return self._not_a_store(answer)

    def _said_no(self, answer: Answer, said: str) -> BackendError:
        """A store that can not do it now says so in its own form, with a 5xx."""
        words = quote(said, MOST_QUOTED)
        if answer.status >= _SERVER_FAILS:
            return self._unreachable(words)
        return BackendError(
            say("The store at {url} refuses: {words}", url=self._url, words=words),
            code="store_refused",
            advice=say("Use a new token, or look at the store's own log."),
        )

    def _without_v2(self, version: str) -> BackendError:
        params = {"url": self._url, "version": version}
        text = say("The etcd at {url} does not serve the v2 keys.", **params)
        if version:
            text = say(
                "The etcd {version} at {url} does not serve the v2 keys.", **params
            )
        return BackendError(text, code="store_without_v2", advice=_USE_OLDER)

    def _not_a_store(self, answer: Answer) -> BackendError:
        return BackendError(
            say(
                "What answers at {url} is no etcd: {reason}",
                url=self._url,
                reason=answer.as_said,
            ),
            code="not_a_store",
            advice=_CHECK_STORE,
        )

    def _unreachable(self, reason: Text) -> Unavailable:
        return Unavailable(
            say(
                "The discovery store at {url} does not answer: {reason}",
                url=self._url,
                reason=reason,
            ),
            code="store_unreachable",
            advice=_CHECK_STORE,
        )


def _checked(path: str) -> str:
    if not _PATH.fullmatch(path):
        raise ValueError(f"not the path of a token: {path[:80]!r}")
    return path


def _size_path(path: str) -> str:
    return f"{_checked(path)}{SIZE}"
