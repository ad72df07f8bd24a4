"""Preflight lines as they arrive."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from clusters.core.errors import NotFoundError
from clusters.core.text import say
from clusters.models import Check
from clusters.queries.texts import stored


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckLine:
    """One finding: `level` is pass, note, warn or block."""

    code: str
    level: str
    host: str
    text: str
    advice: str
    data: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckView:
    """One check; `blocked` when a line forbids the create."""

    id: str
    state: str
    lines: tuple[CheckLine, ...]
    blocked: bool
    created_at: datetime
    expires_at: datetime


def check_view(check_id: uuid.UUID) -> CheckView:
    check = Check.objects.filter(pk=check_id, expires_at__gt=Now()).first()
    if check is None:
        raise NotFoundError(
            say("There is no such check, or it has expired."), code="no_such_check"
        )
    lines = tuple(
        CheckLine(
            code=line["code"],
            level=line["level"],
            host=line.get("host", ""),
            text=stored(line["text"]),
            advice=stored(line.get("advice")),
            data=line.get("data", {}),
        )
        for line in check.lines
    )
    return CheckView(
        id=str(check.pk),
        state=check.state,
        lines=lines,
        blocked=any(line.level == "block" for line in lines),
        created_at=check.created_at,
        expires_at=check.expires_at,
    )
