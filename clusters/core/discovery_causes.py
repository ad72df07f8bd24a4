"""Why members do not find one another, by etcd's own words.

etcd adds "discovery token was already used" to almost all of these, also where no token
was; that line says nothing, and is no cause here.
"""

from clusters.core.causes import Cause
from clusters.core.text import say

_NEW_TOKEN = say("Create the cluster again: each attempt gets a new token.")

DISCOVERY_CAUSES = (
    Cause(
        "discovery_duplicate_id",
        r"found duplicate id",
        say("This member has registered before, and lost its data since."),
        _NEW_TOKEN,
    ),
    Cause(
        "discovery_duplicate_name",
        r"found duplicate name",
        say("Two members registered under one name."),
        say("Give each member a name of its own, and start again with a new token."),
    ),
    Cause(
        "discovery_token_unknown",
        r"Key not found|size key not found",
        say("The discovery service does not know the token, or the token has no size."),
        _NEW_TOKEN,
    ),
    Cause(
        "discovery_size_invalid",
        r"size key is bad",
        say("The size that belongs to the token is not a number of members."),
        _NEW_TOKEN,
    ),
    Cause(
        "discovery_not_a_service",
        r"bad discovery endpoint",
        say("What answers is no discovery service, or the token has expired there."),
        say(
            "A store needs etcd 3.5 or older with --enable-v2; or choose another mode."
        ),
    ),
    Cause(
        "discovery_full",
        r"discovery: cluster is full|discovery cluster is full",
        say("As many members as the cluster has room for registered before this one."),
        say("Use a new token, or add the member to the running cluster."),
    ),
    Cause(
        "discovery_incomplete",
        r"both --discovery-token and --discovery-endpoints must be set",
        say("Discovery needs a token and endpoints; one of them is missing."),
        _NEW_TOKEN,
    ),
    Cause(
        "proxy_gone",
        r"v2 proxy is deprecated|v2 http proxy has already been deprecated",
        say("etcd 3.6 and later have no proxy; this member was to be one."),
        say("Leave out the extra members, or choose etcd 3.5."),
    ),
    Cause(
        "proxy_and_member_data",
        r"both member and proxy directories exist",
        say("A former proxy left data of both kinds behind, and starts as neither."),
        say("Remove the folder “member” from its data, then start it again."),
    ),
    Cause(
        "srv_without_this_member",
        r"cannot find local etcd member \\?\"(?P<name>[^\"\\]*)",
        say("No SRV record leads to the address of this member, {name}.", name=""),
        say("Compare the records' targets and ports with the member's peer URL."),
    ),
    Cause(
        "srv_not_found",
        r"error querying DNS SRV records",
        say("The members' name server has no SRV records of this domain."),
        say("Create the records first; etcd 3.4 needs those of _etcd-server-ssl."),
    ),
    Cause(
        "discovery_unreachable",
        r"retry connecting to discovery service|failed to get from discovery server"
        r"|failed to get cluster size from discovery",
        say("The discovery service does not answer; the member keeps trying."),
        say("Check that the service runs and can be reached from the members."),
        is_wait=True,
    ),
    Cause(
        "discovery_waiting",
        r"found peers from discovery server; waiting for more"
        r".*found-peers=(?P<found>\d+).*needed-peers=(?P<needed>\d+)",
        say(
            "{found} members have registered; {needed} more are needed.",
            found="?",
            needed="?",
        ),
        say("See whether the other members run."),
        is_wait=True,
    ),
    Cause(
        "discovery_waiting",
        r"waiting for peers from discovery service",
        say("The member has registered, and waits for the others."),
        say("See whether the other members run."),
        is_wait=True,
    ),
)
