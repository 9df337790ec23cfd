"""The program and its campaigns, and who may see which."""

import datetime as dt
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from core.accounts.models import ApiKey, Invitation, User
from core.locks import LockedOnceSet


class Program(models.Model):
    """This installation. There is one row, made with the tables."""

    name = models.CharField(max_length=80, default="Ambassador")
    currency = models.CharField(max_length=3, default="USD", help_text="For orders that name none.")
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="Dates are shown and cut in this zone."
    )
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="program_is_one")]

    def __str__(self) -> str:
        return self.name


class Touch(models.TextChoices):
    LAST = "last", "Last click"
    FIRST = "first", "First click"


class FraudRule(models.TextChoices):
    """What becomes of a claim that looks wrong in one way."""

    BLOCK = "block", "Block: it does not count"
    FLAG = "flag", "Flag: it counts, rewards wait for a look"
    ALLOW = "allow", "Allow"


class Campaign(models.Model):
    """Advocates refer buyers within a campaign, on its terms and in its time.

    Its state is a matter of dates: it is live from ``launched_at`` (never set: a draft), within
    ``starts_at`` … ``ends_at``, and outside its last pause. So any moment can be judged, not only now.
    """

    uid = models.CharField(
        max_length=64,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9_-]+$", "Letters, digits, hyphens and underscores.")],
        help_text="How files, integrations and the API call it. It never changes.",
    )
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    landing_page = models.URLField(
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Where share links lead.",
    )
    currency = models.CharField(
        max_length=3, blank=True, help_text="For its orders that name none; empty: the program's."
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    launched_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_from = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    window_days = models.PositiveSmallIntegerField(
        "tracking window",
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Days for which a click counts, 1 to 365.",
    )
    touch = models.CharField(max_length=5, choices=Touch.choices, default=Touch.LAST)
    self_referral = models.CharField(
        max_length=5,
        choices=FraudRule.choices,
        default=FraudRule.BLOCK,
        help_text="When somebody buys with their own code.",
    )
    same_company = models.CharField(
        max_length=5,
        choices=FraudRule.choices,
        default=FraudRule.ALLOW,
        help_text="When both have addresses of one company.",
    )
    disposable_email = models.CharField(
        "throw-away address",
        max_length=5,
        choices=FraudRule.choices,
        default=FraudRule.FLAG,
        help_text="When the customer's mailbox lives for minutes.",
    )
    ip_burst = models.CharField(
        "many from one IP",
        max_length=5,
        choices=FraudRule.choices,
        default=FraudRule.ALLOW,
        help_text="When one advocate brings many customers from one IP address within a day.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            LockedOnceSet(
                field="uid",
                name="campaign_uid_locked",
                violation_error_message="A campaign's uid never changes.",
            ),
            models.UniqueConstraint(
                Lower("uid"),
                name="campaign_uid_once",
                violation_error_message="There is a campaign with this uid.",
            ),
            models.CheckConstraint(condition=Q(window_days__range=(1, 365)), name="campaign_window_days"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(starts_at__isnull=True)
                | Q(ends_at__gt=models.F("starts_at")),
                name="campaign_ends_after_start",
                violation_error_message="A campaign ends after it starts.",
            ),
        ]
        # Each index serves the sort of its column in the list of campaigns.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["name", "id"], name="campaign_by_name"),
            models.Index(fields=["starts_at", "name", "id"], name="campaign_by_start"),
            models.Index(fields=["ends_at", "name", "id"], name="campaign_by_end"),
        ]

    def __str__(self) -> str:
        return self.name

    def state_at(self, moment: dt.datetime) -> str:
        """``draft``, ``active``, ``paused`` or ``ended`` at ``moment``."""
        if self.launched_at is None or (self.starts_at and moment < self.starts_at):
            return "draft"
        if self.ends_at and moment >= self.ends_at:
            return "ended"
        if (
            self.paused_from
            and self.paused_from <= moment
            and not (self.paused_until and moment >= self.paused_until)
        ):
            return "paused"
        return "active"

    def out_of_state(self, state: str) -> tuple[dt.datetime | None, dt.datetime | None]:
        """From when until when the campaign is in ``state``, which is not active; None: open."""
        if state == "draft":
            begins = [self.launched_at, self.starts_at]
            return None, max((at for at in begins if at), default=None) if self.launched_at else None
        return (self.ends_at, None) if state == "ended" else (self.paused_from, self.paused_until)

    @property
    def state(self) -> str:
        return self.state_at(timezone.now())


class CampaignAccess(models.Model):
    """One campaign that a limited person, key or invitation may see. The unlimited have no rows."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="access")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="campaign_access")
    api_key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="campaign_access")
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.CASCADE, related_name="campaign_access"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, api_key__isnull=True, invitation__isnull=True)
                | Q(user__isnull=True, api_key__isnull=False, invitation__isnull=True)
                | Q(user__isnull=True, api_key__isnull=True, invitation__isnull=False),
                name="campaign_access_of_one",
            ),
            models.UniqueConstraint(
                fields=["campaign", "user", "api_key", "invitation"],
                nulls_distinct=False,
                name="campaign_access_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.api_key or self.invitation}: {self.campaign}"
