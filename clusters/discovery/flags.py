"""The flags by which a member is told where to meet the others.

Flags and never environment: an etcd that does not know an `ETCD_*` variable only warns,
and starts alone. One that does not know a flag refuses to start.
"""

from collections.abc import Mapping

from clusters.core.meeting import StoreAccess, Ticket

# What `files` is asked for: paths, as the member sees them, of the texts of an access.
FILES = ("ca", "cert", "key")

_FILE_FLAGS = {
    "ca": "--discovery-cacert",
    "cert": "--discovery-cert",
    "key": "--discovery-key",
}


def v2_flags(ticket: Ticket, *, fallback_proxy: bool = False) -> tuple[str, ...]:
    """Of v2 discovery and the public service: the URL is the cluster's token too, so
    each member gets the same letters. Who finds the cluster full ends, or is a proxy.
    """
    fallback = "proxy" if fallback_proxy else "exit"
    return (f"--discovery={ticket.url}", f"--discovery-fallback={fallback}")


def v3_flags(
    ticket: Ticket, access: StoreAccess, files: Mapping[str, str]
) -> tuple[str, ...]:
    """Of v3 discovery. The token is the cluster's; endpoints may be written in any way.

    `files` has a path for each text of the access: "ca", "cert" and "key".
    """
    return (
        f"--discovery-token={ticket.token}",
        f"--discovery-endpoints={','.join(ticket.endpoints)}",
        *_tls_flags(ticket, access, files),
        *_login_flags(access),
    )


def srv_flags(ticket: Ticket, cluster_token: str) -> tuple[str, ...]:
    """Of SRV records: those of a domain, or of one service of several in it."""
    service = f"--discovery-srv-name={ticket.service_name}"
    return (
        f"--discovery-srv={ticket.domain}",
        *((service,) if ticket.service_name else ()),
        f"--initial-cluster-token={cluster_token}",
        "--initial-cluster-state=new",
    )


def proxy_flags(
    discovery_url: str = "", *, initial_cluster: str = ""
) -> tuple[str, ...]:
    """Of a v2 proxy, that finds the members under a token, or is told of them."""
    if discovery_url:
        return ("--proxy=on", f"--discovery={discovery_url}")
    return ("--proxy=on", f"--initial-cluster={initial_cluster}")


def _tls_flags(
    ticket: Ticket, access: StoreAccess, files: Mapping[str, str]
) -> tuple[str, ...]:
    """Without a certificate of its own, a member speaks TLS only when it is told to."""
    if not any(url.startswith("https://") for url in ticket.endpoints):
        return ()
    texts = {"ca": access.ca, "cert": access.cert, "key": access.key}
    given = [f"{_FILE_FLAGS[name]}={files[name]}" for name in FILES if texts[name]]
    skip = ("--discovery-insecure-skip-tls-verify=true",) if access.skip_verify else ()
    return ("--discovery-insecure-transport=false", *given, *skip)


def _login_flags(access: StoreAccess) -> tuple[str, ...]:
    """etcd logs in only when it has both."""
    if not access.user:
        return ()
    return (
        f"--discovery-user={access.user}",
        f"--discovery-password={access.password}",
    )
