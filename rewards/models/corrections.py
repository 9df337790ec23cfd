"""A wrong credit, mended by moving the reward: dated, reasoned, and where so configured seen by two."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.accounts.models import User
from core.locks import LockedOnceSet
from referrals.models import Contact
from rewards.models.rewards import Reward


class Policy(models.Model):
    """How this program deals with rewards. There is one row, made when it is first changed."""

    corrections_need_two = models.BooleanField(
        "Corrections need a second person",
        default=False,
        help_text="Who asks for a correction cannot confirm it.",
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="policy_is_one")]

    def __str__(self) -> str:
        return "Policy"


class Correction(models.Model):
    """Somebody’s wish to move a reward to whom it belongs. The order’s attribution stays as it is."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting for a second person"
        DONE = "done", "Done"
        REFUSED = "refused", "Refused"

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="corrections")
    to = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=500)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            LockedOnceSet(
                field="reward", along=["to", "reason", "asked_at", "asked_by"], name="correction_locked"
            ),
            models.UniqueConstraint(
                fields=["reward"], condition=Q(status="waiting"), name="correction_waits_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reward} to {self.to}"
