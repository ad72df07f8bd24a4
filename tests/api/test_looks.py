import pytest

from clusters.api.looks import MOST_KEPT, Looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(create):
    return create("shop")


@pytest.fixture
def looks():
    return Looks()


def key(log, language="en", after=0):
    return (log.operation.pk, language, after)


def test_a_look_serves_whoever_asked_before_it_began(log, looks):
    taken = looks.take(key(log), None)
    assert looks.since(key(log), taken.began) is taken
    assert looks.since(key(log), taken.began - 1) is taken


def test_whoever_asked_later_needs_a_new_one_for_a_line_may_have_come(log, looks):
    taken = looks.take(key(log), None)
    assert looks.since(key(log), taken.began + 0.001) is None


def test_other_lines_and_other_languages_are_other_looks(log, looks):
    taken = looks.take(key(log), None)
    assert looks.since(key(log, after=taken.last), taken.began) is None
    assert looks.since(key(log, "zh-hans"), taken.began) is None


def test_when_nothing_has_changed_there_is_no_look(log, looks):
    taken = looks.take(key(log), None)
    assert looks.take(key(log, after=taken.last), taken.mark) is None
    log.write("something new")
    found = looks.take(key(log, after=taken.last), taken.mark)
    assert b"something new" in found.lines
    assert found.last == taken.last + 1


def test_steps_are_written_once_for_all(log, looks):
    taken = looks.take(key(log), None)
    assert taken.steps.startswith(b"event: progress\ndata: {")
    assert taken.steps is taken.steps


def test_old_looks_are_let_go(log, looks):
    first = looks.take(key(log), None)
    for after in range(1, MOST_KEPT + 1):
        looks.take(key(log, after=after), None)
    assert looks.since(key(log), first.began) is None
    assert looks.since(key(log, after=MOST_KEPT), first.began) is not None
