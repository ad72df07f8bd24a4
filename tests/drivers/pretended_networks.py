"""What a pretended engine has, and its verbs for networks, images and addresses."""

import hashlib
import ipaddress
import secrets
from typing import Any

from tests.drivers.pretended_things import Instance, Network, RefusalError, Volume

DISK_FREE = 50 * 1024**3
PRESENT = (
    *(f"quay.io/coreos/etcd:v{v}" for v in ("3.5.35", "3.6.16", "3.7.3")),
    "coredns/coredns:1.14.0",
)


class Networks:
    """The things of the engine, and who is on which network."""

    def __init__(self) -> None:
        self.images = dict.fromkeys(PRESENT, "")
        self.networks: dict[str, Network] = {}
        self.volumes: dict[str, Volume] = {}
        self.instances: dict[str, Instance] = {}
        self.ports: dict[int, str] = {}  # held by others
        self.pullable: tuple[str, ...] = ()
        self.disk_free = DISK_FREE
        self.clock_ahead = 0.0
        self.form_seconds = 0.0
        self.deaths: dict[str, dict[str, Any]] = {}  # of members, at their next starts
        self.panel_networks: set[str] | None = None  # None: not in a container

    # Looking

    def find_image(self, reference: str) -> dict[str, str] | None:
        if reference not in self.images:
            return None
        digest = f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}"
        pinned = f"{reference.rpartition(':')[0]}@{digest}"
        return {"id": digest, "reference": reference, "pinned": pinned}

    def find_network(self, name: str) -> dict[str, Any] | None:
        network = self.networks.get(name)
        if network is None:
            return None
        return {"id": network.id, "name": name, "labels": network.labels}

    def subnets(self) -> list[str]:
        return [network.subnet for network in self.networks.values()]

    def network_subnet(self, name: str) -> str:
        return self.networks[name].subnet if name in self.networks else ""

    def names_on_network(self, network: str) -> dict[str, str]:
        there = self.instances.values()
        names = {name: i.name for i in there for name in i.names_on(network)}
        known = self.networks.get(network)
        return names | (known.strangers if known else {})

    def address_of(self, network: str, name: str) -> str:
        if network not in self.networks:
            return ""
        there = [i for i in self.instances.values() if i.state == "running"]
        found = (i for i in there if name in i.names_on(network))
        return next((self.address_on(network, i) for i in found), "")

    def is_inside(self, network: str) -> bool | None:
        return None if self.panel_networks is None else network in self.panel_networks

    # Changing

    def create_network(
        self, name: str, labels: dict[str, str], subnet: str = ""
    ) -> None:
        if name in self.networks:
            raise taken(name)
        new = Network(secrets.token_hex(32), name, labels, is_chosen=bool(subnet))
        new.subnet = self._checked(subnet) if subnet else self._free_subnet()
        self.networks[name] = new

    def remove_network(self, network_id: str) -> None:
        network = next((n for n in self.networks.values() if n.id == network_id), None)
        if network is None:
            return
        users = [i.name for i in self.instances.values() if network.name in i.networks]
        users += network.strangers.values()
        if users or self.is_inside(network.name):
            raise RefusalError("network_in_use", f"{network.name} has active endpoints")
        del self.networks[network.name]

    def join_network(self, network: str) -> None:
        if self.panel_networks is not None:
            self.panel_networks.add(network)

    def leave_network(self, network: str) -> None:
        if self.panel_networks is not None:
            self.panel_networks.discard(network)

    def connect_instance(
        self, instance_id: str, network: str, aliases: list[str]
    ) -> None:
        instance = self.wanted(instance_id)
        self.check_network(network)
        if network not in instance.networks:
            instance.others[network] = list(aliases)
        elif missing := set(aliases) - set(instance.names_on(network)):
            words = f"{instance.name} is on {network}, but not as {sorted(missing)}"
            raise RefusalError("alias_missing", words)

    def disconnect_instance(self, instance_id: str, network: str) -> None:
        instance = self.by_id(instance_id)
        if instance is None:
            return
        instance.others.pop(network, None)
        if instance.network == network:
            instance.network = ""

    # What the other verbs need

    def by_id(self, instance_id: str) -> Instance | None:
        found = (i for i in self.instances.values() if i.id == instance_id)
        return next(found, None)

    def wanted(self, instance_id: str) -> Instance:
        instance = self.by_id(instance_id)
        if instance is None:
            raise RefusalError("instance_missing", f"no such container: {instance_id}")
        return instance

    def check_network(self, name: str) -> None:
        if name not in self.networks:
            raise RefusalError("network_missing", f"network {name} not found")

    def check_place(self, asked: dict[str, Any]) -> None:
        """The image and the network of what is to be made."""
        self.check_network(asked["network"])
        seen = [self.find_image(reference) for reference in self.images]
        known = {s[key] for s in seen if s for key in ("id", "reference", "pinned")}
        if asked["image"] not in known:
            raise RefusalError("image_not_found", f"no such image: {asked['image']}")

    def check_address(self, instance: Instance) -> None:
        """A fixed address can be had on a network whose subnet was chosen, once."""
        network = self.networks.get(instance.network)
        if not instance.address or network is None:
            return
        subnet = ipaddress.ip_network(network.subnet)
        is_inside = ipaddress.ip_address(instance.address) in subnet
        if not (network.is_chosen and is_inside):
            words = f"no configured subnet contains IP address {instance.address}"
            raise RefusalError("address_not_on_network", words)
        for other in self.instances.values():
            same = other.network == network.name and other.address == instance.address
            if same and other is not instance and other.state == "running":
                raise RefusalError("address_taken", "Address already in use")

    def address_on(self, network: str, instance: Instance) -> str:
        if network == instance.network and instance.address:
            return instance.address
        place = list(self.instances).index(instance.name) + 128
        return str(ipaddress.ip_network(self.networks[network].subnet)[place])

    def _checked(self, subnet: str) -> str:
        try:
            wanted = ipaddress.ip_network(subnet)
        except ValueError as error:
            raise RefusalError("subnet_invalid", str(error)) from error
        if any(wanted.overlaps(ipaddress.ip_network(s)) for s in self.subnets()):
            raise RefusalError("subnet_taken", "Pool overlaps with other one")
        return subnet

    def _free_subnet(self) -> str:
        others = set(self.subnets())
        pools = (f"172.{one}.{two}.0/24" for one in range(18, 32) for two in range(256))
        return next(pool for pool in pools if pool not in others)


def taken(name: str) -> RefusalError:
    return RefusalError("name_taken", f"the name {name} is already in use")
