"""A member's last lines are explained by a table; real logs are in the next file."""

import json

import pytest

from clusters.core.diagnosis import (
    ALL_CAUSES,
    evidence,
    explain,
    explain_any,
    without_stacks,
)


def line(level="fatal", **fields):
    return json.dumps({"level": level, "ts": "2026-11-22T18:00:00Z", **fields})


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("failed to join discovery cluster (discovery: found duplicate id)", "id"),
        ("failed to join discovery cluster (discovery: found duplicate name)", "name"),
        ("… (100: Key not found (/_etcd/registry/tok) [3])", "discovery_token_unknown"),
        ("… (discovery: size key not found)", "discovery_token_unknown"),
        ("… (discovery: size key is bad)", "discovery_size_invalid"),
        ("… (discovery: bad discovery endpoint)", "discovery_not_a_service"),
        ("… (discovery: cluster is full)", "discovery_full"),
        ("v2 proxy is deprecated, and --discovery-fallback can't be", "proxy_gone"),
        (
            "invalid datadir; both member and proxy directories exist",
            "proxy_and_member",
        ),
        (
            'cannot find local etcd member "n3" in SRV records',
            "srv_without_this_member",
        ),
        ("error querying DNS SRV records for _etcd-server-ssl", "srv_not_found"),
        (
            "member 8e9e05c52164694d has already been bootstrapped",
            "already_bootstrapped",
        ),
        (
            "error validating peerURLs {…}: member count is unequal",
            "cluster_lists_others",
        ),
        (
            "PeerURLs: no match found for existing member (1, [u])",
            "cluster_lists_others",
        ),
        (
            "the member has been permanently removed from the cluster",
            "member_was_removed",
        ),
        ("detected disallowed custom content in v2store", "v2_content_left"),
        ("membership: too many learner members in cluster", "too_many_learners"),
        ("invalid downgrade; server version is lower", "version_too_old"),
        ("write /d/wal/1.wal: no space left on device", "disk_full"),
        ("etcdserver: mvcc: database space exceeded", "database_full"),
        ("x509: certificate is not valid for any names", "certificate_invalid"),
        ("remote error: tls: bad certificate", "certificate_invalid"),
        ("open /d/member: read-only file system", "data_read_only"),
    ],
)
def test_the_error_of_a_last_line_names_its_cause(error, code):
    misleading = line(msg="do not reuse discovery token; generate a new one")
    last = line(msg="discovery failed", error=error)
    found = explain([line("info", msg="starting"), last, misleading])
    assert found is not None
    assert code in found.code
    assert found.line == last


@pytest.mark.parametrize(
    "words",
    [
        "pkg/flags: unrecognized environment variable ETCD_NO_SUCH_THING=1",
        line(
            "warn", msg="unrecognized environment variable", name="ETCD_NO_SUCH_THING=1"
        ),
    ],
)
def test_a_variable_that_is_ignored_is_named(words):
    found = explain([words, line("info", msg="ready")])
    assert found.code == "variable_unknown"
    assert "ETCD_NO_SUCH_THING" in str(found.cause)


def test_nothing_is_made_up():
    assert explain([]) is None
    assert explain(["", "   "]) is None
    assert explain([line("info", msg="ready to serve client requests")]) is None
    assert explain(["{broken json", '{"no": "msg"}', "[1, 2]", "null"]) is None


def test_what_ended_an_earlier_run_does_not_count():
    old = line(error="listen tcp 127.0.0.1:1: bind: address already in use", msg="x")
    start = line("info", msg="Running: ", args=["etcd", "--name=found duplicate id"])
    assert explain([old, start, line("info", msg="ready")]) is None
    new = line(error='couldn\'t find local name "b" in the …', msg="discovery failed")
    assert explain([old, start, new]).code == "name_not_in_initial_cluster"


def test_the_last_word_counts_before_earlier_ones_and_before_warnings():
    warning = line(
        "warn", msg="dial tcp", error="dial tcp 127.0.0.1:1: connect: cluster"
    )
    first = line(error="x has duplicate url", msg="failed")
    last = line(error="no space left on device", msg="failed")
    assert explain([warning, first, last]).code == "disk_full"


