"""Take one snapshot of the world, as far as one cluster goes."""

from concurrent.futures import ThreadPoolExecutor

from clusters.core.errors import BackendError
from clusters.core.images import full_reference
from clusters.core.observed import HostFacts, ObservedCluster, ObservedHost
from clusters.core.spec import ClusterSpec
from clusters.drivers.base import Driver
from clusters.engine.job import Tools


def observe(spec: ClusterSpec, tools: Tools) -> ObservedCluster:
    """Look at every host of a cluster, side by side."""
    with ThreadPoolExecutor(max_workers=max(len(spec.hosts), 1)) as threads:
        seen = threads.map(lambda host: _observe_host(spec, host, tools), spec.hosts)
        hosts = {host.name: host for host in seen}
    return ObservedCluster(installation=tools.installation, hosts=hosts)


def _observe_host(spec: ClusterSpec, host: str, tools: Tools) -> ObservedHost:
    driver = tools.drivers[host]
    try:
        return _look(spec, host, driver, tools.repositories[host])
    except BackendError as error:
        facts = HostFacts(
            usable=False, code=error.code, reason=error.text, cure=error.advice
        )
        return ObservedHost(name=host, facts=facts)


def _look(
    spec: ClusterSpec, host: str, driver: Driver, repository: str
) -> ObservedHost:
    members = spec.on(host)
    reference = full_reference(spec.image, repository, spec.version)
    instances = {
        name: driver.find_instance(name) for name in map(spec.instance, members)
    }
    volumes = {name: driver.find_volume(name) for name in map(spec.volume, members)}
    network = driver.find_network(spec.network_name) if spec.in_containers else None
    inside = driver.is_inside(spec.network_name) if spec.in_containers else None
    return ObservedHost(
        name=host,
        facts=HostFacts(usable=True),
        image=driver.find_image(reference) if spec.in_containers else None,
        network=network,
        volumes={name: seen for name, seen in volumes.items() if seen},
        instances={name: seen for name, seen in instances.items() if seen},
        panel_inside=inside is not None,
        panel_on_network=bool(inside),
    )
