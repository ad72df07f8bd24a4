"""Why a member does not start or does not serve, by etcd's own words.

Messages as etcd 3.4 to 3.7 write them; the order counts where two would fit. Named
groups of a pattern are values of its sentences.
"""

import re
from dataclasses import dataclass, field

from clusters.core.text import NOTHING, Text, say


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing etcd says. `is_wait`: the member goes on, but waits because of it."""

    code: str
    words: str
    text: Text
    advice: Text = NOTHING
    is_wait: bool = False
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.words))


_DELETE_AND_RETRY = say("Delete the cluster and create it again.")
_REPLACE_MEMBER = say("Remove this member from its cluster, and add a new one.")

CAUSES = (
    # Addresses
    Cause(
        "port_in_use",
        r"listen tcp (?P<address>\S+): bind: address already in use",
        say("Another program listens at {address}.", address=""),
        say("End that program, or choose other ports."),
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
    ),
    Cause(
        "url_invalid",
        r"URL must not contain a path|does not have the form \"host:port\""
        r"|URL scheme must be|URL address does not have|must specify at least one URL",
        say("One of the member's URLs is not a plain scheme://address:port."),
        _DELETE_AND_RETRY,
    ),
    # The initial cluster
    Cause(
        "name_not_in_initial_cluster",
        r"couldn't find local name \"(?P<name>[^\"]*)\"",
        say("The initial cluster does not list this member, {name}.", name=""),
        _DELETE_AND_RETRY,
    ),
    Cause(
        "duplicate_peer_url",
        r"has duplicate url",
        say("Two members of the initial cluster have the same peer URL."),
        say("Give each member a peer port of its own."),
    ),
    Cause(
        "peer_urls_differ",
        r"but missing from --initial|failed to resolve .* to match --initial-cluster",
        say(
            "What the member advertises to peers is not what the cluster lists for it."
        ),
        _DELETE_AND_RETRY,
    ),
    Cause(
        "several_bootstrap_modes",
        r"multiple discovery or bootstrap flags|discovery settings .* are set"
        r"|discovery URL should not be set when joining existing",
        say("The member is given more than one bootstrap mode."),
        _DELETE_AND_RETRY,
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
        r"permanently removed from the cluster",
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
        r"illegal v2store content|disallowed custom content in v2store",
        say("The data has keys of the old v2 API, which etcd 3.6 and later refuse."),
        say("Go back to 3.5, remove the v2 keys, then upgrade again."),
    ),
    # Data
    Cause(
        "disk_full",
        r"no space left on device",
        say("The disk is full."),
        say("Free some space, then start the member again."),
    ),
    Cause(
        "database_full",
        r"database space exceeded|alarm[:=]\s*NOSPACE",
        say("The database has reached its quota; writes are refused."),
        say("Compact and defragment it, then disarm the alarm, or raise the quota."),
    ),
    Cause(
        "data_not_a_folder",
        r"(?P<path>\S+): not a directory",
        say("{path} is not a folder.", path=""),
        say("Remove what is in the way, or choose another place for the data."),
    ),
    Cause(
        "data_not_writable",
        r"(?P<path>\S+): permission denied|permission denied",
        say("The member may not write to its data ({path}).", path="?"),
        say("Give the folder to the user that runs etcd."),
    ),
    Cause(
        "data_read_only",
        r"read-only file system",
        say("The member's data is on a disk that can only be read."),
        say("Mount it for writing; after an error of the disk, replace the disk."),
    ),
    Cause(
        "data_damaged",
        r"crc mismatch|walpb?: .*(corrupt|invalid)|invalid database|file corrupt"
        r"|file size too small|unexpected fault address"
        r"|failed to recover v3 backend|max entry size limit exceeded"
        r"|tocommit\(\d+\) is out of range",
        say("The member's data is damaged or incomplete."),
        _REPLACE_MEMBER,
    ),
    Cause(
        "data_in_use",
        r"db file is flocked by another process|cannot access data directory"
        r".*resource temporarily unavailable",
        say("Another etcd has this member's data open."),
        say("End the other one; two must never share their data."),
        is_wait=True,
    ),
    # Certificates
    Cause(
        "certificate_invalid",
        r"(?P<words>(tls|x509): [^\"]{1,150})",
        say("A certificate was refused ({words}).", words=""),
        say("Check its names, its dates and who signed it."),
    ),
    Cause(
        "certificate_missing",
        r"TLS key/cert .* must be provided",
        say("The member has an https URL but no certificate."),
        say("Give it a certificate and a key, or use http."),
    ),
    # It runs, but waits
    Cause(
        "cluster_id_mismatch",
        r"cluster ID mismatch",
        say("Members of two clusters talk to one another: their cluster IDs differ."),
        say(
            "Look for a member of an older cluster at these addresses, or for old data."
        ),
        is_wait=True,
    ),
    Cause(
        "name_not_resolved",
        r"failed to resolve URL Host|no such host",
        say("The name of a peer is not known where this member runs."),
        say("Check that all members are on one network, and that each has its name."),
        is_wait=True,
    ),
    Cause(
        "variable_unknown",
        r"unrecognized environment variable.*?(?P<name>ETCD_\w+)",
        say("This version of etcd ignores the variable {name}.", name=""),
        say("Pass the option as a flag, or choose a version that knows it."),
        is_wait=True,
    ),
    Cause(
        "peers_unreachable",
        r"prober detected unhealthy status|failed to reach the peer URL"
        r"|dial tcp \S+ connect: connection refused|lost the TCP streaming connection",
        say("The member runs, but can not reach others."),
        say("See whether the other members run."),
        is_wait=True,
    ),
)
