"""Discovery stores and tokens in the database, as a worker would have left them."""

from clusters.core.text import say
from clusters.models import DiscoveryToken, Host, Observation, Store
from tests import builders

REGISTRY = "http://etcd-discovery:2379/v2/keys/_etcd/registry"


def managed(name="etcd-discovery", protocol="v2", *, usable=True, port=23_790):
    """A store that the panel runs, as a cluster of one member on the engine."""
    version = "3.5.35" if protocol == "v2" else "3.7.3"
    host = Host.objects.filter(name="docker").first()
    cluster = builders.cluster_row(
        name, host=host, members=1, first_port=port, version=version, serves=protocol
    )
    store = Store.objects.create(name=name, protocol=protocol, cluster=cluster)
    return seen(store, usable=usable)


def external(name="prod", protocol="v3", *, usable=True, **columns):
    """A store that is there already."""
    url = columns.pop("member_url", "http://10.1.2.3:2379")
    store = Store.objects.create(
        name=name, protocol=protocol, member_url=url, **columns
    )
    return seen(store, usable=usable)


def seen(store, *, usable):
    if usable is None:
        return store
    facts = {"version": "3.5.35"}
    if not usable:
        facts = {
            "code": "store_unreachable",
            "reason": say("{url} does not answer.", url="10.1.2.3:2379").as_json(),
            "cure": say("Start it.").as_json(),
        }
    Observation.keep("usable" if usable else "unusable", facts, store=store)
    return store


def token(store, state="fresh", *names, **columns):
    """A token of a store, with the members that registered."""
    number = DiscoveryToken.objects.count()
    return DiscoveryToken.objects.create(
        **{
            "mode": f"discovery_{store.protocol}",
            "store": store,
            "place": store.name,
            "address": f"{REGISTRY}/{number:032x}",
            "size": 3,
            "state": state,
            "registrations": [
                {
                    "member_id": f"{number:x}",
                    "name": name,
                    "peer_urls": [f"http://{name}:2380"],
                }
                for name in names
            ],
            **columns,
        }
    )
