"""A store of v3 discovery: any etcd, whose keys members register under."""

import re
from collections.abc import Iterable
from typing import Any, Self

from clusters.core.addresses import Address, read_url, url_problem
from clusters.core.errors import BackendError
from clusters.core.meeting import (
    OPEN_ACCESS,
    REGISTRY,
    Registration,
    StoreAccess,
    StoreSeen,
    TokenSeen,
)
from clusters.core.text import NOTHING, quote, say
from clusters.discovery.refusals import refused
from clusters.discovery.registry import SIZE, other_size, read_registration
from clusters.etcd.keys import Ask, Found, KeyClient, RpcRefusal

_TOKEN = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,254}")
_MEMBER_ID = re.compile(r"[0-9a-f]{1,16}")
# More members than this are never read: no cluster is a tenth as large.
_MOST_MEMBERS = 500


class V3Store:
    """Reads and writes tokens of one store, through whichever endpoint answers."""

    def __init__(
        self,
        endpoints: tuple[str, ...],
        access: StoreAccess = OPEN_ACCESS,
        timeout: float = 5.0,
    ) -> None:
        self._url = ", ".join(endpoints)
        self._timeout = timeout
        self._client = KeyClient(_addresses(endpoints), _checked(access), timeout)

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def probe(self) -> StoreSeen:
        """Its version, and that a token may be read and written here."""
        self._call(self._ask_rights)
        version = self._call(self._ask_version)
        return StoreSeen(version=str(quote(version, 40)))

    def look(self, token: str) -> TokenSeen | None:
        """A token as it is now; None when it has neither a size nor a member."""
        return self._call(lambda client: self._read(client, _prefix(token)))

    def write_size(self, token: str, size: int) -> None:
        """Open a token for so many members; another size is never overwritten."""
        key = f"{_prefix(token)}{SIZE}"
        found = self._call(lambda client: self._create(client, key, str(size)))
        if found != str(size):
            raise other_size(found, size)

    def forget(self, token: str) -> None:
        """Remove a token and whoever registered under it; fine when it is gone."""
        prefix = f"{_prefix(token)}/"
        self._call(lambda client: self._delete(client, prefix, _end_of(prefix)))

    def remove_registration(self, token: str, member_id: str) -> None:
        """Free the place of one member; fine when it is gone."""
        if not _MEMBER_ID.fullmatch(member_id):
            raise ValueError(f"not a member ID: {member_id[:40]!r}")
        key = f"{_prefix(token)}/members/{member_id}"
        self._call(lambda client: self._delete(client, key, b""))

    def _call(self, ask: Ask[Found]) -> Found:
        try:
            return self._client.call(ask)
        except RpcRefusal as refusal:
            raise refused(refusal, self._url) from refusal

    def _ask_version(self, client: Any) -> str:
        from clusters.etcd.compat import etcdrpc

        status = client.maintenancestub.Status(
            etcdrpc.StatusRequest(), timeout=self._timeout, metadata=client.metadata
        )
        return str(status.version)

    def _ask_rights(self, client: Any) -> None:
        """A transaction that can never write: etcd checks the right to, all the same.

        The revision of an absent key is 0, so that of no key is less.
        """
        from clusters.etcd.compat import etcdrpc

        key = f"{REGISTRY}/etcdpanel-probe{SIZE}".encode()
        never = etcdrpc.Compare(
            target=etcdrpc.Compare.MOD,
            result=etcdrpc.Compare.LESS,
            key=key,
            mod_revision=0,
        )
        write = etcdrpc.RequestOp(request_put=etcdrpc.PutRequest(key=key))
        self._commit(client, etcdrpc.TxnRequest(compare=[never], success=[write]))

    def _read(self, client: Any, prefix: str) -> TokenSeen | None:
        """The size and the members in one answer, so that they belong together."""
        from clusters.etcd.compat import etcdrpc

        members = f"{prefix}/members/"
        wanted = (
            etcdrpc.RangeRequest(key=f"{prefix}{SIZE}".encode()),
            etcdrpc.RangeRequest(
                key=members.encode(),
                range_end=_end_of(members),
                limit=_MOST_MEMBERS,
                sort_order=etcdrpc.RangeRequest.ASCEND,
                sort_target=etcdrpc.RangeRequest.CREATE,
            ),
        )
        success = [etcdrpc.RequestOp(request_range=one) for one in wanted]
        answer = self._commit(client, etcdrpc.TxnRequest(success=success))
        sizes, found = (one.response_range.kvs for one in answer.responses)
        if not sizes and not found:
            return None
        size = sizes[0].value.decode(errors="replace") if sizes else None
        return TokenSeen(size=size, registrations=_registrations(found, members))

    def _create(self, client: Any, key: str, value: str) -> str:
        """What the key holds afterwards: this value, or what was there before."""
        from clusters.etcd.compat import etcdrpc

        is_absent = etcdrpc.Compare(
            target=etcdrpc.Compare.CREATE,
            result=etcdrpc.Compare.EQUAL,
            key=key.encode(),
            create_revision=0,
        )
        put = etcdrpc.PutRequest(key=key.encode(), value=value.encode())
        read = etcdrpc.RangeRequest(key=key.encode())
        request = etcdrpc.TxnRequest(
            compare=[is_absent],
            success=[etcdrpc.RequestOp(request_put=put)],
            failure=[etcdrpc.RequestOp(request_range=read)],
        )
        answer = self._commit(client, request)
        if answer.succeeded:
            return value
        (before,) = answer.responses[0].response_range.kvs
        return str(before.value.decode(errors="replace"))

    def _delete(self, client: Any, key: str, end: bytes) -> None:
        from clusters.etcd.compat import etcdrpc

        request = etcdrpc.DeleteRangeRequest(key=key.encode(), range_end=end)
        client.kvstub.DeleteRange(
            request, timeout=self._timeout, metadata=client.metadata
        )

    def _commit(self, client: Any, request: Any) -> Any:
        return client.kvstub.Txn(
            request, timeout=self._timeout, metadata=client.metadata
        )


def _addresses(endpoints: tuple[str, ...]) -> tuple[Address, ...]:
    """Checked here too: nothing is dialled that was not read in its plain form."""
    found = []
    for url in endpoints or ("",):
        address = read_url(url)
        if address is None:
            raise BackendError(
                url_problem(url) or NOTHING,
                code="store_address_invalid",
                advice=say("Write it as http://HOST:PORT."),
            )
        found.append(address)
    return tuple(found)


def _checked(access: StoreAccess) -> StoreAccess:
    if bool(access.cert) == bool(access.key):
        return access
    raise BackendError(
        say("A certificate and its key are given together, or neither is."),
        code="store_certificate",
        advice=say("Give both as PEM texts."),
    )


def _prefix(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"not a token: {token[:80]!r}")
    return f"{REGISTRY}/{token}"


def _end_of(prefix: str) -> bytes:
    """The first key behind all that begin so: the last byte of ours is a slash."""
    return prefix[:-1].encode() + bytes([ord(prefix[-1]) + 1])


def _registrations(found: Iterable[Any], prefix: str) -> tuple[Registration, ...]:
    return tuple(
        read_registration(
            pair.key.decode(errors="replace").removeprefix(prefix),
            pair.value.decode(errors="replace"),
        )
        for pair in found
    )
