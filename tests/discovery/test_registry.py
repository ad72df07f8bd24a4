"""What members write about themselves, as it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusters.core.meeting import Registration, TokenSeen
from clusters.discovery.registry import look_at, read_registration


@pytest.mark.parametrize(
    ("value", "name", "urls"),
    [
        ("a=http://b:1", "a", ("http://b:1",)),
        ("a=http://b:1,a=http://c:2", "a", ("http://b:1", "http://c:2")),
        ("a=http://b:1?x=y", "a", ("http://b:1?x=y",)),
        ("a", "", ()),
        ("=http://b:1", "", ("http://b:1",)),
        ("", "", ()),
        ("a\u202e=http://b", "a ", ("http://b",)),
    ],
)
def test_a_value_is_a_name_and_its_urls(value, name, urls):
    assert read_registration("1f", value) == Registration(
        member_id="1f", name=name, peer_urls=urls
    )


@given(st.text(), st.text())
def test_whatever_stands_there_is_read_and_can_be_shown(member_id, value):
    found = read_registration(member_id, value)
    shown = (found.member_id, found.name, *found.peer_urls)
    assert all(text.isprintable() for text in shown)


@pytest.mark.parametrize(
    "nodes",
    [None, 3, "x", {}, [None, 3, "x"], [{"dir": True, "key": "/a/b"}]],
)
def test_a_folder_of_anything_else_has_no_members(nodes):
    answers = {"/t": {"nodes": nodes}, "/t/_config/size": {"value": "3"}}
    assert look_at("/t", answers.get) == TokenSeen(size="3")


def test_members_without_an_index_come_first_and_break_nothing():
    nodes = [
        {"key": "/t/2", "value": "b=u", "createdIndex": 7},
        {"key": "/t/1", "value": "a=u", "createdIndex": "x"},
    ]
    seen = look_at("/t", {"/t": {"nodes": nodes}}.get)
    assert [found.member_id for found in seen.registrations] == ["1", "2"]
