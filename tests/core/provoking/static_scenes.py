"""What members say of the cluster that they are to be part of, and of their data."""

import shutil
from contextlib import suppress
from pathlib import Path

from tests import parts
from tests.core.provoking.bench import ALONE, OWN_PATH, listed, may_part
from tests.core.provoking.scenes import UP_TO_3_5, scene
from tests.core.provoking.stores import READY, Store, ask

# Elections are ten times as quick as by default, so that a loss is noticed sooner.
QUICK = {"heartbeat_interval": "50", "election_timeout": "500"}
OLDER = {"3.5": "3.4", "3.6": "3.5", "3.7": "3.6"}
FULL = 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"'
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def one(bench, **changes):
    """A cluster of one that serves."""
    flags = bench.static(**QUICK, **changes)
    etcd = bench.start(flags).says(READY)
    return flags, Store(etcd, flags["advertise_client_urls"])


def joining(bench, *others, **changes):
    flags = bench.member("b", initial_cluster_state="existing", **QUICK, **changes)
    return flags | {"initial_cluster": listed(*others, flags)}


def added(store, flags):
    urls = [flags["initial_advertise_peer_urls"]]
    return store.call("cluster/member/add", peerURLs=urls)["member"]["ID"]


@scene("cluster_lists_others")
def cluster_was_not_told_of_a_member(bench, stores):
    first, _ = one(bench)
    return bench.start(joining(bench, first)).ends().heard()


@scene("cluster_lists_others")
def cluster_was_told_another_address(bench, stores):
    first, store = one(bench)
    added(store, bench.member("b"))
    return bench.start(joining(bench, first)).ends().heard()


@scene("already_bootstrapped")
def member_lost_its_data(bench, stores):
    both = [bench.member(name, **QUICK) for name in "ab"]
    flags = [each | {"initial_cluster": listed(*both)} for each in both]
    running = [bench.start(each) for each in flags]
    for etcd in running:
        etcd.says(READY)
    running[1].kill()
    shutil.rmtree(flags[1]["data_dir"])
    return bench.start(flags[1]).ends().heard()


def removed(bench):
    """A member that joined, and was then removed."""
    # Else it would count for 5 s as a cluster that is not healthy yet.
    first, store = one(bench, strict_reconfig_check="false")
    flags = joining(bench, first)
    member = added(store, flags)
    etcd = bench.start(flags).says(READY)
    store.call("cluster/member/remove", ID=member)
    return flags, etcd


@scene("member_was_removed")
def member_is_removed_while_it_runs(bench, stores):
    _, etcd = removed(bench)
    return etcd.ends().heard()


@scene("member_was_removed")
def removed_member_is_started_again(bench, stores):
    flags, etcd = removed(bench)
    etcd.ends()
    return bench.start(flags).ends().heard()


@scene("cluster_id_mismatch")
def members_have_different_tokens(bench, stores):
    both = [bench.member(name, **QUICK) for name in "ab"]
    flags = [each | {"initial_cluster": listed(*both)} for each in both]
    first, _ = (
        bench.start(each | {"initial_cluster_token": each["name"]}) for each in flags
    )
    return first.says("cluster ID mismatch").heard()


@scene("version_too_old", tuple(OLDER))
def older_etcd_on_newer_data(bench, stores):
    flags, store = one(bench)
    store.etcd.says("cluster version is updated").kill()
    return bench.start(flags, line=OLDER[bench.line]).ends().heard()


def held_keys_of_v2(bench, later: int):
    """A member of 3.5 that held such a key, and then took so many others."""
    flags = bench.static(snapshot_count="3", enable_v2="true")
    old = bench.start(flags, line="3.5").says(READY)
    store = Store(old, flags["advertise_client_urls"])
    # Under the prefix of a person's own: what is below /_etcd, etcd 3.6 overlooks.
    ask(f"{store.endpoint}/v2/keys/discovery/t", b"value=3", method="PUT")
    for _ in range(later):
        store.v3_token("3")
    if later:
        old.says("saved snapshot")
    old.kill()
    del flags["enable_v2"]
    return bench.start(flags).ends().heard()


