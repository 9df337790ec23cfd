"""Coupon codes: discount codes of a shop that also name an advocate."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Campaign
from core.events.log import Actor, Entry, write
from core.locks import violated
from referrals.codes import CodeRefused
from referrals.models import Contact, CouponCode, Enrollment


class NotAnAdvocate(ValueError):
    """A coupon names somebody who refers; the message says what would have to happen first."""


@transaction.atomic
def add(text: str, advocate: Contact, campaign: Campaign | None, *, by: Actor, source: str) -> CouponCode:
    """``text`` names ``advocate`` from now on: in ``campaign``, or in all of theirs without one.

    Raises :class:`referrals.codes.CodeRefused` and :class:`NotAnAdvocate`.
    """
    text = text.strip()
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        raise CodeRefused("This holds a character that cannot be seen.")
    if not _is_advocate(advocate, campaign):
        raise NotAnAdvocate(f"{advocate} is not enrolled in {campaign or 'any campaign'}. Enrol them first.")
    coupon = CouponCode(code=text, advocate=advocate, campaign=campaign)
    try:
        coupon.full_clean(exclude=["advocate", "campaign"])
        with transaction.atomic():
            coupon.save()
    except ValidationError as error:
        raise CodeRefused(" ".join(error.messages)) from None
    except IntegrityError as error:
        if violated(error) != "coupon_code_once":
            raise
        raise CodeRefused("This coupon code is taken.") from None
    data = {"code": text, "advocate_id": advocate.pk, "campaign_id": campaign.pk if campaign else None}
    write([Entry("coupon_added", "coupon", coupon.pk, data)], actor=by, source=source)
    return coupon


def disable(coupon_id: int, *, by: Actor, source: str) -> CouponCode:
    """From now on it names nobody. The shop goes on giving its discount, and what it brought stays."""
    return _set(coupon_id, disabled=True, by=by, source=source)


def enable(coupon_id: int, *, by: Actor, source: str) -> CouponCode:
    return _set(coupon_id, disabled=False, by=by, source=source)


def _is_advocate(contact: Contact, campaign: Campaign | None) -> bool:
    enrolled = Enrollment.objects.filter(contact=contact)
    return (enrolled if campaign is None else enrolled.filter(campaign=campaign)).exists()


@transaction.atomic
def _set(coupon_id: int, *, disabled: bool, by: Actor, source: str) -> CouponCode:
    coupon = CouponCode.objects.select_for_update(no_key=True, of=("self",)).get(pk=coupon_id)
    if (coupon.disabled_at is not None) != disabled:
        coupon.disabled_at = timezone.now() if disabled else None
        coupon.save(update_fields=["disabled_at"])
        kind = "coupon_disabled" if disabled else "coupon_enabled"
        write([Entry(kind, "coupon", coupon.pk)], actor=by, source=source)
    return coupon
