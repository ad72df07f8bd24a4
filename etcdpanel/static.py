"""Static files, whole: WhiteNoise's choice of file and headers, without its stream."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import (  # type: ignore[import-untyped]  # ships no types
    WhiteNoiseMiddleware,
)


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # the same
    """Answer with the file's bytes.

    WhiteNoise answers with an iterator, which an ASGI server can only send after
    a thread has read all of it, with a warning. The files are small.
    """

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        response = HttpResponse(status=int(found.status))
        if found.file is not None:
            with found.file as file:
                response.content = file.read()
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
