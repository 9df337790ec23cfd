"""The order: who bought, what it was worth, how it happened, and who referred the buyer."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from campaigns.models import Campaign
from core.imports.models import Import
from core.locks import CompositeForeignKey, LockedOnceSet
from referrals.attribution import Claims, Verdict
from referrals.models import Contact, ReferralAttribution


class Source(models.TextChoices):
    API = "api", "API"
    CSV = "csv", "CSV"
    DASHBOARD = "dashboard", "Dashboard"
    AUTOMATION = "automation", "Automation"
    HUBSPOT = "hubspot", "HubSpot"
    SALESFORCE = "salesforce", "Salesforce"
    SHOPIFY = "shopify", "Shopify"
    STRIPE = "stripe", "Stripe"


class Status(models.TextChoices):
    """Derived from an order's refunds and whether it was voided; never set by hand."""

    RECORDED = "recorded", "Recorded"
    PARTLY_REFUNDED = "partly_refunded", "Partly refunded"
    REFUNDED = "refunded", "Refunded"
    DISPUTED = "disputed", "Disputed"
    CANCELLED = "cancelled", "Cancelled"
    VOIDED = "voided", "Voided"


_NAMED = frozenset({"referral_attribution", "referral_attribution_id"})
_DECIDED = ("campaign", "referral_attribution", "advocate", "attributed_at", "reason", "attention")


