"""The list of scenes: what is done to members, on which lines, to which end."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.core.provoking.bench import Bench, Heard
from tests.core.provoking.stores import Stores

LINES = ("3.4", "3.5", "3.6", "3.7")
UP_TO_3_6 = ("3.4", "3.5", "3.6")
UP_TO_3_5 = ("3.4", "3.5")
FROM_3_6 = ("3.6", "3.7")


@dataclass(frozen=True)
class Scene:
    """One way to make a member say something, and the cause that it must lead to."""

    name: str
    code: str
    lines: tuple[str, ...]
    play: Callable[[Bench, Stores], Heard]


SCENES: dict[str, Scene] = {}


def scene(code: str, lines: tuple[str, ...] = LINES):
    """Enter a function in the list."""

    def enter(play):
        assert play.__name__ not in SCENES, play.__name__
        SCENES[play.__name__] = Scene(play.__name__, code, lines, play)
        return play

    return enter
