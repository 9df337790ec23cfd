"""What became of an order's claims, with the whole trace."""

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.locks import AppendOnly
from orders.models.orders import Order
from referrals.models import ReferralAttribution


class Decision(models.Model):
    """One judgement on who referred an order. The latest one stands; none is ever changed.

    ``trace`` lists every claim looked at, what it resolved to and why it won or lost, by ids and codes;
    e-mail addresses stand in ``personal``, which privacy erasure may blank. ``sealed_as`` and ``link`` are
    its place in the chain of seals, given once, after it was committed; see ``orders.proof``.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=24)
    referral_attribution = models.ForeignKey(
        ReferralAttribution, null=True, on_delete=models.PROTECT, related_name="decisions", db_index=False
    )
    decided_by = models.CharField(max_length=12, default="rule", help_text="rule, user, key or automation")
    trace = models.JSONField(default=dict)
    personal = models.JSONField(null=True)
    transaction = models.BigIntegerField(
        db_default=Func(
            Func(function="pg_current_xact_id", template="%(function)s()::text"),
            template="(%(expressions)s)::bigint",
            output_field=models.BigIntegerField(),
        ),
        editable=False,
        help_text="who seals stops below the oldest transaction that still runs",
    )
    sealed_as = models.BigIntegerField(null=True, editable=False, help_text="its number in the chain")
    link = models.BinaryField(null=True, max_length=32)

    class Meta:
        constraints = [
            AppendOnly(name="decision_append_only", erasable=["personal"], sealable=["sealed_as", "link"]),
            models.UniqueConstraint(fields=["sealed_as"], name="decision_sealed_once"),
            models.CheckConstraint(
                condition=Q(sealed_as=None, link=None) | Q(sealed_as__isnull=False, link__isnull=False),
                name="decision_sealed_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], condition=Q(sealed_as=None), name="decision_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"


class Seal(models.Model):
    """How far the chain had come at a moment: its last number, and the link that stands there.

    Whoever keeps one of these elsewhere can tell later that nothing before it was changed.
    """

    number = models.BigIntegerField(unique=True)
    link = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [AppendOnly(name="seal_append_only")]

    def __str__(self) -> str:
        return f"{self.number}:{bytes(self.link).hex()}"


class ProofCheck(models.Model):
    """One time that the whole chain was gone through, and the first link that did not hold."""

    checked_at = models.DateTimeField(default=timezone.now)
    links = models.BigIntegerField(help_text="how many held, from the first one on")
    broken = models.CharField(
        max_length=300, blank=True, help_text="what is wrong with the next; empty: nothing"
    )
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+")
    seconds = models.FloatField(default=0)

    class Meta:
        constraints = [AppendOnly(name="proof_check_append_only")]

    def __str__(self) -> str:
        return self.broken or f"{self.links:,} links hold"
