import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.identity import as_hex, cluster_id, member_id

# Seen with real containers of etcd 3.4.23, 3.5.35, 3.6.16 and 3.7.3.
TUTORIAL = {
    "http://etcd1:2380": "ade526d28b1f92f7",
    "http://etcd2:2380": "d282ac2ce600c1ce",
    "http://etcd3:2380": "bd388e7810915853",
}
url = st.integers(min_value=1, max_value=65535).map("http://etcd:{}".format)
urls = st.lists(url, min_size=1, max_size=5)
identities = st.lists(
    st.integers(min_value=0, max_value=2**64 - 1), min_size=1, max_size=7, unique=True
)


@pytest.mark.parametrize(("url", "identity"), TUTORIAL.items())
def test_members_of_the_tutorial_have_the_ids_that_etcd_gave_them(url, identity):
    assert as_hex(member_id([url], "etcd-cluster")) == identity


def test_the_cluster_of_the_tutorial_has_the_id_that_etcd_gave_it():
    members = [member_id([url], "etcd-cluster") for url in TUTORIAL]
    assert as_hex(cluster_id(members)) == "8f2a2ec5c0087dcb"


@given(urls=urls, data=st.data(), token=st.text(max_size=20))
def test_the_order_of_peer_urls_makes_no_difference(urls, data, token):
    other = data.draw(st.permutations(urls))
    assert member_id(urls, token) == member_id(other, token)


@given(members=identities, data=st.data())
def test_the_order_of_members_makes_no_difference(members, data):
    assert cluster_id(members) == cluster_id(data.draw(st.permutations(members)))


@given(url=url)
def test_another_token_is_another_member(url):
    assert member_id([url], "a") != member_id([url], "b")


@given(members=identities, one_more=st.integers(min_value=0, max_value=2**64 - 1))
def test_another_member_is_another_cluster(members, one_more):
    if one_more not in members:
        assert cluster_id(members) != cluster_id([*members, one_more])


@given(identity=st.integers(min_value=0, max_value=2**64 - 1))
def test_identities_are_written_as_etcdctl_writes_them(identity):
    written = as_hex(identity)
    assert int(written, 16) == identity
    assert written == written.lower()
    assert written == "0" or not written.startswith("0")
