"""An operation: something being done to a cluster, or that was."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings as django_settings  # noqa: TID251 (the user model)
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models.cluster import Cluster


class State(models.TextChoices):
    """The life of an operation. After an end nothing changes any more."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")  # something was touched; says what next
    REJECTED = "rejected", _("rejected")  # a precondition; nothing was touched
    CANCELLED = "cancelled", _("cancelled")
    NEEDS_OPERATOR = "needs_operator", _("needs an operator")
    ERRORED = "errored", _("errored")  # the panel has a bug


ACTIVE = (State.QUEUED.value, State.RUNNING.value)


class Kind(models.TextChoices):
    """What can be done to a cluster."""

    CREATE = "create", _("create")
    DELETE = "delete", _("delete")
    REPAIR = "repair", _("repair")


class Via(models.TextChoices):
    """Through which door it came."""

    FORM = "form", _("form")
    ADMIN = "admin", _("admin site")
    REST = "rest", _("REST")
    COMMAND = "command", _("command line")
    PANEL = "panel", _("the panel itself")


class Operation(models.Model):
    """One request and the frozen plan of it; it outlives its cluster.

    `fence` rises with each claim; every later write names (owner, fence), so that a
    worker that lost its lease changes nothing more. Times that decide about leases
    are the database's.
    """

    id = models.UUIDField(_("ID"), primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices)
    cluster = models.ForeignKey(
        Cluster,
        null=True,
        on_delete=models.SET_NULL,
        related_name="operations",
    )
    cluster_name = models.CharField(_("cluster"), max_length=40)
    state = models.CharField(
        _("state"), max_length=20, choices=State.choices, default=State.QUEUED
    )
    # The end a roll-back leads to
    ending = models.CharField(_("end in sight"), max_length=20, blank=True)
    code = models.CharField(_("code"), max_length=60, blank=True)
    explanation = models.JSONField(default=dict)
    advice = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    remedy = models.CharField(_("remedy"), max_length=30, blank=True)

    request = models.JSONField(default=dict)
    request_hash = models.CharField(max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    actor_name = models.CharField(_("by"), max_length=150, blank=True)
    via = models.CharField(_("door"), max_length=10, choices=Via.choices)

    plan = models.JSONField(null=True)
    plan_version = models.PositiveSmallIntegerField(default=1)
    touched = models.BooleanField(_("something was touched"), default=False)
    keep = models.BooleanField(_("keep on failure"), default=False)

    owner = models.CharField(_("owner"), max_length=120, blank=True)
    fence = models.PositiveBigIntegerField(_("fence"), default=0)
    writes = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    next_run_at = models.DateTimeField(_("next run"), db_default=Now())
    rung_at = models.DateTimeField(_("last rung"), null=True)
    crashes = models.PositiveSmallIntegerField(_("crashes"), default=0)
    deadline = models.DateTimeField(_("deadline"), null=True)
    cancel_requested_at = models.DateTimeField(_("cancel asked"), null=True)
    cancel_actor = models.CharField(_("cancelled by"), max_length=150, blank=True)
    last_event = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("began"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cluster_name"],
                condition=Q(state__in=ACTIVE),
                name="one_active_operation_for_a_cluster",
            ),
            models.UniqueConstraint(
                fields=["actor_name", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="one_operation_for_an_idempotency_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_run_at"],
                condition=Q(state__in=ACTIVE),
                name="operation_waiting",
            ),
            models.Index(
                fields=["cluster_name", "-created_at"], name="operation_history"
            ),
        ]

    def __str__(self) -> str:
        kind, state = self.get_kind_display(), self.get_state_display()
        return f"{kind} {self.cluster_name}: {state}"

    @property
    def is_over(self) -> bool:
        return self.state not in ACTIVE

    def overtaken_by(self) -> "Operation | None":
        """A later operation of the same name that succeeded, if there is one."""
        later = Operation.objects.filter(
            cluster_name=self.cluster_name,
            created_at__gt=self.created_at,
            state=State.SUCCEEDED,
        )
        return later.first()

    @classmethod
    def claimable(cls) -> models.QuerySet[Self]:
        """What a worker may take now: waiting, or left by an owner that is gone."""
        free = Q(owner="") | Q(lease_until__lt=Now())
        return cls.objects.filter(free, state__in=ACTIVE, next_run_at__lte=Now())

    def claim(
        self,
        owner: str,
        lease: timedelta,
        before_commit: Callable[[Self], None] = lambda _: None,
    ) -> bool:
        """Take the operation with one conditional update; False: somebody has it.

        `before_commit` runs for the winner while nobody else can see the claim.
        """
        with transaction.atomic():
            taken = (
                self.claimable()
                .filter(pk=self.pk)
                .update(
                    owner=owner,
                    fence=F("fence") + 1,
                    lease_until=Now() + lease,
                    state=State.RUNNING,
                    started_at=Coalesce("started_at", Now()),
                    crashes=models.Case(
                        models.When(owner="", then=F("crashes")),
                        default=F("crashes") + 1,
                    ),
                )
            )
            if taken:
                self.refresh_from_db()
                before_commit(self)
        return bool(taken)

    def held(self) -> models.QuerySet[Self]:
        """This row, as long as this owner's lease on it holds."""
        return type(self).objects.filter(
            pk=self.pk, owner=self.owner, fence=self.fence, lease_until__gt=Now()
        )

    @classmethod
    def open_for(
        cls, cluster: Cluster, kind: Kind, request: Mapping[str, Any], **asked: Any
    ) -> Self:
        """Write a new operation; IntegrityError while another one is active.

        `asked` says who asked and through which door.
        """
        with transaction.atomic():
            return cls.objects.create(
                kind=kind,
                cluster=cluster,
                cluster_name=cluster.name,
                request=dict(request),
                **asked,
            )

    @classmethod
    def release_dead(cls, pk: uuid.UUID, owner: str, fence: int) -> bool:
        """Free an operation whose owner is known to be dead."""
        freed = cls.objects.filter(pk=pk, owner=owner, fence=fence, state__in=ACTIVE)
        return bool(freed.update(owner="", crashes=F("crashes") + 1))
