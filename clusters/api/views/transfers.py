"""Clusters to files, to leave with; and from files, to begin with."""

import io
import zipfile
from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from clusters import actions, queries
from clusters.api.answers.base import shown
from clusters.api.answers.plans import PlanAnswer
from clusters.api.answers.transfers import (
    CheckedImportAnswer,
    FilesAnswer,
    ImportAnswer,
)
from clusters.api.base import ApiView, asked
from clusters.api.bodies.clusters import CreateQuery
from clusters.api.bodies.transfers import ExportQuery, ImportBody
from clusters.api.errors import by_field
from clusters.api.throttles import CheckThrottle
from clusters.api.views.changes import ACCEPTED, KEY, accepted, idempotency_key
from clusters.api.views.clusters import OneCluster
from clusters.core.errors import SpecError
from clusters.core.request import ClusterRequest
from clusters.queries import PlanPreview
from clusters.queries.exports import Export as Exported
from clusters.queries.exports import export
from clusters.queries.imports import ImportView

ZIP = "application/zip"
_FILE = OpenApiResponse(OpenApiTypes.STR, "The file.")
# A store is asked for at an address of its own.
_INNER = ("serves", "volume")


class FileRenderer(BaseRenderer):
    """Stands for a download."""

    media_type = "*/*"
    format = "file"

    def render(self, data: Any, *_: Any) -> bytes:
        raise NotImplementedError  # pragma: no cover (a file is no rendering)


class JsonOrFile(BaseContentNegotiation):
    """JSON for whoever names it; a file for everybody else."""

    def select_renderer(self, request: Request, renderers: Any, *_: Any) -> Any:
        is_named = JSONRenderer.media_type in request.headers.get("Accept", "")
        chosen = next(r for r in renderers if isinstance(r, JSONRenderer) == is_named)
        return chosen, chosen.media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return DefaultContentNegotiation().select_parser(request, parsers)


class Export(OneCluster):
    """A cluster in a form that runs without the panel."""

    renderer_classes = (JSONRenderer, FileRenderer)
    content_negotiation_class = JsonOrFile

    @extend_schema(
        operation_id="export_cluster",
        summary="Export a cluster: Compose, commands, systemd units or zone lines",
        description=(
            "One file is answered as it is, several as a zip. With"
            " `Accept: application/json` it is JSON with the texts by name."
        ),
        parameters=[ExportQuery],
        responses={
            (200, "application/json"): FilesAnswer,
            (200, "application/yaml"): _FILE,
            (200, "text/x-shellscript"): _FILE,
            (200, "text/plain"): _FILE,
            (200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "Several files."),
        },
    )
    def get(self, request: Request, name: str) -> HttpResponseBase:
        made = export(name, asked(request, ExportQuery)["format"])
        if isinstance(request.accepted_renderer, JSONRenderer):
            body = {"format": made.format, "files": dict(made.files)}
            return Response(shown(FilesAnswer, body))
        return _download(name, made)


class Import(ApiView):
    """A cluster from a Compose file."""

    def get_throttles(self) -> list[Any]:
        if "dry_run" in self.request.GET:
            return [CheckThrottle()]
        return super().get_throttles()

    @extend_schema(
        operation_id="import_cluster",
        summary="Create a cluster from a Compose file, or see what it would make",
        parameters=[CreateQuery, KEY],
        request=ImportBody,
        responses={
            202: ACCEPTED,
            200: OpenApiResponse(CheckedImportAnswer, "What a dry run understood."),
        },
    )
    def post(self, request: Request) -> Response:
        dry_run = asked(request, CreateQuery)["dry_run"]
        key = idempotency_key(request)
        body = ImportBody(data=request.data)
        body.is_valid(raise_exception=True)
        view = body.read()
        accept = tuple(body.validated_data["accept"])
        if dry_run:
            return Response(self._tried(view, accept))
        return accepted(actions.import_cluster(self.asker(key), view, accept=accept))

    def _tried(self, view: ImportView, accept: tuple[str, ...]) -> dict[str, Any]:
        """Everything that was understood, also when it can not be created so."""
        problems, preview, wanted = view.problems, None, view.request
        if wanted is not None:
            wanted = replace(wanted, accept=(*wanted.accept, *accept))
            try:
                preview = queries.preview_cluster(wanted)
            except SpecError as error:
                problems = (*problems, *error.problems)
        return {
            **shown(ImportAnswer, view),
            "problems": by_field(problems),
            "request": wanted and _body(wanted),
            "plan": preview and shown(PlanAnswer, preview),
            "check": preview and self._check(preview),
        }

    def _check(self, preview: PlanPreview) -> str:
        check = actions.start_check(
            self.asker(), preview.spec, ports_may_move=preview.ports_may_move
        )
        return reverse("api:check", args=[check.pk])


def _body(request: ClusterRequest) -> dict[str, Any]:
    return {k: v for k, v in request.as_json().items() if k not in _INNER}


def _download(name: str, made: Exported) -> HttpResponse:
    if len(made.files) == 1:
        ((file, text),) = made.files
        content, media = text.encode(), f"{made.media}; charset=utf-8"
    else:
        file, content, media = f"{name}-{made.format}.zip", _zipped(made), ZIP
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return HttpResponse(content, content_type=media, headers=headers)


def _zipped(made: Exported) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, text in made.files:
            # Without the time, so that the same cluster gives the same bytes.
            archive.writestr(zipfile.ZipInfo(file), text)
    return packed.getvalue()
