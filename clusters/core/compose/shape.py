"""Whether a document has the shape of a Compose file at all: it may be hostile."""

from collections.abc import Iterator, Mapping

from clusters.core.compose.notes import Notes, shown
from clusters.core.text import say

MOST_SERVICES = 100
MOST_VALUES = 20_000
DEEPEST = 32
LONGEST_TEXT = 8 * 1024
MOST_TEXT = 512 * 1024
_LONGEST_NAME = 100


def read_services(document: object, notes: Notes) -> dict[str, Mapping[str, object]]:
    """The services by their names; none when the file can not be read as one."""
    if not _is_sound(document, notes) or not isinstance(document, Mapping):
        return {}
    written = document.get("services")
    if not isinstance(written, Mapping) or not written:
        text = say("The file has no services.")
        notes.refuse("", "services", "compose_no_services", text)
        return {}
    if len(written) > MOST_SERVICES:
        text = say(
            "The file has {count} services; at most {most} are read.",
            count=len(written),
            most=MOST_SERVICES,
        )
        notes.refuse("", "services", "compose_too_large", text)
        return {}
    return dict(_bodies(written, notes))


def _bodies(
    written: Mapping[str, object], notes: Notes
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, body in written.items():
        if len(name) > _LONGEST_NAME or not name.isprintable():
            text = say("“{value}” is no name of a service.", value=shown(name))
            notes.refuse("", "services", "compose_invalid", text)
        elif isinstance(body, Mapping):
            yield name, body
        else:
            text = say("“{value}” is not a service.", value=shown(body))
            notes.refuse(name, "", "compose_invalid", text)


def _is_sound(document: object, notes: Notes) -> bool:
    """Keys are texts, and neither depth nor number is beyond reason."""
    if not isinstance(document, Mapping):
        text = say("This is not a Compose file: it has no keys.")
        notes.refuse("", "", "compose_invalid", text)
        return False
    waiting: list[tuple[object, int]] = [(document, 0)]
    count = letters = 0
    while waiting:
        value, depth = waiting.pop()
        length = len(value) if isinstance(value, str) else 0
        count += 1
        letters += length
        too_long = length > LONGEST_TEXT or letters > MOST_TEXT
        if depth > DEEPEST or count > MOST_VALUES or too_long:
            _too_large(notes)
            return False
        if isinstance(value, Mapping):
            strange = [key for key in value if not isinstance(key, str)]
            if strange:
                text = say("The key “{key}” is not a text.", key=shown(strange[0]))
                notes.refuse("", "", "compose_key", text)
                return False
            waiting += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            waiting += [(inner, depth + 1) for inner in value]
    return True


def _too_large(notes: Notes) -> None:
    text = say(
        "The file is too large or too deep: at most {count} values, {depth} levels and"
        " {longest} characters in one value are read.",
        count=MOST_VALUES,
        depth=DEEPEST,
        longest=LONGEST_TEXT,
    )
    notes.refuse("", "", "compose_too_large", text)
