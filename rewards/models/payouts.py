"""Money on its way out: a run cuts what is owed into payouts, one for each person; and closed periods."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.locks import AppendOnly, LockedOnceSet, TriggerConstraint
from referrals.models import Contact


class PayoutRun(models.Model):
    """What was owed in one currency at one moment to everybody above a minimum."""

    currency = models.CharField(max_length=3)
    minimum = models.DecimalField(max_digits=16, decimal_places=4)
    created_at = models.DateTimeField(default=timezone.now)
    made_by = models.CharField(max_length=254, null=True)

    class Meta:
        constraints = [
            LockedOnceSet(field="currency", along=["minimum", "created_at"], name="payout_run_locked")
        ]

    def __str__(self) -> str:
        return f"Payout {self.pk}"

    def get_absolute_url(self) -> str:
        return f"/payouts/runs/{self.pk}/"


class Payout(models.Model):
    """What one person gets in a run. What failed is owed again, and the next run takes it."""

    class Status(models.TextChoices):
        PROCESSING = "processing", "Processing"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"

    run = models.ForeignKey(PayoutRun, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="payouts", db_index=False)
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PROCESSING)
    note = models.CharField(max_length=500, blank=True, help_text="a reference, or why it failed")
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            LockedOnceSet(
                field="run",
                along=["contact", "amount", "currency"],
                name="payout_locked",
                violation_error_message="What a payout pays never changes.",
            ),
            models.UniqueConstraint(fields=["run", "contact"], name="payout_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_positive"),
            models.CheckConstraint(
                condition=Q(status="processing", settled_at__isnull=True)
                | Q(status__in=["paid", "failed"], settled_at__isnull=False),
                name="payout_settled_at",
            ),
        ]
        # The sorts and the usual filters of the list.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="payout_by_age"),
            models.Index(fields=["contact", "created_at", "id"], name="payout_by_contact"),
            models.Index(fields=["status", "created_at", "id"], name="payout_by_status"),
            models.Index(fields=["amount", "created_at", "id"], name="payout_by_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} to {self.contact}"


class Period(models.Model):
    """Everything before ``ends_at`` is closed: no entry is added there any more.

    ``sums`` are the balances at that moment, as they were signed: currency → account → amount.
    """

    ends_at = models.DateTimeField(unique=True)
    closed_at = models.DateTimeField(default=timezone.now)
    closed_by = models.CharField(max_length=254, null=True)
    sums = models.JSONField(default=dict)

    class Meta:
        constraints = [AppendOnly(name="period_append_only", erasable=["closed_by"])]

    def __str__(self) -> str:
        return f"until {self.ends_at:%Y-%m-%d}"


_NOT_BEFORE = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $lock$
BEGIN
{body}
END $lock$;
DROP TRIGGER IF EXISTS {function} ON {table};
CREATE TRIGGER {function} AFTER INSERT ON {table} REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {function};
"""


_CLOSED = """
  IF EXISTS (SELECT 1 FROM written WHERE at < (SELECT max(ends_at) FROM rewards_period)) THEN
    REFUSE;
  END IF;
  RETURN NULL;"""


class NothingInClosedPeriods(TriggerConstraint):
    """No row is added at a moment of a closed period. Looked at once for each statement, not for each row."""

    version = 1

    def __init__(
        self,
        *,
        name: str,
        violation_error_message: str | None = None,
        violation_error_code: str | None = None,
        version: int = 1,
    ) -> None:
        self.version = version
        message = self._message("This period is closed.", violation_error_message)
        super().__init__(name=name, **message)

    def _body(self, model: type[models.Model], quote: Any) -> str:
        refusal = self._refusal(model, quote, "this period is closed")
        return _CLOSED.replace("REFUSE;", refusal)

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return _NOT_BEFORE.format(
            function=quote(self.name), table=quote(model._meta.db_table), body=self._body(model, quote)
        )

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = "default", **_: Any
    ) -> None:
        """The ledger is written by statements, never by a form."""
