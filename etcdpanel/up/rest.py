"""The panel's own REST interface, as any script would call it."""

import http.client
import json
import uuid
from typing import Any
from urllib.parse import urlsplit

from etcdpanel.up.console import LaunchError

Json = dict[str, Any]
TIMEOUT = 30.0


class ProblemError(LaunchError):
    """The panel answered with a problem (RFC 9457)."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status = status
        self.problem = problem
        told = problem.get("detail") or f"The panel answered {status}."
        super().__init__("\n".join(filter(None, [told, problem.get("advice")])))


class Rest:
    """A connection a call: the panel may restart in between."""

    def __init__(self, address: str, token: str) -> None:
        self.server = urlsplit(address).netloc
        self.token = token

    def get(self, path: str) -> Json:
        return self.call("GET", path)

    def find(self, path: str) -> Json | None:
        try:
            return self.get(path)
        except ProblemError as refusal:
            if refusal.status == http.HTTPStatus.NOT_FOUND:
                return None
            raise

    def results(self, path: str) -> list[Json]:
        return list(self.get(path)["results"])

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
        }
        if method != "GET":
            headers["Content-Type"] = "application/json"
            headers["Idempotency-Key"] = str(uuid.uuid4())
        wire = http.client.HTTPConnection(self.server, timeout=TIMEOUT)
        try:
            content = json.dumps(body) if body is not None else None
            wire.request(method, f"/api/v1{path}", body=content, headers=headers)
            answer = wire.getresponse()
            told = answer.read()
        except OSError as error:
            raise LaunchError(f"The panel does not answer: {error}") from error
        finally:
            wire.close()
        found = as_json(told)
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise ProblemError(answer.status, found)
        return found


def as_json(content: bytes) -> Json:
    try:
        found = json.loads(content)
    except ValueError:
        return {"detail": content[:200].decode(errors="replace")}
    return found if isinstance(found, dict) else {"results": found}
