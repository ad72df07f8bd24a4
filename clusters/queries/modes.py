"""The bootstrap modes as one chooses among them, for what was answered so far."""

from dataclasses import dataclass, replace

from clusters.core.compatibility import grid
from clusters.core.meeting_rules import FIELDS, version_misfits
from clusters.core.releases import Version
from clusters.core.request import ClusterRequest
from clusters.core.spec import BY_REGISTRY, BootstrapMode
from clusters.queries.texts import translate

_PROTOCOLS = {
    BootstrapMode.DISCOVERY_V2: "v2",
    BootstrapMode.DISCOVERY_V3: "v3",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ModeCard:
    """One mode. `reason` says why the version that is chosen rules it out; `fields`
    are those of the request's `discovery` that it uses."""

    mode: str
    reason: str
    fields: tuple[str, ...]
    protocol: str
    registers: bool

    @property
    def is_possible(self) -> bool:
        return not self.reason


@dataclass(frozen=True, kw_only=True, slots=True)
class GridCell:
    """One mode with one line of releases; an empty reason: it works."""

    mode: str
    version: str
    code: str
    reason: str


def mode_cards(request: ClusterRequest) -> tuple[ModeCard, ...]:
    """Every mode, and whether members of the version asked for can meet in it."""
    version = Version.parse(request.version)
    return tuple(_card(mode, request, version) for mode in BootstrapMode)


def mode_grid() -> tuple[GridCell, ...]:
    return tuple(
        GridCell(
            mode=mode.value,
            version=str(version),
            code=found.code if found else "",
            reason=translate(found.text) if found else "",
        )
        for mode, version, found in grid()
    )


def _card(
    mode: BootstrapMode, request: ClusterRequest, version: Version | None
) -> ModeCard:
    reason = ""
    if version is not None:
        tried = replace(request, bootstrap=mode.value)
        misfits = [p for p in version_misfits(tried, version) if p.field == "bootstrap"]
        reason = translate(misfits[0].text) if misfits else ""
    return ModeCard(
        mode=mode.value,
        reason=reason,
        fields=tuple(sorted(FIELDS[mode])),
        protocol=_PROTOCOLS.get(mode, ""),
        registers=mode in BY_REGISTRY,
    )
