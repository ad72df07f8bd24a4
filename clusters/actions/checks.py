"""Ask for a look outside before anything is decided."""

from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from clusters.actions.asking import Asker, authorise
from clusters.actions.ringing import ring_check
from clusters.core.spec import ClusterSpec
from clusters.models import Check


def start_check(
    asker: Asker, spec: ClusterSpec, *, ports_may_move: bool = False
) -> Check:
    """Begin the preflight of a definition that is not written.

    `ports_may_move`: nobody named them, so that ports in use are no obstacle.
    """
    authorise(asker)
    Check.objects.filter(expires_at__lt=Now()).delete()
    check = Check.objects.create(
        spec=spec.as_json(), actor=asker.user, ports_may_move=ports_may_move
    )
    transaction.on_commit(partial(ring_check, check.pk))
    return check
