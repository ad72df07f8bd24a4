"""Read a JSON body of bounded size."""

import io
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers

LARGEST_BODY = 1024 * 1024


class BodyTooLarge(exceptions.APIException):
    """More than anybody needs to send."""

    status_code = 413
    default_detail = _("The body is larger than 1 MiB.")
    default_code = "body_too_large"


class JsonParser(parsers.JSONParser):
    """JSON; what Python's own parser trips over is the sender's mistake too."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        content = stream.read(LARGEST_BODY + 1)
        if len(content) > LARGEST_BODY:
            raise BodyTooLarge
        try:
            return super().parse(io.BytesIO(content), media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error
