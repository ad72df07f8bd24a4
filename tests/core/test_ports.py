from clusters.core.ports import may_move, move
from clusters.core.spec import HostKind
from tests.builders import offer, request, spec

EVERY_PORT = range(1024, 32768)


def ports(made):
    return [(m.host, m.client_port, m.peer_port) for m in made.members]


def test_ports_that_the_panel_chose_may_change_and_named_ones_stay():
    assert may_move(request())
    assert may_move(request(client_ports=(1, 2, 3)))
    assert not may_move(request(client_ports=(1, 2, 3), peer_ports=(4, 5, 6)))


def test_members_move_to_the_next_free_block():
    moved = move(spec(), request(), {"docker": {23792, 23811}})
    assert ports(moved) == [
        ("docker", 23831, 23841),
        ("docker", 23832, 23842),
        ("docker", 23833, 23843),
    ]


def test_only_the_host_with_taken_ports_moves():
    hosts = offer("w1", HostKind.MEMORY), offer("w2", HostKind.MEMORY)
    moved = move(spec(*hosts), request(), {"w2": {23792}})
    assert ports(moved) == [
        ("w1", 23791, 23801),
        ("w2", 23812, 23822),
        ("w1", 23793, 23803),
    ]


def test_named_client_ports_stay_when_peer_ports_move():
    named = {"client_ports": (2001, 2002, 2003)}
    moved = move(spec(**named), request(**named), {"docker": {23801}})
    assert ports(moved)[0] == ("docker", 2001, 23821)


def test_a_moved_port_is_not_one_that_was_named():
    named = {"peer_ports": (23811, 23812, 23813)}
    moved = move(spec(**named), request(**named), {"docker": {23791}})
    assert ports(moved)[0] == ("docker", 23831, 23811)


def test_nothing_else_changes():
    asked = request(options={"pre_vote": True})
    before = spec(options={"pre_vote": True})
    after = move(before, asked, {"docker": {23791}})
    assert [m.name for m in after.members] == [m.name for m in before.members]
    assert (after.token, after.options) == (before.token, before.options)


def test_a_host_without_a_free_block_moves_nothing():
    assert move(spec(), request(), {"docker": EVERY_PORT}) is None
