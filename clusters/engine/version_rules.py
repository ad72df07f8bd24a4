"""Whether a release can do what a definition asks of it, as lines of a check."""

from collections.abc import Iterator

from clusters.core.compatibility import misfit, proxy_misfit, store_misfit
from clusters.core.findings import Finding, FindingLevel
from clusters.core.meeting import StoreProtocol
from clusters.core.releases import Version, advisories
from clusters.core.spec import ClusterSpec
from clusters.core.text import say


def version_findings(spec: ClusterSpec) -> Iterator[Finding]:
    """The rules of the mode, of proxies and of stores, then what is known of it."""
    version = Version.parse(spec.version)
    if version is None:
        return
    found = [misfit(spec.bootstrap, version)]
    if spec.proxies:
        found.append(proxy_misfit(spec.bootstrap, version))
    if spec.serves:
        found.append(store_misfit(StoreProtocol(spec.serves), version))
    wrong = [one for one in found if one is not None]
    for one in wrong:
        yield Finding(code=one.code, level=FindingLevel.BLOCK, text=one.text)
    if not wrong:
        text = say(
            "Members of etcd {version} can meet in the mode {mode}.",
            version=spec.version,
            mode=spec.bootstrap.value,
        )
        yield Finding(code="version_fits", level=FindingLevel.PASS, text=text)
    for advisory in advisories(version):
        # Whoever asked has accepted what must be; here it is only said again.
        yield Finding(code=advisory.code, level=FindingLevel.NOTE, text=advisory.text)
