"""What was taken back of an order, and how."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.locks import LockedOnceSet
from orders.models.orders import Order


class Refund(models.Model):
    """One refund, dispute, cancellation or lost deal, keyed by the source's own id.

    Only what succeeded counts. The currency is the order's.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        DISPUTE = "dispute", "Dispute"
        CANCELLATION = "cancellation", "Cancellation"
        LOST = "lost", "Lost"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    refund_id = models.CharField(max_length=255, help_text="the source's own id")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.REFUND)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.SUCCEEDED)
    amount = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0))
    currency = models.CharField(max_length=3)
    note = models.CharField(max_length=500, blank=True)
    refunded_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            LockedOnceSet(
                field="refund_id", along=["order", "kind", "amount", "currency"], name="refund_locked"
            ),
            models.UniqueConstraint(fields=["order", "refund_id"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="refund_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} of {self.order}"
