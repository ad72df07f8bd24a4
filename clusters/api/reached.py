"""By which host name the panel was reached: members may reach its stores by it too."""

from rest_framework.request import Request

from clusters.core.addresses import read_url, url_problem
from clusters.core.text import Text


def reached_as(request: Request) -> str:
    """The host name, in lower case; empty for one that etcd would not dial."""
    address = read_url(_origin(request))
    return address.host if address else ""


def host_problem(request: Request) -> Text | None:
    """Why the host can not be a part of a discovery URL."""
    return url_problem(_origin(request))


def _origin(request: Request) -> str:
    return f"http://{request.get_host()}"
