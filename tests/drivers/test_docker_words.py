"""What engines say, old and new, and the codes and sentences made of it."""

import docker.errors
import pytest

from clusters.core.errors import BackendError
from clusters.drivers.docker.refusals import refused
from clusters.drivers.docker.registry import pull_refused

REFERENCE = "quay.io/coreos/etcd:v3.6.16"


def error_of(words):
    return refused(docker.errors.APIError("500", explanation=words))


NETWORKING = "driver failed programming external connectivity on endpoint demo (522): "
RUNTIME = "OCI runtime create failed: runc create failed: unable to start container: "


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (
            f"{NETWORKING}Bind for 127.0.0.1:23791 failed: port is already allocated",
            "port_in_use",
            "23791",
        ),
        (
            f"{NETWORKING}listen tcp4 127.0.0.1:23792: bind: address already in use",
            "port_in_use",
            "23792",
        ),
        (
            f"{NETWORKING}host port 127.0.0.1:23793/tcp: address already in use",
            "port_in_use",
            "23793",
        ),
        (
            f"{NETWORKING}host port [::1]:23794/tcp: address already in use",
            "port_in_use",
            "[::1]",
        ),
        (
            "host port 203.0.113.7:1/tcp: cannot assign requested address",
            "address_not_here",
            "203.0.113.7",
        ),
        (
            'Conflict. The container name "/demo" is already in use by container "fe7"',
            "name_taken",
            "demo",
        ),
        ("network with name demo-net already exists", "name_taken", "demo-net"),
        (
            "could not find an available, non-overlapping IPv4 address pool among the",
            "network_addresses_exhausted",
            "addresses",
        ),
        (
            "all predefined address pools have been fully subnetted",
            "network_addresses_exhausted",
            "addresses",
        ),
        ("failed to copy files: no space left on device", "disk_full", "disk"),
        (
            f'{RUNTIME}exec: "/usr/local/bin/etcd": stat /usr/local/bin/etcd: no such',
            "image_without_etcd",
            "/usr/local/bin/etcd",
        ),
        ("network demo-net not found", "network_missing", "demo-net"),
        ("No such container: 3d74a6b8", "instance_missing", "3d74a6b8"),
        *(
            (f"{before}Pool overlaps with other one on this address space", *taken)
            for before in ("", "invalid pool request: ")
            for taken in [("subnet_taken", "subnet")]
        ),
        ("Invalid subnet banana : invalid CIDR", "subnet_invalid", "banana"),
        (
            "invalid network config: invalid subnet 10.1.2.3/24: it should be",
            "subnet_invalid",
            "10.1.2.3/24",
        ),
        ("invalid JSON: netip.ParsePrefix(\"ba\"): no '/'", "subnet_invalid", "ba"),
        ("Address already in use", "address_taken", "address"),
        (
            "failed to set up container networking: Address already in use",
            "address_taken",
            "address",
        ),
        (
            "Invalid address 10.9.9.9: It does not belong to any of this network's",
            "address_not_on_network",
            "10.9.9.9",
        ),
        (
            "invalid endpoint settings: no configured subnet contains IP address 10.9",
            "address_not_on_network",
            "10.9",
        ),
        (
            (
                "user specified IP address is supported only when connecting to"
                " networks with user configured subnets"
            ),
            "address_not_on_network",
            "address",
        ),
        ("something nobody has met", "docker_refused", "something nobody has met"),
    ],
)
def test_the_words_of_an_engine_become_a_code_and_a_sentence(words, code, named):
    error = error_of(words)
    assert isinstance(error, BackendError)
    assert (error.code, bool(error.advice)) == (code, True)
    assert named in str(error.text)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (f"manifest for {REFERENCE} not found: manifest unknown", "image_not_found"),
        (
            f'failed to resolve reference "{REFERENCE}": {REFERENCE}: not found',
            "image_not_found",
        ),
        (
            'Get "https://quay.io/v2/": dial tcp: lookup quay.io: no such host',
            "registry_unreachable",
        ),
        (
            (
                'Head "https://quay.io/v2/coreos/etcd/manifests/v3.6.16": net/http: TLS'
                " handshake timeout"
            ),
            "registry_unreachable",
        ),
        (
            (
                'Get "https://mirror/v2/": tls: failed to verify certificate: x509:'
                " certificate signed by unknown authority"
            ),
            "registry_unreachable",
        ),
        ('Get "https://mirror/v2/": EOF', "registry_unreachable"),
        (
            "received unexpected HTTP status: 503 Service Unavailable",
            "registry_unreachable",
        ),
        (
            "toomanyrequests: You have reached your unauthenticated pull rate limit.",
            "pull_rate_limited",
        ),
        (
            (
                "pull access denied for mirror/etcd, repository does not exist or may"
                " require 'docker login': denied: requested access to the resource is"
                " denied"
            ),
            "pull_denied",
        ),
        ("no basic auth credentials", "pull_denied"),
        (
            "no matching manifest for linux/riscv64 in the manifest list entries",
            "image_wrong_platform",
        ),
        ("failed to register layer: write /etcd: no space left on device", "disk_full"),
        ("something nobody has met", "pull_failed"),
    ],
)
def test_the_words_of_a_registry_become_a_code(words, code):
    error = pull_refused(words, REFERENCE)
    assert error.code == code
    assert error.advice


def test_what_comes_from_outside_is_shown_without_control_characters():
    error = error_of("odd \x1b[31m\u202e words\n twice")
    assert "\x1b" not in str(error.text)
    assert "\n" not in str(error.text)


def test_a_sentence_survives_its_way_through_the_database():
    error = error_of("Bind for 127.0.0.1:23791 failed: port is already allocated")
    stored = error.text.as_json()
    assert stored["text"] == "Port {port} of {address} is already in use."
    assert stored["params"]["port"] == "23791"
