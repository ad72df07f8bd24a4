"""Tables of aligned columns, also when a letter is two columns wide."""

import unicodedata
from collections.abc import Sequence

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from clusters.queries import MemberRow
from clusters.queries.words import word

GAP = "  "


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row; the first row holds the headings."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return [
        GAP.join(
            cell + " " * (room - width(cell))
            for cell, room in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def width(words: str) -> int:
    """How many columns of a terminal the words fill."""
    return sum(_columns(letter) for letter in words)


def cut(words: str, room: int) -> str:
    """As much of the words as fits."""
    kept = ""
    for letter in words:
        room -= _columns(letter)
        if room < 0:
            break
        kept += letter
    return kept


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in {"W", "F"} else 1


def member_table(members: Sequence[MemberRow]) -> list[str]:
    """What `etcdctl member list` and `endpoint status` show, and where it runs."""
    headings = (
        _("NAME"),
        _("ID"),
        _("STATUS"),
        _("ROLE"),
        _("HOST"),
        _("ENDPOINT"),
        _("PEER URLS"),
        _("CLIENT URLS"),
        _("VERSION"),
        _("DB SIZE"),
    )
    return table([headings, *map(_member, members)])


def _member(member: MemberRow) -> tuple[str, ...]:
    role = word(member.role)
    if member.is_leader:
        role += _(", ") + _("leader")
    size = "-" if member.db_size is None else filesizeformat(member.db_size)
    return (
        member.name,
        f"{member.id}?" if member.id_is_predicted else member.id,
        word(member.status),
        role,
        member.host,
        member.endpoint,
        ",".join(member.peer_urls),
        ",".join(member.client_urls),
        member.version or "-",
        size.replace("\xa0", " "),
    )
