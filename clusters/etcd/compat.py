"""The one door to the `etcd3` package, which needs help with today's libraries.

etcd3 0.12.0 carries stubs of 2017: protobuf 4 and later refuse to load them, and they
know neither learners nor the newer fields of Status. aetcd carries current stubs of the
same protocol, so they take their place before etcd3 is imported for the first time.

Importing this module costs some 20 MB and 0.3 s: import it where a call is made.
No channel may be opened before a fork; a client is made for each task, and closed.
"""

import os
import sys
import time
from collections.abc import Callable
from typing import Any

# gRPC writes to stderr of its own accord; whatever matters comes back as an error.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import aetcd.rpc as etcdrpc
import grpc

sys.modules.setdefault("etcd3.etcdrpc", etcdrpc)

import etcd3  # noqa: E402
import etcd3.locks  # noqa: E402
import tenacity  # noqa: E402

from clusters.etcd.certificates import Trust  # noqa: E402

__all__ = ["etcd3", "etcdrpc", "grpc", "open_client"]

if etcd3.etcdrpc is not etcdrpc:
    raise ImportError("etcd3 was imported before clusters.etcd.compat")


class _Tenacity:
    """tenacity as it was before 7: `wait` gets the number of the try and the time."""

    def __getattr__(self, name: str) -> Any:
        return getattr(tenacity, name)

    @staticmethod
    def retry(*args: Any, wait: Callable[..., float] | None = None, **rest: Any) -> Any:
        if wait is not None:
            rest["wait"] = lambda state: wait(
                state.attempt_number, time.monotonic() - state.start_time
            )
        return tenacity.retry(*args, **rest)


etcd3.locks.tenacity = _Tenacity()

# Each client dials for itself: shared connections would share their back-off too, and a
# member that has just started would count as away for a second.
_CHANNEL = (
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", 64 * 1024**2),
)


class _Client(etcd3.Etcd3Client):  # type: ignore[misc]  # the package has no types
    """Takes the texts of certificates, where the original takes names of files."""

    def _get_secure_creds(
        self, ca_cert: str, cert_key: str | None = None, cert_cert: str | None = None
    ) -> Any:
        texts = (ca_cert, cert_key, cert_cert)
        return grpc.ssl_channel_credentials(*(t.encode() if t else None for t in texts))


def open_client(
    host: str, port: int, timeout: float, trust: Trust | None = None
) -> Any:
    """A client of one member; every call through it ends after `timeout` seconds.

    Without `trust` it speaks plain HTTP/2.
    """
    options: list[tuple[str, Any]] = list(_CHANNEL)
    if trust is None:
        return _Client(host=host, port=port, timeout=timeout, grpc_options=options)
    if trust.name:
        options.append(("grpc.ssl_target_name_override", trust.name))
    return _Client(
        host=host,
        port=port,
        timeout=timeout,
        grpc_options=options,
        ca_cert=trust.roots,
        cert_cert=trust.cert or None,
        cert_key=trust.key or None,
    )