@scene("v2_content_left", ("3.6",))
def data_with_keys_of_v2_in_its_log(bench, stores):
    return held_keys_of_v2(bench, later=0)


@scene("v2_content_left", ("3.6",))
def data_with_keys_of_v2_in_its_snapshot(bench, stores):
    return held_keys_of_v2(bench, later=20)


# From 3.6 on the log is silent of it; the member's alarms are not.
@scene("database_full", UP_TO_3_5)
def quota_is_reached(bench, stores):
    _, store = one(bench, quota_backend_bytes="65536")
    for _ in range(64):
        try:
            store.call("kv/put", key="YQ==", value="YWFh" * 4000)
        except OSError:
            break
    return store.etcd.says("NOSPACE").heard()


@scene("too_many_learners", ("3.5", "3.6", "3.7"))
def one_learner_more_than_may_be(bench, stores):
    _, store = one(bench, strict_reconfig_check="false")
    for _ in range(2):
        url = bench.member("b")["initial_advertise_peer_urls"]
        with suppress(OSError):
            store.call("cluster/member/add", peerURLs=[url], isLearner=True)
    return store.etcd.says("too many learner").heard()


@scene("data_in_use")
def data_is_open_in_another_etcd(bench, stores):
    first, _ = one(bench)
    return (
        bench.etcd(data_dir=first["data_dir"], initial_cluster=None)
        .says("flocked by another process")
        .heard()
    )


def mounted(bench, how):
    parts.require(may_part() or None, "no mount may be made", "run the tests as root")
    flags = bench.static()
    Path(flags["data_dir"]).mkdir(mode=0o700)
    around = (*ALONE, f"ip link set lo up; {how}", flags["data_dir"])
    return bench.start(flags, around=around, environment=OWN_PATH).ends().heard()


@scene("disk_full")
def disk_is_full(bench, stores):
    return mounted(bench, FULL)


@scene("data_read_only")
def disk_can_only_be_read(bench, stores):
    return mounted(bench, READ_ONLY)


@scene("certificate_invalid")
def certificate_is_no_certificate(bench, stores):
    file = bench.folder / "no.pem"
    file.write_text("no certificate")
    url = bench.static()["listen_client_urls"].replace("http", "https")
    flags = bench.static(
        listen_client_urls=url,
        advertise_client_urls=url,
        cert_file=str(file),
        key_file=str(file),
    )
    return bench.start(flags).ends().heard("tls: ")


@scene("peers_unreachable")
def other_member_never_starts(bench, stores):
    both = [bench.member(name, **QUICK) for name in "ab"]
    flags = both[0] | {"initial_cluster": listed(*both)}
    return bench.start(flags).says("connection refused").heard()


@scene("environment_conflicts")
def variable_beside_the_option(bench, stores):
    flags = bench.static()
    return bench.start(flags, environment={"ETCD_NAME": "b"}).ends().heard("ETCD_NAME")


@scene("certificate_invalid")
def peers_do_not_trust_one_another(bench, stores):
    both = []
    for name in "ab":
        flags = bench.member(name, **QUICK)
        tls = {
            k: v.replace("http:", "https:")
            for k, v in flags.items()
            if "peer_urls" in k
        }
        both.append(flags | tls | {"peer_auto_tls": "true"})
    first, second = (each | {"initial_cluster": listed(*both)} for each in both)
    fixtures = Path(second["data_dir"], "fixtures/peer")
    other = bench.start(second).says("/fixtures/peer")
    first |= {"peer_trusted_ca_file": str(fixtures / "cert.pem")}
    del first["peer_auto_tls"]
    first |= {
        "peer_cert_file": str(fixtures / "cert.pem"),
        "peer_key_file": str(fixtures / "key.pem"),
        "peer_client_cert_auth": "true",
    }
    (bench.folder / "other").mkdir()
    return bench.start(first).says("tls: ").heard() if other else None
