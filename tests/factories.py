"""Rows for tests, with names one can follow. What a test is about, it says; the rest is filled in."""

import datetime as dt
from decimal import Decimal
from typing import Any

from campaigns.models import Campaign, CampaignAccess
from core.accounts.models import User
from orders.models import Order
from referrals.models import Contact, CouponCode, Enrollment, ReferralAttribution, ReferralCode

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def campaign(name: str = "Spring", **fields: Any) -> Campaign:
    """A live campaign; its uid is the name in small letters."""
    uid = fields.pop("uid", name.lower().replace(" ", "-"))
    return Campaign.objects.create(uid=uid, name=name, **{"launched_at": LONG_AGO, **fields})


def contact(name: str = "Mia Keller", **fields: Any) -> Contact:
    """A person called ``name``, with the e-mail address that goes with it."""
    first, _, last = name.partition(" ")
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}@example.com")
    return Contact.objects.create(
        email=email, first_name=first, last_name=last, **{"status_since": LONG_AGO, **fields}
    )


def enrollment(person: Contact, of: Campaign, **fields: Any) -> Enrollment:
    """``person`` refers in campaign ``of``."""
    Contact.objects.filter(pk=person.pk, status=Contact.Status.PROSPECT).update(
        status=Contact.Status.ENROLLED
    )
    return Enrollment.objects.create(contact=person, campaign=of, **{"enrolled_at": LONG_AGO, **fields})


def code(text: str, of: Enrollment, **fields: Any) -> ReferralCode:
    return ReferralCode.objects.create(code=text, enrollment=of, **fields)


def coupon(text: str, advocate: Contact, of: Campaign | None = None, **fields: Any) -> CouponCode:
    return CouponCode.objects.create(code=text, advocate=advocate, campaign=of, **fields)


def attribution(advocate: Contact, referred: Contact, of: Campaign, **fields: Any) -> ReferralAttribution:
    return ReferralAttribution.objects.create(
        advocate=advocate, contact=referred, campaign=of, **{"referred_at": LONG_AGO, **fields}
    )


def order_row(
    order_id: str, customer: Contact, *, by: ReferralAttribution | None = None, **fields: Any
) -> Order:
    """An order as a list finds it, not yet stored. ``by`` gives it advocate, campaign and a reason."""
    if by is not None:
        fields = {
            "campaign_id": by.campaign_id,
            "advocate_id": by.advocate_id,
            "referral_attribution": by,
            "attributed_at": NOON,
            "reason": "code",
            **fields,
        }
    usual = {
        "revenue_amount": Decimal("100.00"),
        "currency": "USD",
        "ordered_at": NOON,
        "created_at": NOON,
        "source": "api",
    }
    return Order(order_id=order_id, customer=customer, **{**usual, **fields})


def order(order_id: str, customer: Contact, **fields: Any) -> Order:
    """A stored order, put there past the door: for tests of what is shown, not of how orders come in."""
    return orders(order_row(order_id, customer, **fields))[0]


def orders(*rows: Order) -> list[Order]:
    return Order.writes.bulk_create(rows)


def limit_to(user: User, *campaigns: Campaign) -> User:
    """``user`` sees these campaigns only."""
    user.all_campaigns = False
    user.save()
    CampaignAccess.objects.bulk_create(CampaignAccess(campaign=one, user=user) for one in campaigns)
    return user
