"""Clusters, operations, checks and hosts: one action or query a call."""

import uuid
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import listed, shown
from clusters.api.answers.clusters import (
    ClusterAnswer,
    ClusterRowAnswer,
    MemberAnswer,
)
from clusters.api.answers.hosts import HostAnswer
from clusters.api.answers.operations import (
    AcceptedAnswer,
    OperationAnswer,
    OperationRowAnswer,
)
from clusters.api.answers.plans import CheckAnswer, CheckedPlanAnswer, PlanAnswer
from clusters.api.base import ApiView, asked, page
from clusters.api.bodies import (
    ChangeBody,
    ClusterListQuery,
    CreateBody,
    CreateQuery,
    DeleteQuery,
    NoQuery,
    OperationListQuery,
)
from clusters.api.schema import page_of
from clusters.api.throttles import CheckThrottle
from clusters.core.errors import NotFoundError, Problem, SpecError
from clusters.core.names import is_label
from clusters.core.text import say
from clusters.models import Operation

LONGEST_KEY = 200
KEY = OpenApiParameter(
    "Idempotency-Key",
    location=OpenApiParameter.HEADER,
    description="Asking again with the same key answers the same operation.",
)
ACCEPTED = OpenApiResponse(AcceptedAnswer, "Written; a worker carries it out.")


def idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY or not key.isascii() or not key.isprintable():
        message = _("Use at most 200 printable ASCII characters.")
        raise exceptions.ValidationError({"Idempotency-Key": [message]})
    return key


def accepted(operation: Operation) -> Response:
    """The answer to a change: what will carry it out, and where to watch it."""
    body = {"operation": str(operation.pk), "cluster": operation.cluster_name}
    location = reverse("api:operation", args=[operation.pk])
    return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": location})


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


class Operations(ApiView):
    """All operations, newest first."""

    @extend_schema(
        operation_id="list_operations",
        summary="List operations, newest first",
        parameters=[OperationListQuery],
        responses=page_of(OperationRowAnswer),
    )
    def get(self, request: Request) -> Response:
        query = asked(request, OperationListQuery)
        try:
            rows, before = queries.operation_list(
                cluster_name=query["cluster"],
                state=query["state"],
                before=str(query.get("before", "")),
                limit=query["limit"],
            )
        except NotFoundError as error:
            gone = Problem(field="before", code=error.code, text=error.text)
            raise SpecError([gone]) from error
        results = listed(OperationRowAnswer, rows)
        return page(request, results, before=before)


class OneOperation(ApiView):
    """One operation and how far it is."""

    @extend_schema(
        operation_id="show_operation",
        summary="Show an operation and its steps",
        responses=OperationAnswer,
    )
    def get(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        progress = queries.operation_progress(operation_id)
        return Response(shown(OperationAnswer, progress))


class Cancel(ApiView):
    """The end of an operation, at its next step."""

    @extend_schema(
        operation_id="cancel_operation",
        summary="Cancel an operation",
        request=None,
        responses={202: ACCEPTED},
    )
    def post(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return accepted(actions.cancel_operation(self.asker(), operation_id))


class Retry(ApiView):
    """The same again, as a new operation."""

    @extend_schema(
        operation_id="retry_operation",
        summary="Do again what an operation did not finish",
        request=None,
        responses={202: ACCEPTED},
    )
    def post(self, request: Request, operation_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return accepted(actions.retry_operation(self.asker(), operation_id))


class Check(ApiView):
    """A look outside before anything is decided."""

    @extend_schema(
        operation_id="show_check",
        summary="Show what a dry run found on the hosts",
        responses=CheckAnswer,
    )
    def get(self, request: Request, check_id: uuid.UUID) -> Response:
        asked(request, NoQuery)
        return Response(shown(CheckAnswer, queries.check_view(check_id)))


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


@extend_schema(exclude=True)
class Nothing(ApiView):
    """Every other address."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(
            _("There is nothing at this address. Addresses end with a slash.")
        )
