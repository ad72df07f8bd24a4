"""Take one snapshot of the world, as far as one cluster goes."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from clusters.core.errors import BackendError
from clusters.core.images import full_reference
from clusters.core.observed import HostFacts, ObservedCluster, ObservedHost
from clusters.core.spec import ClusterSpec
from clusters.engine.job import Tools

_Seen = TypeVar("_Seen")
# Questions to one host at a time.
_AT_ONCE = 4


def observe(spec: ClusterSpec, tools: Tools) -> ObservedCluster:
    """Look at every host of a cluster, side by side."""
    with ThreadPoolExecutor(max_workers=max(len(spec.hosts), 1)) as threads:
        seen = threads.map(lambda host: _observe_host(spec, host, tools), spec.hosts)
        hosts = {host.name: host for host in seen}
    return ObservedCluster(installation=tools.installation, hosts=hosts)


def look_at(spec: ClusterSpec, host: str, tools: Tools) -> ObservedHost:
    """One host, a few questions at a time; BackendError when it does not answer."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as threads:
        try:
            return _look(spec, host, tools, threads)
        except BackendError:
            threads.shutdown(cancel_futures=True)
            raise


def _observe_host(spec: ClusterSpec, host: str, tools: Tools) -> ObservedHost:
    try:
        return look_at(spec, host, tools)
    except BackendError as error:
        facts = HostFacts(
            usable=False, code=error.code, reason=error.text, cure=error.advice
        )
        return ObservedHost(name=host, facts=facts)


def _look(
    spec: ClusterSpec, host: str, tools: Tools, threads: ThreadPoolExecutor
) -> ObservedHost:
    driver, members = tools.drivers[host], spec.on(host)
    instances = _ask(threads, driver.find_instance, map(spec.instance, members))
    volumes = _ask(threads, driver.find_volume, map(spec.volume, members))
    if not spec.in_containers:
        return ObservedHost(
            name=host,
            facts=HostFacts(usable=True),
            volumes=_found(volumes),
            instances=_found(instances),
        )
    reference = full_reference(spec.image, tools.repositories[host], spec.version)
    image = threads.submit(driver.find_image, reference)
    network = threads.submit(driver.find_network, spec.network_name)
    has_dns = spec.has_own_dns
    dns = threads.submit(driver.find_instance, spec.dns_instance) if has_dns else None
    dns_image = (
        threads.submit(driver.find_image, tools.meeting.dns_image) if has_dns else None
    )
    inside = driver.is_inside(spec.network_name)
    return ObservedHost(
        name=host,
        facts=HostFacts(usable=True),
        image=image.result(),
        network=network.result(),
        volumes=_found(volumes),
        instances=_found(instances),
        dns=dns.result() if dns else None,
        dns_image=dns_image.result() if dns_image else None,
        panel_inside=inside is not None,
        panel_on_network=bool(inside),
    )


def _ask(
    threads: ThreadPoolExecutor,
    find: Callable[[str], _Seen | None],
    names: Iterable[str],
) -> dict[str, Future[_Seen | None]]:
    return {name: threads.submit(find, name) for name in names}


def _found(asked: Mapping[str, Future[_Seen | None]]) -> dict[str, _Seen]:
    seen = {name: answer.result() for name, answer in asked.items()}
    return {name: thing for name, thing in seen.items() if thing is not None}
