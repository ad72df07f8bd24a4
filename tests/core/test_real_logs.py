"""Every message of the decision list, said by real members of four lines.

Each scene makes a member fail, wait or go wrong; all scenes of a line play side by
side, a few at a time. What they say must lead to the right cause, with the right names
and numbers in it.
"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from clusters.core.cause import Remedy
from clusters.core.diagnosis import ALL_CAUSES, explain, without_stacks
from tests import parts
from tests.core.provoking import (
    dns_scenes,
    public_scenes,
    static_scenes,
    v2_scenes,
    v3_scenes,
)
from tests.core.provoking.bench import Bench
from tests.core.provoking.scenes import LINES, SCENES
from tests.core.provoking.stores import Stores

AT_ONCE = 4
PLAYED = (dns_scenes, public_scenes, static_scenes, v2_scenes, v3_scenes)
CASES = [
    pytest.param(line, scene, id=f"{line}-{scene.name}")
    for line in LINES
    for scene in SCENES.values()
    if line in scene.lines
]


@pytest.fixture(scope="module")
def heard(request, tmp_path_factory):
    """Play what was asked for of one line when the first of it is wanted."""
    played = {}
    wanted = {
        (item.callspec.params["line"], item.callspec.params["scene"].name)
        for item in request.session.items
        if item.function is test_what_a_member_says_leads_to_its_cause
    }

    def listen(line, scene):
        if line not in played:
            names = [name for where, name in wanted if where == line]
            played[line] = play(line, sorted(names), tmp_path_factory.mktemp(line))
        return played[line][scene.name].result()

    return listen


def play(line, names, folder):
    """What became of each scene; one that went wrong is told by the test of it."""
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as threads:
        stores = Stores(Bench(line, folder, stack))

        def one(name):
            own = folder / f"{name}-{secrets.token_hex(2)}"
            own.mkdir()
            with ExitStack() as ends:
                return SCENES[name].play(Bench(line, own, ends), stores)

        return {name: threads.submit(one, name) for name in names}


@pytest.mark.parametrize(("line", "scene"), CASES)
def test_what_a_member_says_leads_to_its_cause(line, scene, heard):
    parts.etcd_dir(line)
    member = heard(line, scene)
    found = explain(member.lines)
    if not scene.code:
        assert found is None, found
        return
    assert found is not None, member.lines
    assert found.code == scene.code, (found, member.lines)
    assert found.line in member.lines
    assert found.line in without_stacks(member.lines)
    assert str(found.advice)
    for word in member.words:
        assert word in str(found.cause)


def test_no_cause_is_without_a_member_that_says_it():
    here = {scene.code for scene in SCENES.values()}
    beside = Path(__file__).with_name("test_diagnosis_of_real_logs.py").read_text()
    for cause in ALL_CAUSES:
        assert cause.code in here or f'"{cause.code}"' in beside, cause.code


def test_each_remedy_is_of_some_cause():
    assert {cause.remedy for cause in ALL_CAUSES} == set(Remedy)
