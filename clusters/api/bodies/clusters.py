"""What is asked of clusters."""

from rest_framework import serializers

from clusters.api.bodies.base import LARGEST_NUMBER, PageQuery
from clusters.api.bodies.discovery import DiscoveryBody
from clusters.api.fields import (
    Flag,
    OptionValue,
    StrictSerializer,
    Text,
    Texts,
    Whole,
    Wholes,
)
from clusters.core.health import ClusterState
from clusters.core.request import ClusterRequest


class CreateBody(StrictSerializer):
    """The definition of a new cluster. What is left out, the panel chooses."""

    name = Text(
        max_length=100,
        help_text="A DNS label: a-z, 0-9 and hyphens, at most 40 characters.",
    )
    size = Whole(default=3, help_text="Number of members: 1, 3, 5 or 7.")
    extra_members = Whole(
        default=0, help_text="Members beyond the size: proxies (etcd 3.5 or older)."
    )
    version = Text(
        default="",
        allow_blank=True,
        help_text="Release of etcd, such as 3.6.16. Empty: the newest at hand.",
    )
    bootstrap = Text(default="static", help_text="How members find one another.")
    hosts = Texts(
        default=(), help_text="Names of hosts; members go to them in turn. Needed."
    )
    cluster_token = Text(
        default="", allow_blank=True, help_text="Empty: the cluster's name."
    )
    member_names = Texts(default=(), help_text="One for each member. Empty: etcd1, …")
    client_ports = Wholes(
        default=(), help_text="One for each member, below 32768. Empty: chosen."
    )
    peer_ports = Wholes(
        default=(), help_text="One for each member, below 32768. Empty: chosen."
    )
    bind_address = Text(
        default="127.0.0.1", help_text="The address of the host to publish ports on."
    )
    image = Text(
        default="",
        allow_blank=True,
        help_text="Reference of an image. Empty: the official one of that version.",
    )
    network = Text(
        default="",
        allow_blank=True,
        help_text="An existing network of the engine. Empty: one of its own.",
    )
    options = serializers.DictField(
        child=OptionValue(),
        default=dict,
        help_text="Further etcd flags by name, such as heartbeat_interval.",
    )
    accept = Texts(
        default=(),
        help_text="Codes of the warnings that you accept, such as size_even.",
    )
    discovery = DiscoveryBody(
        required=False, help_text="How members are to meet, where the mode asks."
    )
    keep_on_failure = Flag(
        default=False,
        help_text="Keep what was made when the create fails, to look into it.",
    )

    def as_request(self) -> ClusterRequest:
        return ClusterRequest.from_json(self.validated_data)


class ChangeBody(StrictSerializer):
    """A change of a cluster."""

    hands_off = Flag(help_text="True: only watch, repair nothing.")
    generation = Whole(
        required=False,
        min_value=0,
        help_text="The generation you read; refused when it is another one by now.",
    )


class CreateQuery(StrictSerializer):
    """How to create."""

    dry_run = serializers.BooleanField(
        default=False, help_text="Answer the plan, write no definition."
    )


class DeleteQuery(StrictSerializer):
    """The word that makes sure."""

    confirm = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="The cluster's name, once more. Needed.",
    )
    generation = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=LARGEST_NUMBER,
        help_text="The generation you read; refused when it is another one by now.",
    )


class ClusterListQuery(PageQuery):
    """Which clusters."""

    search = serializers.CharField(
        default="", allow_blank=True, max_length=40, help_text="A part of the name."
    )
    state = serializers.ChoiceField(
        choices=[state.value for state in ClusterState],
        default="",
        allow_blank=True,
        help_text="Only clusters in this state.",
    )
    after = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="The last name of the page before.",
    )
