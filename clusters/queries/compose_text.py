"""The text of a Compose file and the data in it; texts may be hostile."""

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from clusters.core.compose.notes import FIELD
from clusters.core.compose.shape import DEEPEST, MOST_VALUES
from clusters.core.errors import Problem, SpecError
from clusters.core.text import Text, quote, say

LARGEST = 256 * 1024
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_-]*")
_NOT_TEXTS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TAGS = "tag:yaml.org,2002:"
_KNOWN_TAGS = frozenset(_TAGS + name for name in ("str", "bool", "null", "map", "seq"))


def read_text(text: str) -> dict[str, Any]:
    """The document; SpecError says at which line and column it can not be read.

    Numbers stay texts, as they are written: `1e3` and `22:22` mean nothing else.
    """
    if len(text.encode(errors="replace")) > LARGEST:
        _refuse(
            "compose_too_large",
            say("The file is larger than {most} KiB.", most=LARGEST // 1024),
        )
    try:
        _Guard().watch(text)
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
    except yaml.MarkedYAMLError as error:
        _refuse("compose_not_yaml", _where(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        words = say("Line {line} has a character that YAML forbids.", line=line)
        _refuse("compose_not_yaml", words)
    if not isinstance(document, dict):
        _refuse("compose_invalid", say("This is not a Compose file: it has no keys."))
    return document


def write_text(document: dict[str, Any], comments: tuple[str, ...] = ()) -> str:
    """The file, with every text in quotes: no reader takes one for anything else."""
    body = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        default_flow_style=False,
        allow_unicode=True,
        width=10_000,
    )
    return "".join(f"# {line}\n" for line in comments) + body


def _refuse(code: str, text: Text) -> NoReturn:
    raise SpecError([Problem(field=FIELD, code=code, text=text)])


def _where(error: yaml.MarkedYAMLError) -> Text:
    mark = error.problem_mark or error.context_mark
    return _at(mark, quote(str(error.problem or error.context), 200))


def _at(mark: Any, reason: Text) -> Text:
    return say(
        "Line {line}, column {column}: {reason}",
        line=mark.line + 1 if mark else 1,
        column=mark.column + 1 if mark else 1,
        reason=reason,
    )


class _Loader(yaml.SafeLoader):
    """Texts, yes and no, nothing, and merge keys; no other kind of value."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(
        _TAGS + _tag, re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


class _Dumper(yaml.SafeDumper):
    """Texts in double quotes, keys without; no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML's name)
        return True

    def represent_mapping(self, *args: Any, **options: Any) -> yaml.MappingNode:
        node = super().represent_mapping(*args, **options)
        for key, _ in node.value:
            if _PLAIN_KEY.fullmatch(key.value) and key.value not in _NOT_TEXTS:
                key.style = None
        return node


def _quoted(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(f"{_TAGS}str", value, style='"')


_Dumper.add_representer(str, _quoted)


@dataclass(slots=True)
class _Open:
    """A collection that is being read: how large and deep it is up to now."""

    is_mapping: bool
    anchor: str | None
    size: int = 1
    depth: int = 0
    count: int = 0
    keys: set[str] = field(default_factory=set)


class _Guard:
    """Goes through a text before anything is made of it.

    An alias stands for a whole branch: a few lines may stand for billions of values.
    """

    def __init__(self) -> None:
        self.open: list[_Open] = []
        self.known: dict[str, tuple[int, int]] = {}
        self.mark: Any = None

    def watch(self, text: str) -> None:
        for event in yaml.parse(text, Loader=_Loader):
            self.mark = event.start_mark
            self._tag(event)
            self._look(event)

    def _look(self, event: yaml.Event) -> None:
        match event:
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._key(None)
                is_mapping = isinstance(event, yaml.MappingStartEvent)
                self.open.append(_Open(is_mapping=is_mapping, anchor=event.anchor))
                if event.anchor:
                    self.known.pop(event.anchor, None)
                self._deep(len(self.open))
            case yaml.CollectionEndEvent():
                ended = self.open.pop()
                self._add(ended.size, ended.depth + 1, ended.anchor)
            case yaml.ScalarEvent():
                self._key(event.value)
                self._add(1, 0, event.anchor)
            case yaml.AliasEvent():
                self._key(None)
                if event.anchor not in self.known:
                    self._stop(_nothing_yet(str(event.anchor)))
                self._add(*self.known[event.anchor], None)
            case _:
                return

    def _key(self, value: str | None) -> None:
        """Keys are scalars, and none comes twice."""
        if not self.open:
            return
        parent = self.open[-1]
        parent.count += 1
        if not parent.is_mapping or parent.count % 2 == 0:
            return
        if value is None:
            self._stop(say("A key must be a text."))
        elif value in parent.keys:
            self._stop(say("The key {key} comes twice.", key=quote(value, 80)))
        else:
            parent.keys.add(value)

    def _add(self, size: int, depth: int, anchor: str | None) -> None:
        if anchor:
            self.known[anchor] = (size, depth)
        if self.open:
            self.open[-1].size += size
            self.open[-1].depth = max(self.open[-1].depth, depth)
            self._deep(len(self.open) + depth)
        if size > MOST_VALUES or any(
            part.size > MOST_VALUES for part in self.open[-1:]
        ):
            self._stop(say("More than {most} values.", most=MOST_VALUES))

    def _deep(self, depth: int) -> None:
        if depth > DEEPEST:
            self._stop(say("More than {most} levels.", most=DEEPEST))

    def _tag(self, event: yaml.Event) -> None:
        tag = getattr(event, "tag", None)
        if tag and tag not in _KNOWN_TAGS and tag != "!":
            self._stop(say("The tag {tag} is not read.", tag=quote(tag, 80)))

    def _stop(self, why: Text) -> NoReturn:
        _refuse("compose_not_yaml", _at(self.mark, why))


def _nothing_yet(anchor: str) -> Text:
    return say("*{anchor} stands for nothing yet.", anchor=quote(anchor, 80))
