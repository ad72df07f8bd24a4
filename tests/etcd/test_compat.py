"""The etcd3 package works with today's libraries, and only through its one door."""

import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def run(script, *flags):
    return subprocess.run(
        [sys.executable, *flags, "-c", script],
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )


def test_etcd3_is_imported_without_any_warning():
    done = run("from clusters.etcd.compat import etcd3; etcd3.Etcd3Client", "-Werror")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_client_speaks_with_stubs_that_know_learners():
    done = run(
        "from clusters.etcd.compat import etcd3, etcdrpc\n"
        "assert etcd3.etcdrpc is etcdrpc\n"
        "assert etcdrpc.MemberAddRequest(isLearner=True).isLearner\n"
        "assert hasattr(etcdrpc, 'MemberPromoteRequest')\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_wire_costs_a_web_process_nothing_before_the_first_probe():
    done = run(
        "import sys\n"
        "import clusters.etcd.client, clusters.drivers.process\n"
        "assert not {'grpc', 'etcd3', 'aetcd', 'google.protobuf'} & set(sys.modules)\n"
    )
    assert done.returncode == 0, done.stderr


def test_nothing_else_imports_etcd3_grpc_or_its_stubs():
    strangers = []
    for path in sorted((REPO / "clusters").rglob("*.py")):
        lines = [line.split() for line in path.read_text().splitlines()]
        imports = [words for words in lines if words[:1] in (["import"], ["from"])]
        roots = {words[1].partition(".")[0] for words in imports if len(words) > 1}
        if roots & {"etcd3", "grpc", "aetcd"}:
            strangers.append(path.relative_to(REPO).as_posix())
    assert strangers == ["clusters/etcd/compat.py"]
