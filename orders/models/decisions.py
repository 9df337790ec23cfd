"""What became of an order's claims, with the whole trace."""

from django.db import models
from django.db.models.functions import Now

from core.locks import AppendOnly
from orders.models.orders import Order
from referrals.models import ReferralAttribution


class Decision(models.Model):
    """One judgement on who referred an order. The latest one stands; none is ever changed.

    ``trace`` lists every claim looked at, what it resolved to and why it won or lost, by ids and codes;
    e-mail addresses stand in ``personal``, which privacy erasure may blank.
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

    class Meta:
        constraints = [AppendOnly(name="decision_append_only", erasable=["personal"])]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"
