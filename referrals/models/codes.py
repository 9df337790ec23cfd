"""What a buyer brings along that names an advocate: referral codes, coupon codes, clicks."""

import uuid
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone

from campaigns.models import Campaign
from core.locks import LockedOnceSet
from referrals.models.contacts import Contact, Enrollment


class ReferralCode(models.Model):
    """The end of a share link (``/r/CODE``). It belongs to one enrolment for ever."""

    code = models.CharField(
        max_length=32,
        validators=[
            RegexValidator(r"^[A-Za-z0-9_-]+$", "Letters, digits, hyphens and underscores, at most 32.")
        ],
    )
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="codes")
    created_at = models.DateTimeField(default=timezone.now)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            LockedOnceSet(field="code", along=["enrollment"], name="referral_code_locked"),
            models.UniqueConstraint(
                Upper("code"), name="referral_code_once", violation_error_message="This code is taken."
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(OpClass("code", name="gin_trgm_ops"), name="referral_code_search"),
        ]

    def __str__(self) -> str:
        return self.code


class CouponCode(models.Model):
    """A discount code that also names an advocate, in one campaign or in all of the advocate's."""

    code = models.CharField(max_length=255)
    advocate = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="coupons")
    campaign = models.ForeignKey(
        Campaign,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="coupons",
        help_text="Empty: all.",
    )
    created_at = models.DateTimeField(default=timezone.now)
    disabled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            LockedOnceSet(field="code", along=["advocate", "campaign"], name="coupon_code_locked"),
            models.UniqueConstraint(
                Upper("code"), name="coupon_code_once", violation_error_message="This coupon code is taken."
            ),
            models.CheckConstraint(condition=~Q(code=""), name="coupon_code_given"),
        ]
        # The sorts of the list of coupon codes, and its search.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["created_at", "id"], name="coupon_by_age"),
            models.Index(fields=["code", "created_at", "id"], name="coupon_by_code"),
            GinIndex(OpClass("code", name="gin_trgm_ops"), name="coupon_code_search"),
        ]

    def __str__(self) -> str:
        return self.code


class Click(models.Model):
    """One visit through a share link. Its id travels on with the visitor; the visitor is what counts."""

    click_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="clicks")
    code = models.CharField(max_length=32)
    visitor = models.UUIDField(default=uuid.uuid4, help_text="the same browser, as our own cookie knows it")
    clicked_at = models.DateTimeField(default=timezone.now)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    is_bot = models.BooleanField(default=False, help_text="it said so itself, as link previews do")

    class Meta:
        # Whose clicks an order's may stand for; then the list of clicks, its bots and its sort by code.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["visitor", "clicked_at"], name="click_of_visitor"),
            models.Index(fields=["clicked_at", "id"], name="click_by_date"),
            models.Index(fields=["clicked_at", "id"], name="click_of_bots", condition=Q(is_bot=True)),
            models.Index(fields=["code", "clicked_at", "id"], name="click_by_code"),
        ]

    def __str__(self) -> str:
        return str(self.click_id)
