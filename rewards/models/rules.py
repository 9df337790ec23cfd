"""What a campaign promises, in versions that are never rewritten."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.terms import Kind, Ladder, Span, Terms, Tier
from core.locks import LockedOnceSet

KINDS = ((Kind.PERCENT.value, "Percent of the revenue"), (Kind.FLAT.value, "A flat amount"))
SPANS = (
    (Span.EVERY.value, "Every order"),
    (Span.FIRST.value, "A customer's first order"),
    (Span.FIRST_N.value, "A customer's first orders"),
    (Span.MONTHS.value, "A customer's first months"),
)
LADDERS = (
    (Ladder.NONE.value, "No tiers"),
    (Ladder.ORDERS.value, "By the advocate's number of orders"),
    (Ladder.REVENUE.value, "By the advocate's revenue"),
)


class Recipient(models.TextChoices):
    ADVOCATE = "advocate", "The advocate"
    CUSTOMER = "customer", "The customer"


class Approval(models.TextChoices):
    AUTOMATIC = "automatic", "By itself, after the hold"
    MANUAL = "manual", "By a person"


class Rule(models.Model):
    """One promise of a campaign, to the advocate or to the customer. What it says stands in its versions.

    ``stopped_at``: orders placed from then on earn nothing by it.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="rules")
    name = models.CharField(max_length=120)
    recipient = models.CharField("paid to", max_length=8, choices=Recipient.choices)
    created_at = models.DateTimeField(default=timezone.now)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            LockedOnceSet(
                field="campaign",
                along=["recipient"],
                name="rule_locked",
                violation_error_message="A rule keeps its campaign and whom it pays.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/rewards/rules/{self.pk}/"


def amount_field(words: str, help_text: str = "") -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(
        words, max_digits=16, decimal_places=4, null=True, blank=True, help_text=help_text
    )


_SAID = (
    *("rule", "number", "kind", "value", "currency", "span", "span_length", "minimum", "ladder", "tiers"),
    *("order_limit", "advocate_limit", "customer_limit", "budget", "quantity_property", "conditions"),
    *("hold_days", "approval", "starts_at"),
)


class RuleVersion(models.Model):
    """What a rule says. A draft until it is published; then it is never changed, only followed by another.

    An order earns by the newest version that is published and in force when the order was placed.
    """

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField("reward", max_length=7, choices=KINDS, default=Kind.PERCENT.value)
    value = models.DecimalField("how much", max_digits=16, decimal_places=4)
    currency = models.CharField(
        max_length=3, blank=True, help_text="Of all amounts here. Empty: a percentage of any currency."
    )
    span = models.CharField("for", max_length=7, choices=SPANS, default=Span.EVERY.value)
    span_length = models.PositiveIntegerField("how many", null=True, blank=True)
    minimum = amount_field("minimum revenue", "Smaller orders earn nothing.")
    ladder = models.CharField("tiers", max_length=7, choices=LADDERS, blank=True, default=Ladder.NONE.value)
    tiers = models.JSONField(default=list, blank=True, help_text="pairs of start and value, as text")
    order_limit = amount_field("at most for an order")
    advocate_limit = amount_field("at most for an advocate")
    customer_limit = amount_field("at most for a customer")
    budget = amount_field("at most in all", "The last reward gets what is left.")
    quantity_property = models.CharField(
        "times", max_length=64, blank=True, help_text="An order property that a flat amount is multiplied by."
    )
    conditions = models.CharField(
        max_length=2000,
        blank=True,
        help_text="Filters of the Orders table, as they stand in its address. Empty: all orders.",
    )
    hold_days = models.PositiveSmallIntegerField(
        "hold, in days",
        default=30,
        validators=[MaxValueValidator(3650)],
        help_text="Counted from the order, so that it can still be refunded.",
    )
    approval = models.CharField(max_length=9, choices=Approval.choices, default=Approval.AUTOMATIC)
    starts_at = models.DateTimeField(
        "counts for orders from", null=True, blank=True, help_text="Empty: all orders of the campaign."
    )
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            LockedOnceSet(
                field="published_at",
                along=_SAID,
                name="rule_version_locked",
                violation_error_message="A published version is never changed; make another.",
            ),
            models.UniqueConstraint(fields=["rule", "number"], name="rule_version_number"),
            models.UniqueConstraint(
                fields=["rule"], condition=Q(published_at__isnull=True), name="rule_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(value__gt=0) & (Q(kind="flat") | Q(value__lte=100)), name="rule_version_value"
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex=r"^[A-Z]{3}$"), name="rule_version_currency"
            ),
        ]
        ordering: ClassVar[list[str]] = ["rule", "number"]

    def __str__(self) -> str:
        return f"{self.rule}, version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    def terms(self) -> Terms:
        return Terms(
            kind=Kind(self.kind),
            value=self.value,
            currency=self.currency,
            span=Span(self.span),
            span_length=self.span_length,
            minimum=self.minimum,
            ladder=Ladder(self.ladder),
            tiers=tuple(Tier(Decimal(start), Decimal(value)) for start, value in self.tiers),
            order_limit=self.order_limit,
            advocate_limit=self.advocate_limit,
            customer_limit=self.customer_limit,
            budget=self.budget,
            by_quantity=bool(self.quantity_property),
        )
