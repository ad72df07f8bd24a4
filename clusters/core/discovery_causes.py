"""Why members do not find one another, by etcd's own words.

etcd adds "discovery token was already used" to almost all of these, also where no token
was; that line says nothing, and is no cause here.
"""

from clusters.core.cause import Cause, Remedy
from clusters.core.text import say

_NEW_TOKEN = say("Create the cluster again: each attempt gets a new token.")
_SEE_OTHERS = say("See whether the other members run.")
_ASKED = (
    r"(?:failed to get from discovery server|retry connecting to discovery service"
    r"|failed to get cluster size from discovery)"
)
_DIALLED = r"grpc: addrConn\S* failed to connect to \{Addr: \""
_ASKING = rf"(?:{_ASKED}|{_DIALLED})"
_REFUSED = r"(?P<words>(?:tls|x509): [^\"\\\n]{1,150})"

DISCOVERY_CAUSES = (
    # Tokens, v2 and v3
    Cause(
        "discovery_duplicate_id",
        r"found duplicate id",
        say("This member has registered before, and lost its data since."),
        _NEW_TOKEN,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "discovery_duplicate_name",
        r"found duplicate name",
        say("Two members registered under one name."),
        say("Give each member a name of its own, and start again with a new token."),
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "discovery_names_merged",
        r"failed to update; member unknown",
        say("Members registered under one name, and etcd took them for one member."),
        say("Give each member a name of its own, and start again with a new token."),
        remedy=Remedy.DELETE_AND_CREATE,
    ),
    Cause(
        "discovery_token_unknown",
        r"Key not found|size key not found",
        say("The discovery service does not know the token, or the token has no size."),
        _NEW_TOKEN,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "discovery_size_invalid",
        # A size of zero has no words with v2: only the stack of the panic shows it.
        r"size key is bad"
        r"|SIGSEGV: .*etcdserver\.(?:startNode|bootstrapRaftFromCluster)\(",
        say("The size that belongs to the token is not a number of members."),
        _NEW_TOKEN,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "discovery_not_a_service",
        r"bad discovery endpoint",
        say("What answers is no discovery service, or the token has expired there."),
        say(
            "A store needs etcd 3.5 or older with --enable-v2; or choose another mode."
        ),
        remedy=Remedy.MAKE_STORE,
    ),
    Cause(
        "became_proxy",
        r"discovery cluster is full, falling back to proxy",
        say("The cluster was full, so this one became a proxy; it holds no data."),
        say("Leave it as a proxy, or add a member to the running cluster instead."),
        is_wait=True,
    ),
    Cause(
        "discovery_full",
        r"discovery: cluster is full",
        say("As many members as the cluster has room for registered before this one."),
        say("Use a new token, or add the member to the running cluster."),
        remedy=Remedy.RETRY,
    ),
    Cause(
        "discovery_incomplete",
        r"both --discovery-token and --discovery-endpoints must be set",
        say("Discovery needs a token and endpoints; one of them is missing."),
        _NEW_TOKEN,
        remedy=Remedy.RETRY,
    ),
    # Proxies
    Cause(
        "proxy_gone",
        r"v2 proxy is deprecated|v2 http proxy has already been deprecated",
        say("etcd 3.6 and later have no proxy; this member was to be one."),
        say("Leave out the extra members, or choose etcd 3.5."),
        remedy=Remedy.CHOOSE_VERSION,
    ),
    Cause(
        "proxy_and_member_data",
        r"both member and proxy directories exist",
        say("A former proxy left data of both kinds behind, and starts as neither."),
        say("Remove the folder “member” from its data, then start it again."),
    ),
    # DNS
    Cause(
        "srv_without_this_member",
        r"cannot find local etcd member \\?\"(?P<name>[^\"\\]*)",
        say("No SRV record leads to the address of this member, {name}.", name=""),
        say("Compare the records' targets and ports with the member's peer URL."),
        remedy=Remedy.RETRY,
    ),
    Cause(
        "srv_scheme_differs",
        r"bootstrap at (?P<record>\S+) from DNS for \S+ has scheme mismatch"
        r" with expected peer (?P<peer>[^\s;]+)",
        say(
            "The zone leads to {record}, but the member's peer URL is {peer}.",
            record="",
            peer="",
        ),
        say(
            "_etcd-server-ssl is for https, _etcd-server for http: change the records."
        ),
        only_last=True,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "srv_record_twice",
        r"len\(\[\"(?P<url>[^\"]+)\"\]\) != len\(\[\"(?P=url)\" \"(?P=url)\"",
        say("The peer URL {url} is listed twice, as by two SRV records.", url=""),
        say("Leave one record for each member."),
        remedy=Remedy.RETRY,
    ),
    Cause(
        "name_server_fails",
        r"lookup \S+ on (?P<server>\S+): (?P<words>server misbehaving"
        r"|[^;\n]*(?:i/o timeout|connection refused|no route to host))",
        say(
            "The members' name server, {server}, gives no answer ({words}).",
            server="",
            words="",
        ),
        say("See that it runs, serves the domain, and is reached by UDP and TCP."),
        only_last=True,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "srv_target_unknown",
        r"querying DNS SRV records for \S+ lookup (?P<target>[^_\s]\S*?)\.? on",
        say("An SRV record leads to {target}, which has no address.", target=""),
        say("Add the address of that name to the zone, then try again."),
        only_last=True,
        remedy=Remedy.RETRY,
    ),
    Cause(
        "srv_not_found",
        r"error querying DNS SRV records(?: for \S+ lookup \S+?\._tcp\."
        r"(?P<domain>\S+?)\.? on)?",
        say(
            "The members' name server has no SRV records of {domain} that fit.",
            domain="?",
        ),
        say("Create the records first; etcd 3.4 needs those of _etcd-server-ssl."),
        only_last=True,
        remedy=Remedy.RETRY,
    ),
    # The store can not be asked; the member keeps trying, but for a wrong password
    Cause(
        "discovery_login_refused",
        r"authentication failed, invalid user ID or password"
        r"|etcdserver: (?:user name is empty|permission denied)",
        say("The discovery store refuses the member's user or password."),
        say("Correct both in the store's settings, and let the user write there."),
        remedy=Remedy.OPEN_STORE,
    ),
    Cause(
        "discovery_certificate_refused",
        _ASKING + r".*?" + _REFUSED,
        say("The discovery store's certificate was refused ({words}).", words=""),
        say(
            "Give the store's authority to the members; with v2 there is no way to,"
            " so choose a store over http."
        ),
        is_wait=True,
        remedy=Remedy.OPEN_STORE,
    ),
    Cause(
        "discovery_wants_tls",
        r"error reading server preface: EOF",
        say("The discovery store closes the connection: it expects TLS."),
        say("Name the store with https, and give its authority."),
        is_wait=True,
        remedy=Remedy.OPEN_STORE,
    ),
    Cause(
        "discovery_name_unknown",
        _ASKING + r".*?lookup (?P<name>\S+?)\.? on \S+: ",
        say("The name of the discovery service, {name}, is not known here.", name=""),
        say("The members' network must know that name; check it from there."),
        is_wait=True,
        remedy=Remedy.OPEN_STORE,
    ),
    Cause(
        "discovery_unreachable",
        rf"(?:{_ASKED}(?:.*?(?:url|endpoints)=)?|{_DIALLED})(?P<url>[\w\[][^\s,\"]*)?",
        say(
            "The discovery service at {url} does not answer; the member keeps trying.",
            url="?",
        ),
        say("Check that the service runs and can be reached from the members."),
        is_wait=True,
        remedy=Remedy.OPEN_STORE,
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
        _SEE_OTHERS,
        is_wait=True,
    ),
    Cause(
        "discovery_waiting",
        r"waiting for peers from discovery service"
        r".*clusterSize=(?P<size>\d+).*found-peers=(?P<found>\d+)",
        say("{found} of {size} members have registered.", found="?", size="?"),
        _SEE_OTHERS,
        is_wait=True,
    ),
)
