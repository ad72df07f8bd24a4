"""Which names are taken."""

from clusters.core.errors import Problem
from clusters.core.text import say
from clusters.models import Cluster, Store


def name_problems(name: str) -> tuple[Problem, ...]:
    """Why no cluster can be given this name now; nothing when it is free."""
    if not Cluster.objects.filter(name=name).exists():
        return _store_problems(name)
    text = say("There is a cluster {name} already; choose another name.", name=name)
    return (Problem(field="name", code="name_taken", text=text),)


def _store_problems(name: str) -> tuple[Problem, ...]:
    """A store is one of the names that members may dial."""
    if not Store.objects.filter(name=name).exists():
        return ()
    text = say("There is a discovery store {name} already.", name=name)
    return (Problem(field="name", code="name_taken", text=text),)


def free_name(stem: str) -> str:
    """The first of stem-1, stem-2, … that no cluster has."""
    taken = set(
        Cluster.objects.filter(name__startswith=f"{stem}-").values_list(
            "name", flat=True
        )
    )
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