class Order(models.Model):
    """A purchase, deal or other revenue event.

    Rows are written by ``orders.intake`` alone, through ``Order.writes``. A plain ``save()`` goes
    through the same rule by model signals. Once ``referral_attribution`` is set, the database holds
    it, its advocate, the campaign and the customer for good, and keeps them in agreement.
    """

    order_id = models.CharField(max_length=255, help_text="the merchant's own id")
    customer = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="orders", db_index=False)
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    referral_attribution = models.ForeignKey(
        ReferralAttribution, null=True, blank=True, on_delete=models.PROTECT, related_name="orders"
    )
    advocate = models.ForeignKey(
        Contact,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="referred_orders",
        db_index=False,
        help_text="the attribution's advocate, kept here for the table's filters and sorting",
    )
    attributed_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=24, default="no_claim", help_text="why attributed, or why not")
    attention = models.CharField(
        max_length=24, blank=True, default="", help_text="what somebody should look at"
    )
    revenue_amount = models.DecimalField(max_digits=16, decimal_places=4)
    refunded_amount = models.DecimalField(max_digits=16, decimal_places=4, default=Decimal(0))
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.RECORDED)
    external_status = models.CharField(max_length=255, blank=True, default="")
    hubspot_dealstage = models.CharField("HubSpot deal stage", max_length=255, blank=True, default="")
    ordered_at = models.DateTimeField()
    source = models.CharField(max_length=16, choices=Source.choices)
    is_test = models.BooleanField(
        default=False, help_text="a trial: kept apart from lists and totals, never rewarded"
    )
    source_details = models.JSONField(default=dict, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    properties = models.JSONField(default=dict, blank=True)
    clocks = models.JSONField(
        default=dict, blank=True, editable=False, help_text="by field: when the source last said it"
    )
    imported_in = models.ForeignKey(
        Import, null=True, blank=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=500, blank=True, default="")

    objects: ClassVar[models.Manager["Order"]] = models.Manager()
    writes: ClassVar[models.Manager["Order"]] = models.Manager()

    # Of an order that is about to be saved: its claims, which are decided on and never stored as they came;
    # and what the receivers in orders.signals hand from before the save to after it.
    claims: Claims | None = None
    verdict: Verdict | None = None
    changed: dict[str, Any] | None = None

    class Meta:
        constraints = [
            LockedOnceSet(
                field="referral_attribution",
                along=["campaign", "customer", "advocate", "attributed_at"],
                name="order_attribution_locked",
                violation_error_message="The attribution of this order is permanent.",
            ),
            LockedOnceSet(
                field="order_id",
                along=["currency", "source", "is_test"],
                name="order_identity_locked",
                violation_error_message="An order's id, currency and source never change.",
            ),
            CompositeForeignKey(
                fields=["referral_attribution", "campaign", "customer", "advocate"],
                to="referrals.ReferralAttribution",
                to_fields=["id", "campaign", "contact", "advocate"],
                name="order_attribution_agrees",
                violation_error_message="Customer, campaign and advocate must be those of the attribution.",
            ),
            models.CheckConstraint(
                condition=Q(
                    referral_attribution__isnull=True, advocate__isnull=True, attributed_at__isnull=True
                )
                | Q(
                    referral_attribution__isnull=False,
                    advocate__isnull=False,
                    campaign__isnull=False,
                    attributed_at__isnull=False,
                ),
                name="order_attribution_whole",
            ),
            models.UniqueConstraint(
                fields=["order_id"],
                condition=Q(voided_at__isnull=True),
                name="order_id_once",
                violation_error_message="There is an order with this id already.",
            ),
            models.CheckConstraint(condition=Q(revenue_amount__gte=0), name="order_revenue_not_negative"),
            models.CheckConstraint(
                condition=Q(refunded_amount__gte=0) & Q(refunded_amount__lte=F("revenue_amount")),
                name="order_refund_within_revenue",
            ),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="order_currency_code"),
            models.CheckConstraint(condition=~Q(order_id=""), name="order_id_given"),
        ]
        # Each index serves the Orders table: the sort of its column, and its filter in the order of the date.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ordered_at", "id"], name="order_by_date"),
            models.Index(fields=["customer", "ordered_at", "id"], name="order_by_customer"),
            models.Index(fields=["campaign", "ordered_at", "id"], name="order_by_campaign"),
            models.Index(fields=["advocate", "ordered_at", "id"], name="order_by_advocate"),
            models.Index(fields=["revenue_amount", "ordered_at", "id"], name="order_by_revenue"),
            models.Index(fields=["currency", "ordered_at", "id"], name="order_by_currency"),
            models.Index(fields=["source", "ordered_at", "id"], name="order_by_source"),
            models.Index(fields=["status", "ordered_at", "id"], name="order_by_status"),
            models.Index(fields=["reason", "ordered_at", "id"], name="order_by_reason"),
            models.Index(fields=["external_status", "ordered_at", "id"], name="order_by_external"),
            models.Index(fields=["hubspot_dealstage", "ordered_at", "id"], name="order_by_dealstage"),
            models.Index(fields=["created_at", "ordered_at", "id"], name="order_by_arrival"),
            models.Index(
                fields=["attention", "ordered_at", "id"],
                condition=~Q(attention=""),
                name="order_needs_attention",
            ),
            models.Index(
                fields=["currency", "revenue_amount", "id"],
                condition=~Q(attention=""),
                name="order_attention_by_revenue",
            ),
            models.Index(
                fields=["ip_address", "ordered_at"],
                condition=Q(ip_address__isnull=False),
                name="order_by_address",
            ),
            models.Index(
                fields=["ordered_at", "id"], condition=Q(voided_at__isnull=False), name="order_voided_by_date"
            ),
            models.Index(
                fields=["ordered_at", "id"], condition=Q(refunded_amount__gt=0), name="order_refunded_by_date"
            ),
            models.Index(
                fields=["imported_in", "ordered_at", "id"],
                condition=Q(imported_in__isnull=False),
                name="order_by_import",
            ),
            GinIndex(OpClass("order_id", name="gin_trgm_ops"), name="order_id_search"),
        ]

    def __str__(self) -> str:
        return self.order_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        """In one transaction with the attribution, the decision and the events that come with it."""
        fields = kwargs.get("update_fields")
        if fields is not None and (self.claims or not _NAMED.isdisjoint(fields)):
            kwargs["update_fields"] = {*fields, *_DECIDED}
        with transaction.atomic():
            super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/orders/{self.pk}/"

    @property
    def is_attributed(self) -> bool:
        return self.referral_attribution_id is not None

    @property
    def net_amount(self) -> Decimal:
        return self.revenue_amount - self.refunded_amount
