"""Read settings from the environment, and fail loudly on a bad value.

Django is imported only to complain: the launcher reads its few settings here
too, and must stay small.
"""

import os
from pathlib import Path
from typing import NoReturn


def refuse(message: str) -> NoReturn:
    """Stop with a sentence that names the variable and what it may hold."""
    from django.core.exceptions import ImproperlyConfigured

    raise ImproperlyConfigured(message)


def is_set(name: str) -> bool:
    return bool(os.environ.get(name))


def text(name: str, *, default: str = "") -> str:
    """An empty variable counts as unset, as Compose files write it."""
    return os.environ.get(name) or default


def boolean(name: str, *, default: bool) -> bool:
    value = text(name, default=str(default))
    if value not in {"True", "False"}:
        refuse(f"{name} must be True or False, not {value!r}")
    return value == "True"


def integer(name: str, *, default: int, least: int, most: int) -> int:
    value = text(name, default=str(default))
    number = int(value) if value.isascii() and value.isdigit() else None
    if number is None or not least <= number <= most:
        refuse(f"{name} must be a number from {least} to {most}, not {value!r}")
    return number


def choice(name: str, *, default: str, among: tuple[str, ...]) -> str:
    value = text(name, default=default)
    if value not in among:
        refuse(f"{name} must be one of {', '.join(among)}, not {value!r}")
    return value


def names(name: str) -> list[str]:
    """A list written with commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def folder(name: str, *, default: Path) -> Path:
    return Path(text(name, default=str(default))).expanduser().absolute()


def folders(name: str) -> list[Path]:
    """A list of folders, separated as in PATH."""
    parts = [part for part in text(name).split(os.pathsep) if part]
    missing = [part for part in parts if not Path(part).expanduser().is_dir()]
    if missing:
        refuse(f"{name} names a folder that does not exist: {missing[0]}")
    return [Path(part).expanduser().absolute() for part in parts]


def secret(name: str, *, default: str = "") -> str:
    """The variable itself, or the content of the file that NAME_FILE names."""
    path = text(f"{name}_FILE")
    if not path:
        return text(name, default=default)
    if is_set(name):
        refuse(f"{name} and {name}_FILE are both set: keep one of them")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        refuse(f"{name}_FILE cannot be read: {error}")
    if not value:
        refuse(f"{name}_FILE is empty: {path}")
    return value
