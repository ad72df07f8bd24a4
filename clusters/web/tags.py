"""What templates use beside Django's own: signs, looks, ages and durations."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from clusters.core.meeting_steps import DNS_IMAGE
from clusters.core.plan import StepKind
from clusters.core.topology import failures_survived, quorum
from clusters.web import words
from clusters.web.preferences import THEMES, theme_of

register = template.Library()

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign from the sprite; the word beside it says what it means."""
    sprite = static("clusters/icons.svg")
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        name,
        sprite,
        name,
    )


@register.simple_tag
def badge(kind: str, state: str, size: str = "") -> SafeString:
    """A state as sign and word: `kind` is cluster, member, operation, step or check."""
    look = words.look(getattr(words, kind.upper()), state)
    return format_html(
        '<span class="badge tone-{} {}">{}{}</span>',
        look.tone,
        size,
        icon(look.icon),
        look.word,
    )


@register.simple_tag
def tone(kind: str, state: str) -> str:
    return words.look(getattr(words, kind.upper()), state).tone


@register.simple_tag
def sign(kind: str, state: str) -> SafeString:
    """The sign alone, with its word for those who do not see it."""
    look = words.look(getattr(words, kind.upper()), state)
    return format_html(
        '{}<span class="unseen">{}</span>', icon(look.icon), f"{look.word}: "
    )


@register.filter
def word(state: str, kind: str) -> str:
    return str(words.look(getattr(words, kind.upper()), state).word)


@register.filter
def operation_title(kind: str, name: str) -> str:
    return words.titled(words.OPERATION_TITLES, kind, name)


@register.filter
def step_title(kind: str, name: str) -> str:
    if (kind, name) == (StepKind.PULL_IMAGE, DNS_IMAGE):
        return gettext("Pull the image of the name server")
    return words.titled(words.STEP_TITLES, kind, name)


@register.filter
def mode_title(mode: str) -> str:
    return str(words.MODE_TITLES.get(mode, mode))


@register.filter
def mode_sentence(mode: str) -> str:
    return str(words.MODE_SENTENCES.get(mode, ""))


@register.filter
def protocol_sentence(protocol: str) -> str:
    return str(words.PROTOCOL_SENTENCES.get(protocol, ""))


@register.filter
def export_title(form: str) -> str:
    return str(words.EXPORT_TITLES.get(form, form))


@register.filter
def export_sentence(form: str) -> str:
    return str(words.EXPORT_SENTENCES.get(form, ""))


@register.filter
def door(via: str) -> str:
    return str(words.DOORS.get(via, via))


@register.filter
def accepting(code: str) -> str:
    """What one accepts with the code of a warning."""
    return str(words.WARNINGS.get(code, code))


@register.filter
def mark(code: str) -> str:
    return str(words.MARKS.get(code, code.replace("_", " ")))


@register.simple_tag
def pips(size: int, full: int, tone: str = "") -> SafeString:
    """Members as dots, the first `full` of them filled."""
    dots = ["full" if number < full else "" for number in range(size)]
    marks = format_html_join("", '<i class="pip {}"></i>', ((dot,) for dot in dots))
    return format_html(
        '<span class="pips {}" aria-hidden="true">{}</span>',
        f"tone-{tone}" if tone else "",
        marks,
    )


@register.filter
def majority(size: int) -> int:
    return quorum(size)


@register.filter
def survived(size: int) -> int:
    return failures_survived(size)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString:
    """How long since, kept up to date by the page's script."""
    if moment is None:
        return format_html('<span class="soft">{}</span>', gettext("never"))
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(),
        f"{moment:%Y-%m-%d %H:%M:%S} UTC",
        age_in_words(timezone.now() - moment),
    )


def age_in_words(age: timedelta) -> str:
    return gettext("{age} ago").replace("{age}", _rough(max(age.total_seconds(), 0)))


@register.simple_tag
def lasted(start: datetime | None, end: datetime | None) -> SafeString:
    """From start to end; while there is no end, a clock that runs."""
    if start is None:
        return SafeString("")
    seconds = ((end or timezone.now()) - start).total_seconds()
    if end is not None:
        return format_html('<span class="count">{}</span>', exact(seconds))
    return format_html(
        '<span class="count" data-since="{}">{}</span>',
        start.isoformat(),
        _span(seconds),
    )


def exact(seconds: float) -> str:
    """A duration that is over: fractions matter when it was short."""
    if seconds < _MINUTE:
        return gettext("{n} s").replace("{n}", f"{max(seconds, 0):.1f}")
    return _span(seconds)


def _span(seconds: float) -> str:
    """Two units at most: 12 s, 3 min 5 s, 2 h 4 min."""
    large, small = (_HOUR, _MINUTE) if seconds >= _HOUR else (_MINUTE, 1)
    first, rest = divmod(int(max(seconds, 0)), large)
    parts = [_rough(first * large)] if first else []
    return " ".join([*parts, _rough(rest // small * small)])


def _rough(seconds: float) -> str:
    whole = int(seconds)
    if whole < _MINUTE:
        return gettext("{n} s").replace("{n}", str(whole))
    if whole < _HOUR:
        return gettext("{n} min").replace("{n}", str(whole // _MINUTE))
    if whole < _DAY:
        return gettext("{n} h").replace("{n}", str(whole // _HOUR))
    return gettext("{n} d").replace("{n}", str(whole // _DAY))


@register.filter
def clock(moment: datetime | None) -> str:
    """The time of a line of the log."""
    if not moment:
        return ""
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


@register.filter
def flag(name: str) -> str:
    """An option as etcd's command line writes it."""
    return "--" + name.replace("_", "-")


@register.filter
def as_flag(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@register.filter
def at_field(warnings: Any, name: str) -> Iterator[Any]:
    """The warnings that stand at one field."""
    return (warning for warning in warnings or () if warning.field == name)


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    request = context.get("request")
    return theme_of(request) if request is not None else THEMES[0]


@register.simple_tag(takes_context=True)
def next_theme(context: template.Context) -> str:
    """The theme after this one; three presses lead back to the first."""
    position = THEMES.index(theme(context))
    return THEMES[(position + 1) % len(THEMES)]


@register.simple_tag
def page_language() -> str:
    """The language of the page as browsers write it."""
    code = get_language() or "en"
    return {"zh-hans": "zh-Hans"}.get(code, code)
