"""The tie between an advocate and the person they referred."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from campaigns.models import Campaign
from core.locks import LockedOnceSet
from referrals.models.contacts import Contact


class ReferralAttribution(models.Model):
    """Advocate + referred contact + campaign. The triple never changes; it may be active or not.

    At most one is active per contact and campaign. Deactivating one touches no order that carries it.
    """

    advocate = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="referrals_made", db_index=False
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="referred_by", db_index=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="attributions", db_index=False
    )
    referred_at = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    flagged = models.BooleanField(default=False)
    source = models.CharField(max_length=24, default="dashboard", help_text="the door through which it came")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            LockedOnceSet(
                field="advocate",
                along=["contact", "campaign", "referred_at"],
                name="attribution_triple_locked",
                violation_error_message="Who referred whom never changes: deactivate it, activate another.",
            ),
            models.UniqueConstraint(
                fields=["contact", "campaign"],
                condition=Q(is_active=True),
                name="attribution_active_once",
                violation_error_message="This contact has an active attribution in this campaign already.",
            ),
            models.UniqueConstraint(
                fields=["contact", "campaign", "advocate"], name="attribution_triple_once"
            ),
            # What the composite foreign key of an order points at.
            models.UniqueConstraint(
                fields=["id", "campaign", "contact", "advocate"], name="attribution_whole"
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, deactivated_at__isnull=True)
                | Q(is_active=False, deactivated_at__isnull=False),
                name="attribution_deactivated_at",
            ),
        ]
        # Each index serves the list: the sort of its column, and its filter in the order of the date.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["referred_at", "id"], name="attribution_by_date"),
            models.Index(fields=["advocate", "referred_at", "id"], name="attribution_by_advocate"),
            models.Index(fields=["contact", "referred_at", "id"], name="attribution_by_contact"),
            models.Index(fields=["campaign", "referred_at", "id"], name="attribution_by_campaign"),
            models.Index(
                fields=["referred_at", "id"], name="attribution_inactive", condition=Q(is_active=False)
            ),
            models.Index(fields=["referred_at", "id"], name="attribution_flagged", condition=Q(flagged=True)),
        ]

    def __str__(self) -> str:
        return f"{self.advocate} → {self.contact} in {self.campaign}"

    def get_absolute_url(self) -> str:
        return f"/attributions/{self.pk}/"
