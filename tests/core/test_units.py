import pytest

from clusters.core.units import line, units_of
from tests.builders import processes, spec


def test_a_process_has_a_user_and_a_folder_of_its_own():
    units = units_of(spec(processes(), size=1, version="3.6.16"))
    assert units == {
        "a-etcd1.service": "\n".join(
            [
                "[Unit]",
                "Description=etcd 3.6.16: etcd1 of a",
                "Documentation=https://etcd.io/docs/",
                "After=network-online.target",
                "Wants=network-online.target",
                "",
                "[Service]",
                "Type=notify",
                "User=etcd",
                "StateDirectory=a-etcd1",
                "StateDirectoryMode=0700",
                (
                    "ExecStart=/usr/local/bin/etcd --name=etcd1"
                    " --listen-client-urls=http://127.0.0.1:23791"
                    " --advertise-client-urls=http://127.0.0.1:23791"
                    " --listen-peer-urls=http://127.0.0.1:23801"
                    " --initial-advertise-peer-urls=http://127.0.0.1:23801"
                    " --data-dir=/var/lib/a-etcd1"
                    " --initial-cluster=etcd1=http://127.0.0.1:23801"
                    " --initial-cluster-token=a --initial-cluster-state=new"
                ),
                "LimitNOFILE=65536",
                "NoNewPrivileges=true",
                "ProtectSystem=strict",
                "ProtectHome=true",
                "PrivateTmp=true",
                "Restart=always",
                "RestartSec=5s",
                "",
                "[Install]",
                "WantedBy=multi-user.target",
                "",
            ]
        )
    }


def test_a_container_is_restarted_by_systemd_alone():
    text = units_of(spec())["a-etcd2.service"]
    assert "Requires=docker.service\n" in text
    assert "ExecStartPre=-/usr/bin/docker network create a-net\n" in text
    assert "ExecStartPre=-/usr/bin/docker rm a-etcd2\n" in text
    assert "ExecStart=/usr/bin/docker run --rm --name=a-etcd2 " in text
    assert "ExecStop=/usr/bin/docker stop a-etcd2\n" in text
    assert "--restart" not in text


def test_an_existing_network_is_not_made():
    text = units_of(spec(network="etcd-net"))["a-etcd1.service"]
    assert "network create" not in text


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("--name=etcd1", "--name=etcd1"),
        ("a%b", '"a%%b"'),
        ("a$b", '"a$$b"'),
        ("a b", '"a b"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a\nb", '"a\\nb"'),
        (";", '";"'),
    ],
)
def test_words_are_quoted_as_systemd_reads_them(word, written):
    assert line(word) == written
