"""Discovery stores, tokens, and which mode goes with which release."""

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    IntegerField,
    ListField,
)

from clusters.api.answers.base import Answer
from clusters.api.answers.clusters import VerdictAnswer


class RegistrationAnswer(Answer):
    """One member that registered under a token."""

    member_id = CharField(help_text="Hexadecimal.")
    name = CharField()
    peer_urls = ListField(child=CharField())


class TokenAnswer(Answer):
    """A discovery token: one token, one cluster, one attempt."""

    id = CharField()
    mode = CharField(help_text="discovery_v2, discovery_public or discovery_v3.")
    store = CharField(help_text="Empty: of a service, or of a store that is gone.")
    place = CharField(help_text="The store or the service it was made at.")
    address = CharField(
        help_text="The whole discovery URL (v2, public), or the token (v3)."
    )
    size = IntegerField()
    state = CharField(
        help_text="asked, fresh, in_use, used, burnt, refused or expired."
    )
    problem = CharField(help_text="Why it can not be used.")
    cluster = CharField(help_text="Empty: no cluster of this panel has it.")
    operation = CharField(allow_null=True, help_text="The one that hands it out.")
    is_own = BooleanField(help_text="A person brought it.")
    registrations = RegistrationAnswer(many=True, help_text="In their order.")
    created_by = CharField()
    created_at = DateTimeField()
    expires_at = DateTimeField(allow_null=True)
    seen_at = DateTimeField(allow_null=True)


class StoreRowAnswer(Answer):
    """One discovery store in a list. What it is logged in with is never shown."""

    name = CharField()
    protocol = CharField(help_text="v2 or v3.")
    is_managed = BooleanField(help_text="The panel runs it.")
    host = CharField()
    version = CharField()
    network = CharField()
    volume = CharField()
    client_port = IntegerField(allow_null=True, help_text="Published on its host.")
    peer_port = IntegerField(allow_null=True)
    member_url = CharField(help_text="Where members reach it.")
    panel_url = CharField(help_text="Where the panel reaches it.")
    usable = BooleanField(allow_null=True, help_text="Null until it was looked at.")
    code = CharField()
    reason = CharField(help_text="Why it can not be used.")
    cure = CharField(help_text="What to do about it.")
    has_login = BooleanField(help_text="The panel logs in with a user and a password.")
    has_tls = BooleanField()
    anonymous = BooleanField(help_text="Anybody may ask /new for its tokens.")
    fresh_tokens = IntegerField()
    needed_by = ListField(
        child=CharField(), help_text="Clusters whose members may be registering now."
    )
    verdict = VerdictAnswer(allow_null=True, help_text="Of one that the panel runs.")
    operation = CharField(allow_null=True, help_text="The one that runs now.")
    seen_at = DateTimeField(allow_null=True)
    created_at = DateTimeField()


class StoreAnswer(StoreRowAnswer):
    """One discovery store with its newest tokens."""

    generation = IntegerField(allow_null=True)
    created_by = CharField()
    tokens = TokenAnswer(many=True)


class GridCellAnswer(Answer):
    """One bootstrap mode with one line of releases."""

    mode = CharField()
    version = CharField(help_text="The newest release of a line.")
    code = CharField(help_text="Empty: it works.")
    reason = CharField(help_text="Why it does not work.")
