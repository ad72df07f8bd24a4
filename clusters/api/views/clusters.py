"""Clusters and their members."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.clusters import (
    ClusterAnswer,
    ClusterRowAnswer,
    MemberAnswer,
)
from clusters.api.answers.plans import CheckedPlanAnswer, PlanAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies.base import NoQuery
from clusters.api.bodies.clusters import (
    ChangeBody,
    ClusterListQuery,
    CreateBody,
    CreateQuery,
    DeleteQuery,
)
from clusters.api.schema import page_of
from clusters.api.throttles import CheckThrottle
from clusters.api.views.changes import ACCEPTED, KEY, accepted, idempotency_key
from clusters.core.errors import NotFoundError
from clusters.core.names import is_label
from clusters.core.text import say


class Clusters(ApiView):
    """All clusters."""

    def get_throttles(self) -> list[Any]:
        if self.request.method == "POST" and "dry_run" in self.request.GET:
            return [CheckThrottle()]
        return super().get_throttles()

    @extend_schema(
        operation_id="list_clusters",
        summary="List clusters",
        parameters=[ClusterListQuery],
        responses=page_of(ClusterRowAnswer),
    )
    def get(self, request: Request) -> Response:
        rows, after = queries.cluster_list(**asked(request, ClusterListQuery))
        results = listed(ClusterRowAnswer, rows)
        return page(request, results, after=after)

    @extend_schema(
        operation_id="create_cluster",
        summary="Create a cluster, or see what would be made",
        parameters=[CreateQuery, KEY],
        request=CreateBody,
        responses={
            202: ACCEPTED,
            200: OpenApiResponse(CheckedPlanAnswer, "The plan of a dry run."),
        },
    )
    def post(self, request: Request) -> Response:
        dry_run = asked(request, CreateQuery)["dry_run"]
        key = idempotency_key(request)
        body = CreateBody(data=request.data)
        body.is_valid(raise_exception=True)
        if dry_run:
            return self._plan(body)
        return accepted(actions.create_cluster(self.asker(key), body.as_request()))

    def _plan(self, body: CreateBody) -> Response:
        preview = queries.preview_cluster(body.as_request())
        check = actions.start_check(
            self.asker(), preview.spec, ports_may_move=preview.ports_may_move
        )
        address = reverse("api:check", args=[check.pk])
        return Response({**shown(PlanAnswer, preview), "check": address})


class OneCluster(ApiView):
    """What has a cluster's name in its address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not is_label(kwargs["name"]):  # never reaches the database
            raise NotFoundError(
                say("There is no such cluster."), code="no_such_cluster"
            )


class Cluster(OneCluster):
    """One cluster."""

    @extend_schema(
        operation_id="show_cluster", summary="Show a cluster", responses=ClusterAnswer
    )
    def get(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        return Response(shown(ClusterAnswer, queries.cluster_page(name)))

    @extend_schema(
        operation_id="change_cluster",
        summary="Take the panel's hands off, or put them on again",
        request=ChangeBody,
        responses=ClusterAnswer,
    )
    def patch(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        body = ChangeBody(data=request.data)
        body.is_valid(raise_exception=True)
        actions.set_hands_off(self.asker(), name, **body.validated_data)
        return Response(shown(ClusterAnswer, queries.cluster_page(name)))

    @extend_schema(
        operation_id="delete_cluster",
        summary="Delete a cluster and all its data",
        parameters=[DeleteQuery, KEY],
        responses={202: ACCEPTED},
    )
    def delete(self, request: Request, name: str) -> Response:
        query = asked(request, DeleteQuery)
        asker = self.asker(idempotency_key(request))
        return accepted(actions.delete_cluster(asker, name, **query))


class Members(OneCluster):
    """The membership of a cluster."""

    @extend_schema(
        operation_id="list_members",
        summary="List the members of a cluster",
        responses=page_of(MemberAnswer),
    )
    def get(self, request: Request, name: str) -> Response:
        asked(request, NoQuery)
        members = queries.cluster_page(name).members
        return page(request, listed(MemberAnswer, members), after=None)
