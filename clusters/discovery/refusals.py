"""What an etcd refuses as a store of v3 discovery, turned into a code and advice."""

import re
from dataclasses import dataclass

from clusters.core.errors import BackendError, Unavailable
from clusters.core.meeting import REGISTRY
from clusters.core.text import Text, Value, quote, say
from clusters.discovery.http import MOST_QUOTED
from clusters.etcd.keys import RpcRefusal


@dataclass(frozen=True, kw_only=True, slots=True)
class _Refusal:
    """`words` are those of etcd or of gRPC, the last of them behind its name."""

    words: str
    code: str
    text: Text
    advice: Text


_REFUSALS = (
    _Refusal(
        words=r"certificate|SSL_ERROR|TSI_|Tls handshake|security handshaker"
        r"|Hostname Verification",
        code="store_certificate",
        text=say("TLS to the discovery store at {url} failed: {words}"),
        advice=say(
            "The store's certificate must name its address and be signed by the CA that"
            " was given; a store that asks clients who they are needs a certificate and"
            " its key."
        ),
    ),
    _Refusal(
        words=r"authentication failed, invalid user|invalid auth token|UNAUTHENTICATED",
        code="store_login_refused",
        text=say("The discovery store at {url} refuses the user or the password."),
        advice=say("Check both with: etcdctl --user USER get {registry}"),
    ),
    _Refusal(
        words=r"user name is empty",
        code="store_login_refused",
        text=say("The discovery store at {url} wants a user and a password."),
        advice=say("Give the store's user and password, or use another store."),
    ),
    _Refusal(
        words=r"permission denied|PERMISSION_DENIED",
        code="store_permission",
        text=say("The user may not read and write {registry} in the store at {url}."),
        advice=say(
            "Grant it with: etcdctl role grant-permission ROLE --prefix=true readwrite"
            " {registry}"
        ),
    ),
    _Refusal(
        words=r"http1\.x|UNIMPLEMENTED|HTTP status|Failed parsing HTTP/2",
        code="not_a_store",
        text=say("What answers at {url} is no etcd, or wants https in place of http."),
        advice=say("Check the address of the store, also its http or https."),
    ),
)


def refused(refusal: RpcRefusal, url: str) -> BackendError:
    """The error for it, about a store at this address."""
    said, reason = f"{refusal.words} {refusal.code}", _reason(refusal)
    params: dict[str, Value] = {
        "url": url,
        "registry": REGISTRY,
        "words": reason,
    }
    for known in _REFUSALS:
        if re.search(known.words, said, re.IGNORECASE):
            text = Text(known.text.template, params)
            advice = Text(known.advice.template, params)
            return BackendError(text, code=known.code, advice=advice)
    if refusal.is_away:
        return _unreachable(reason, url)
    return BackendError(
        say(
            "The discovery store at {url} refuses: {words}",
            url=url,
            words=reason,
        ),
        code="store_refused",
        advice=say("Look at the store's own log; then try again."),
    )


def _unreachable(reason: Text, url: str) -> Unavailable:
    return Unavailable(
        say(
            "The discovery store at {url} does not answer: {reason}",
            url=url,
            reason=reason,
        ),
        code="store_unreachable",
        advice=say("Check that the store runs, and its address, also http or https."),
    )


def _reason(refusal: RpcRefusal) -> Text:
    """gRPC puts the cause last, behind addresses and inner states."""
    for words, reason in _REASONS:
        if re.search(words, f"{refusal.words} {refusal.code}", re.IGNORECASE):
            return reason
    cause = _BEFORE_CAUSE.sub("", " ".join(refusal.words.split()), count=1)
    return quote(cause.removesuffix(": OK") or refusal.code, MOST_QUOTED)


_REASONS = (
    (r"Unwrap failed", say("it may want a certificate from its clients")),
    (r"security handshaker", say("what was given is no certificate, or no key for it")),
    (r"Hostname Verification", say("its certificate does not name this address")),
    (r"refused", say("nobody listens there")),
    (r"DNS|name or service|resolution", say("no name server knows its name")),
    (r"no leader", say("it has no leader")),
    (r"DEADLINE_EXCEEDED|timed out|timeout", say("no answer came in time")),
    (
        r"closed|reset|\bEOF\b|UNEXPECTED_EOF",
        say("it closed the connection before it had answered"),
    ),
)

_BEFORE_CAUSE = re.compile(
    r"^(.*last error: )?(\w+: ipv[46]:\S+: )?(.*CERTIFICATE_VERIFY_FAILED: )?"
)
