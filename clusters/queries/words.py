"""Code words that people meet: kinds, states, steps. English shows them as they are."""

from django.utils.translation import gettext, gettext_noop

_WORDS = frozenset(
    (
        # What is done to a cluster
        gettext_noop("create"),
        gettext_noop("delete"),
        gettext_noop("repair"),
        # Operations, steps and checks
        gettext_noop("queued"),
        gettext_noop("running"),
        gettext_noop("succeeded"),
        gettext_noop("failed"),
        gettext_noop("rejected"),
        gettext_noop("cancelled"),
        gettext_noop("needs_operator"),
        gettext_noop("errored"),
        gettext_noop("done"),
        # Kinds of steps
        gettext_noop("check_host"),
        gettext_noop("check_discovery"),
        gettext_noop("pull_image"),
        gettext_noop("create_network"),
        gettext_noop("join_network"),
        gettext_noop("prepare_ticket"),
        gettext_noop("attach_store"),
        gettext_noop("create_dns"),
        gettext_noop("start_dns"),
        gettext_noop("await_dns"),
        gettext_noop("create_volume"),
        gettext_noop("create_member"),
        gettext_noop("start_member"),
        gettext_noop("await_registration"),
        gettext_noop("await_health"),
        gettext_noop("await_member"),
        gettext_noop("start_proxy"),
        gettext_noop("await_proxy"),
        gettext_noop("set_restart_policy"),
        gettext_noop("detach_store"),
        gettext_noop("remove_member"),
        gettext_noop("remove_volume"),
        gettext_noop("remove_dns"),
        gettext_noop("leave_network"),
        gettext_noop("remove_network"),
        gettext_noop("forget_cluster"),
        # Members, clusters and hosts as seen
        gettext_noop("started"),
        gettext_noop("unstarted"),
        gettext_noop("unreachable"),
        gettext_noop("crash_loop"),
        gettext_noop("lost"),
        gettext_noop("unknown"),
        gettext_noop("healthy"),
        gettext_noop("degraded"),
        gettext_noop("no_quorum"),
        gettext_noop("creating"),
        gettext_noop("deleting"),
        gettext_noop("usable"),
        gettext_noop("unusable"),
        # Members as asked, and where they run
        gettext_noop("voter"),
        gettext_noop("learner"),
        gettext_noop("proxy"),
        gettext_noop("process"),
        gettext_noop("docker"),
        gettext_noop("memory"),
        # Discovery tokens
        gettext_noop("asked"),
        gettext_noop("fresh"),
        gettext_noop("in_use"),
        gettext_noop("used"),
        gettext_noop("burnt"),
        gettext_noop("refused"),
        gettext_noop("expired"),
        # Doors
        gettext_noop("form"),
        gettext_noop("admin"),
        gettext_noop("rest"),
        gettext_noop("command"),
        gettext_noop("panel"),
        # What stands instead of a member's answer
        gettext_noop("connection refused"),
        gettext_noop("no route to host"),
        gettext_noop("deadline exceeded"),
        gettext_noop("unavailable"),
        gettext_noop("no leader"),
        # Units
        gettext_noop("bytes"),
        # Findings of a check
        gettext_noop("pass"),
        gettext_noop("note"),
        gettext_noop("warn"),
        gettext_noop("block"),
    )
)


def word(code: str) -> str:
    """A code word in the reader's language; anything else as it is."""
    return gettext(code) if code in _WORDS else code


def step(key: str) -> str:
    """What a step does and to what: the first of its words is the kind."""
    kind, space, target = key.partition(" ")
    return f"{word(kind)}{space}{target}"


def unit(name: str) -> str:
    """A unit of numbers with the blank before it."""
    return name.replace(name.strip(), word(name.strip()))


def actor(name: str) -> str:
    """Who asked: a person's name, or in brackets the door when it was nobody's."""
    if not name.startswith("("):
        return name
    return gettext("({door})").replace("{door}", word(name[1:-1]))


def several(codes: str) -> str:
    """Code words with commas between them."""
    return gettext(", ").join(word(code) for code in codes.split(", "))
