"""What is owed for an order, to whom, and why; and why nothing is."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaigns.models import Campaign
from core.locks import LockedOnceSet
from orders.models import Order
from referrals.models import Contact
from rewards.models.payouts import Payout
from rewards.models.rules import Rule, RuleVersion


class Status(models.TextChoices):
    PENDING = "pending", "Pending"
    FLAGGED = "flagged", "Flagged"
    APPROVED = "approved", "Approved"
    PROCESSING = "processing", "Processing"
    FULFILLED = "fulfilled", "Fulfilled"
    DENIED = "denied", "Denied"


def amount_field(help_text: str) -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0), help_text=help_text)


class Reward(models.Model):
    """One for each order, rule and recipient, ever. It keeps the version that made it, and what that saw.

    What the ledger holds for it is ``amount + corrected``, nothing while it is denied. ``amount`` is what it
    is worth until it is paid and never changes after; what is taken back or added later is ``corrected``.
    Campaign, advocate and customer are the order's, kept here for lists and limits.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="rewards", db_index=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="rewards", db_index=False)
    version = models.ForeignKey(RuleVersion, on_delete=models.PROTECT, related_name="rewards", db_index=False)
    recipient = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="rewards", db_index=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="rewards", db_index=False, db_constraint=False
    )
    advocate = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    customer = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    currency = models.CharField(max_length=3)
    revenue = amount_field("of the order, as it was last reckoned with")
    earned = amount_field("by the rule, before refunds: what its limits count")
    amount = amount_field("after refunds")
    corrected = models.DecimalField(
        max_digits=16,
        decimal_places=4,
        default=Decimal(0),
        help_text="added since it was paid, or taken back",
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    reason = models.CharField(max_length=500, blank=True, help_text="why it is flagged or denied")
    inputs = models.JSONField(default=dict, help_text="what the version saw, besides the order")
    due_at = models.DateTimeField(null=True, help_text="when it approves itself; empty: when somebody does")
    created_at = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True)
    payout = models.ForeignKey(
        Payout, null=True, on_delete=models.PROTECT, related_name="rewards", db_index=False
    )
    moved_from = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="moved_to", help_text="a correction"
    )

    class Meta:
        constraints = [
            LockedOnceSet(
                field="order",
                along=["rule", "version", "recipient", "campaign", "currency", "moved_from"],
                name="reward_locked",
                violation_error_message="What a reward is for never changes.",
            ),
            models.UniqueConstraint(fields=["order", "rule", "recipient"], name="reward_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0) & Q(earned__gte=0) & Q(corrected__gte=-F("amount")),
                name="reward_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(corrected=0) | Q(status__in=["processing", "fulfilled"]),
                name="reward_corrected_when_paid",
            ),
            models.CheckConstraint(condition=~Q(status="denied") | Q(amount=0), name="reward_denied_is_none"),
            models.CheckConstraint(
                condition=Q(payout__isnull=True) | Q(status__in=["processing", "fulfilled"]),
                name="reward_in_payout",
            ),
        ]
        # The first five serve the list: the sort of a column, or a filter in the order of the date. The next
        # two answer what an advocate or a customer earned by a rule, the last ones what approves itself, and
        # what a payout pays.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="reward_by_age"),
            models.Index(fields=["recipient", "created_at", "id"], name="reward_by_recipient"),
            models.Index(fields=["status", "created_at", "id"], name="reward_by_status"),
            models.Index(fields=["campaign", "created_at", "id"], name="reward_by_campaign"),
            models.Index(fields=["amount", "created_at", "id"], name="reward_by_amount"),
            models.Index(fields=["rule", "advocate"], name="reward_of_advocate"),
            models.Index(fields=["rule", "customer"], name="reward_of_customer"),
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status="pending", due_at__isnull=False),
                name="reward_due",
            ),
            models.Index(fields=["payout"], condition=Q(payout__isnull=False), name="reward_of_payout"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} for {self.order}"

    def get_absolute_url(self) -> str:
        return f"/rewards/{self.pk}/"

    @property
    def worth(self) -> Decimal:
        """What the ledger holds for it."""
        return self.amount + self.corrected

    @property
    def is_paid(self) -> bool:
        """Whether its money is on the way or gone: what changes from then on is a correction."""
        return self.status in {Status.PROCESSING, Status.FULFILLED}


class Miss(models.Model):
    """Why an attributed order earned nothing by a rule, when that was last looked at."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="misses", db_index=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="misses", db_index=False)
    reason = models.CharField(max_length=24)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "rule"], name="miss_once")]

    def __str__(self) -> str:
        return f"{self.order}: {self.reason}"
