"""Why a member does not start or does not serve, by etcd's own words.

Messages as etcd 3.4 to 3.7 write them; the order counts where two would fit. Named
groups of a pattern are values of its sentences.
"""

from clusters.core.cause import Cause, Remedy
from clusters.core.text import say

_DELETE_AND_RETRY = say("Delete the cluster and create it again.")
_REPLACE_MEMBER = say("Remove this member from its cluster, and add a new one.")

CAUSES = (
    # Addresses
    Cause(
        "port_in_use",
        r"listen tcp (?P<address>\S+): bind: address already in use",
        say("Another program listens at {address}.", address=""),
        say("End that program, or choose other ports."),
        remedy=Remedy.CHOOSE_OTHER_PORTS,
    ),
    Cause(
        "address_not_here",
        r"listen tcp (?P<address>\S+): bind: cannot assign requested address",
        say("{address} is not an address of this host.", address=""),
        say("Choose a bind address that the host has, such as 127.0.0.1."),
    ),
    Cause(
        "name_for_binding",
        r"expected IP in URL for binding \((?P<url>[^)]*)\)",
        say("etcd can listen at an IP address only, not at {url}.", url=""),
        say("Choose an IP address as the bind address."),
    ),
    Cause(
        "advertise_missing",
        r"--advertise-client-urls is required",
        say("The member is told where to listen, but not what to advertise."),
        _DELETE_AND_RETRY,
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "url_invalid",
        r"URL must not contain a path|does not have the form \"host:port\""
        r"|URL scheme must be|URL address does not have|must specify at least one URL",
        say("One of the member's URLs is not a plain scheme://address:port."),
        _DELETE_AND_RETRY,
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    # The initial cluster
    Cause(
        "name_not_in_initial_cluster",
        r"couldn't find local name \"(?P<name>[^\"]*)\"",
        say("The initial cluster does not list this member, {name}.", name=""),
        _DELETE_AND_RETRY,
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "duplicate_peer_url",
        r"has duplicate url",
        say("Two members of the initial cluster have the same peer URL."),
        say("Give each member a peer port of its own."),
        remedy=Remedy.CHOOSE_OTHER_PORTS,
    ),
    Cause(
        "peer_urls_differ",
        r"but missing from --initial|failed to resolve .* to match --initial-cluster",
        say(
            "What the member advertises to peers is not what the cluster lists for it."
        ),
        _DELETE_AND_RETRY,
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "several_bootstrap_modes",
        r"multiple discovery or bootstrap flags|discovery settings .* are set"
        r"|discovery URL should not be set when joining existing",
        say("The member is given more than one bootstrap mode."),
        _DELETE_AND_RETRY,
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "already_bootstrapped",
        r"has already been bootstrapped",
        say("The cluster knows this member, but the member has lost its data."),
        _REPLACE_MEMBER,
    ),
    Cause(
        "cluster_lists_others",
        r"member count is unequal|no match found for existing member"
        r"|unmatched member while checking PeerURLs",
        say("The running cluster has other members than this one was told of."),
        say("Add the member to the cluster first, then start it with the new list."),
    ),
    Cause(
        "no_peer_answers",
        r"cannot fetch cluster info from peer urls",
        say("The member joins a cluster of which no member answers."),
        say("Start the other members first."),
    ),
    Cause(
        "member_was_removed",
        r"permanently removed from the cluster|server has been removed from cluster"
        r"|the local member has been removed",
        say("This member was removed from its cluster and can not come back."),
        say("Remove its data too, and add a new member."),
    ),
    Cause(
        "too_many_learners",
        r"too many learner",
        say("The cluster has as many learners as it may have."),
        say("Promote or remove the learner that is there."),
    ),
    # Flags and versions
    Cause(
        "flag_unknown",
        r"flag provided but not defined: -+(?P<flag>\S+)",
        say("This version of etcd does not know the option --{flag}.", flag=""),
        say("Choose a version that has the option, or leave the option out."),
        remedy=Remedy.CHOOSE_VERSION,
    ),
    Cause(
        "flag_value_invalid",
        r"invalid value \"(?P<value>[^\"]*)\" for flag -+(?P<flag>[\w-]+)",
        say("“{value}” is not a value of the option --{flag}.", value="", flag=""),
        say("Correct the option."),
    ),
    Cause(
        "environment_conflicts",
        r"conflicting environment variable.*?(?P<name>ETCD_\w+)",
        say("The variable {name} is set beside the option of the same name.", name=""),
        say("Unset the variable where the member is started."),
    ),
    Cause(
        "election_timeout_too_short",
        r"should be at least as 5 times",
        say("The election timeout is less than five heartbeat intervals."),
        say("Make the election timeout longer, or the heartbeat interval shorter."),
    ),
    Cause(
        "version_too_old",
        r"invalid downgrade",
        say("This version of etcd is older than its cluster."),
        say("Start the member with the version that the cluster runs."),
    ),
    Cause(
        "v2_content_left",
        r"illegal v2store content|disallowed custom content in v2store"
        r"|disallowed v2 WAL for stage",
        say("The data has keys of the old v2 API, which etcd 3.6 and later refuse."),
        say("Go back to 3.5, remove the v2 keys, then upgrade again."),
    ),
)
