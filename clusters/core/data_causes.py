"""Why a member can not use its data, its certificates or its peers, by etcd's words."""

from clusters.core.cause import Cause
from clusters.core.text import say

_REPLACE_MEMBER = say("Remove this member from its cluster, and add a new one.")

DATA_CAUSES = (
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
        r"lookup (?P<name>[^_\s:][^\s:]*?)\.?(?: on \S+)?:"
        r" (?:no such host|server misbehaving)|failed to resolve URL Host",
        say("The name {name} is not known where this member runs.", name="?"),
        say("Check that all members are on one network, and that each has its name."),
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
    Cause(
        "variable_unknown",
        r"unrecognized environment variable.*?(?P<name>ETCD_\w+)",
        say("This version of etcd ignores the variable {name}.", name=""),
        say("Pass the option as a flag, or choose a version that knows it."),
        is_wait=True,
    ),
)
