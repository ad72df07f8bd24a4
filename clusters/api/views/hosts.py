"""Places where members run."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import queries
from clusters.api.answers.base import listed
from clusters.api.answers.hosts import HostAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import NoQuery
from clusters.api.schema import page_of


class Hosts(ApiView):
    """Places where members run."""

    @extend_schema(
        operation_id="list_hosts",
        summary="List hosts",
        responses=page_of(HostAnswer),
    )
    def get(self, request: Request) -> Response:
        asked(request, NoQuery)
        hosts = listed(HostAnswer, queries.host_list())
        return page(request, hosts, after=None)
