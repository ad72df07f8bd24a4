"""What a cause is: words of etcd, the sentences they stand for, and the button."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from clusters.core.text import NOTHING, Text


class Remedy(StrEnum):
    """What the panel can do about a cause; a door offers it as a link or a button."""

    NONE = ""
    # The operation again, with what it makes anew: a fresh token, the missing parts.
    RETRY = "retry"
    DELETE_AND_CREATE = "delete_and_create"
    CHOOSE_OTHER_PORTS = "choose_other_ports"
    CHOOSE_VERSION = "choose_version"
    MAKE_STORE = "make_store"
    OPEN_STORE = "open_store"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing etcd says.

    `is_wait`: the member goes on, but waits because of it. `only_last`: etcd writes
    the same words where all goes well; they count only when the member ended with them.
    """

    code: str
    words: str
    text: Text
    advice: Text = NOTHING
    is_wait: bool = False
    only_last: bool = False
    remedy: Remedy = Remedy.NONE
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.words, re.DOTALL))