def test_time_that_an_engine_puts_before_a_line_does_not_hide_it():
    stamped = "2026-11-22T18:00:00Z " + line(msg="m", error="x has duplicate url")
    assert explain([stamped]).code == "duplicate_peer_url"


def test_a_panic_in_plain_text_is_read_too():
    found = explain(
        ["panic: tocommit(12) is out of range [lastIndex(3)]", "goroutine 1"]
    )
    assert found.code == "data_damaged"


def test_registered_members_are_counted_for_people():
    waiting = line(
        "info",
        msg="found peers from discovery server; waiting for more",
        **{"found-peers": 1, "needed-peers": 2},
    )
    assert str(explain([waiting]).cause).startswith("1 members have registered; 2 more")


def test_every_cause_has_a_code_words_and_advice():
    for cause in ALL_CAUSES:
        assert cause.code.replace("_", "").isalnum()
        assert str(cause.text).endswith(".")
        assert str(cause.advice).endswith(".")
    codes = [cause.code for cause in ALL_CAUSES]
    repeated = {code for code in codes if codes.count(code) > 1}
    assert repeated == {"discovery_waiting"}


def test_values_of_a_message_survive_being_stored():
    found = explain(
        [line(msg="m", error="listen tcp [::1]:1: bind: address already in use")]
    )
    stored = type(found.cause).from_json(found.cause.as_json())
    assert str(stored) == "Another program listens at [::1]:1."


def test_the_stack_of_a_panic_is_no_evidence_but_may_name_its_cause():
    told = [
        line("info", msg="starting an etcd server"),
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0xd55457]",
        "",
        "goroutine 1 [running]:",
        "go.etcd.io/etcd/server/v3/etcdserver.startNode({{0x7ffdd7a82e8f, 0x1}, ...)",
        "\tgo.etcd.io/etcd/server/v3@v3.5.35/etcdserver/raft.go:487 +0x77",
    ]
    assert without_stacks(told) == tuple(told[:3])
    assert explain(told).code == "discovery_size_invalid"
    assert explain(told).line == told[2]
    again = line("info", msg="starting an etcd server")
    assert without_stacks([*told, again]) == (*told[:3], again)


def test_what_is_said_where_all_goes_well_too_counts_only_as_the_last_word():
    error = "error querying DNS SRV records for _etcd-server-ssl lookup …"
    warned = line("warn", msg="failed to resolve during SRV discovery", error=error)
    assert explain([warned]) is None
    assert explain([warned, line(msg="x", error=error)]).code == "srv_not_found"


def test_what_etcds_own_client_tries_again_is_not_why_a_member_ended():
    tried = (
        "2026/11/22 21:46:09 WARNING: [core] [Channel #1] grpc:"
        ' addrConn.createTransport failed to connect to {Addr: "h:1"}. Err: x509: bad'
    )
    ended = line(msg="discovery failed", error="discovery: cluster is full")
    assert explain([ended, tried]).code == "discovery_full"
    assert explain([tried]).code == "discovery_certificate_refused"


def test_of_several_members_the_one_that_ended_says_why():
    waits = line("warn", msg="retry connecting to discovery service", url="http://s")
    ended = line(msg="discovery failed", error="discovery: cluster is full")
    assert explain_any([[waits], [ended], []]).code == "discovery_full"
    assert explain_any([[], [waits]]).code == "discovery_unreachable"
    assert explain_any([[], []]) is None


def test_evidence_is_the_last_lines_and_always_the_one_that_says_the_cause():
    first = line(msg="discovery failed", error="discovery: cluster is full")
    later = [line("info", msg=f"closing {number}") for number in range(60)]
    shown = evidence([first, *later], explain([first, *later]))
    assert shown == (first, *later[-40:])
    assert evidence([*later, first], explain([first])) == (*later[-39:], first)
    assert evidence(later, None) == tuple(later[-40:])
