"""The ledger: every change of money, written once."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from core.locks import AppendOnly
from referrals.models import Contact
from rewards.models.payouts import NothingInClosedPeriods, Payout
from rewards.models.rewards import Reward


class Account(models.TextChoices):
    """Where money stands. What an entry credits to one account it debits to another."""

    COST = "cost", "Cost of rewards"
    PENDING = "pending", "Earned, not approved"
    OWED = "owed", "Owed"
    PROCESSING = "processing", "Being paid"
    PAID = "paid", "Paid"


class Entry(models.Model):
    """``amount`` moves from one account to another. So every entry balances, and all of them together do.

    An account's balance is the sum of its credits less the sum of its debits; nothing keeps it beside.
    ``contact`` is whose money it is.
    """

    at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, help_text="a past tense: accrued, adjusted, approved, …")
    debit = models.CharField(max_length=10, choices=Account.choices)
    credit = models.CharField(max_length=10, choices=Account.choices)
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    currency = models.CharField(max_length=3)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="entries", db_index=False)
    reward = models.ForeignKey(Reward, null=True, on_delete=models.PROTECT, related_name="entries")
    payout = models.ForeignKey(Payout, null=True, on_delete=models.PROTECT, related_name="entries")
    reason = models.CharField(max_length=500, blank=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=254, null=True)

    class Meta:
        constraints = [
            AppendOnly(name="entry_append_only", erasable=["actor_label"]),
            NothingInClosedPeriods(name="entry_not_in_closed_period"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="entry_moves_something"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="entry_moves_somewhere"),
            models.CheckConstraint(
                condition=Q(debit__in=Account.values) & Q(credit__in=Account.values), name="entry_accounts"
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="entry_currency"),
        ]
        # One contact's statement, and a period of everybody's.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["contact", "at", "id"], name="entry_of_contact"),
            models.Index(fields=["at", "id"], name="entry_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.amount} {self.currency} from {self.debit} to {self.credit}"
