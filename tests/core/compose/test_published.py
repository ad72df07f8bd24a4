import pytest

from clusters.core.compose.published import Published, read_port


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("23791:2379", [(2379, 23791, "")]),
        ("127.0.0.1:23791:2379", [(2379, 23791, "127.0.0.1")]),
        ("127.0.0.1::2379", [(2379, 0, "127.0.0.1")]),
        ("[::1]:23791:2379/tcp", [(2379, 23791, "::1")]),
        ("2379", [(2379, 0, "")]),
        (2379, [(2379, 0, "")]),
        ("2379-2380", [(2379, 0, ""), (2380, 0, "")]),
        ("23791-23792:2379-2380", [(2379, 23791, ""), (2380, 23792, "")]),
        ("23791-23795:2379", [(2379, 0, "")]),
        ("23791:2379/udp", []),
        ({"target": 2379, "published": "23791"}, [(2379, 23791, "")]),
        ({"target": "2379"}, [(2379, 0, "")]),
        (
            {"target": 2379, "published": 1, "host_ip": "10.0.0.1", "mode": "host"},
            [(2379, 1, "10.0.0.1")],
        ),
        ({"target": 2379, "protocol": "UDP"}, []),
    ],
)
def test_every_way_to_publish_a_port_is_read(written, read):
    found = read_port(written)
    assert found == tuple(
        Published(inside=inside, outside=outside, address=address)
        for inside, outside, address in read
    )


@pytest.mark.parametrize(
    "written",
    [
        "",
        "http",
        "0:2379",
        "65536:2379",
        "2379:65536",
        "3-2:2-3",
        "1-2:1-3",
        "1.2.3:1:2",
        "999.0.0.1:1:2",
        "1:2:3:4",
        "1-60000:1-60000",
        "9" * 5000,
        True,
        None,
        [2379],
        {},
        {"target": "x"},
        {"target": 2379, "published": "x"},
        {"target": 2379, "host_ip": "localhost"},
    ],
)
def test_what_is_no_port_is_none(written):
    assert read_port(written) is None
