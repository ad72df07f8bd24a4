"""What is remembered: asked, being done and seen are three nouns."""

from clusters.models.check import Check
from clusters.models.cluster import Cluster, Member, PortLease
from clusters.models.discovery_token import DiscoveryToken
from clusters.models.event import Event
from clusters.models.host import Host
from clusters.models.installation import Installation
from clusters.models.observation import Observation
from clusters.models.operation import Operation
from clusters.models.step import StepRecord
from clusters.models.store import Store
from clusters.models.token import ApiToken

__all__ = [
    "ApiToken",
    "Check",
    "Cluster",
    "DiscoveryToken",
    "Event",
    "Host",
    "Installation",
    "Member",
    "Observation",
    "Operation",
    "PortLease",
    "StepRecord",
    "Store",
]
