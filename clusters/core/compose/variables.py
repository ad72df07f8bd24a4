"""Variables in the values of a Compose file: `$NAME`, `${NAME:-default}`, `$$`."""

import re
from dataclasses import dataclass

_OPENING = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<bare>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-?+])?)"
)
_DEEPEST = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """A value without its variables.

    The file says `defaults` for some; `missing` have none and stay as they are written.
    """

    text: str
    defaults: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    is_wrong: bool = False


def fill(text: str, depth: int = 0) -> Filled:
    """Take the defaults that the file has: no environment is read for the rest."""
    done: list[str] = []
    parts: list[Filled] = []
    wrong = depth > _DEEPEST
    position = 0
    while not wrong and (start := text.find("$", position)) >= 0:
        done.append(text[position:start])
        end, part = _variable(text, start, depth)
        if part is None:
            wrong = True
            end = start
            break
        parts.append(part)
        done.append(part.text)
        position = end
    done.append(text[position:] if not wrong else "")
    return Filled(
        text=text if wrong else "".join(done),
        defaults=tuple(pair for part in parts for pair in part.defaults),
        missing=tuple(name for part in parts for name in part.missing),
        is_wrong=wrong or any(part.is_wrong for part in parts),
    )


def _variable(text: str, start: int, depth: int) -> tuple[int, Filled | None]:
    """The variable that begins here, and where the text goes on."""
    found = _OPENING.match(text, start)
    if found is None:
        return start, None
    if found["dollar"]:
        return found.end(), Filled(text="$")
    if found["bare"]:
        return found.end(), Filled(text=found[0], missing=(found["bare"],))
    end = _closing(text, found.end())
    operator = found["operator"] or ""
    if end < 0 or (not operator and end != found.end()):
        return start, None
    name, rest = found["braced"], text[found.end() : end]
    return end + 1, _braced(name, operator, rest, text[start : end + 1], depth)


def _braced(name: str, operator: str, rest: str, whole: str, depth: int) -> Filled:
    if operator.endswith("+"):  # what stands there when the variable is set
        return Filled(text="")
    if not operator.endswith("-"):
        return Filled(text=whole, missing=(name,))
    inner = fill(rest, depth + 1)
    return Filled(
        text=inner.text,
        defaults=((name, inner.text), *inner.defaults),
        missing=inner.missing,
        is_wrong=inner.is_wrong,
    )


def _closing(text: str, start: int) -> int:
    """Where the brace closes that was opened before; -1: nowhere."""
    depth = 0
    for position in range(start, len(text)):
        if text.startswith("${", position):
            depth += 1
        elif text[position] == "}":
            if depth == 0:
                return position
            depth -= 1
    return -1
