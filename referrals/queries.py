"""Reads of contacts, enrolments and codes: which a person may see, and how they are found."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from campaigns import access
from core.listing.like import beginning, containing
from referrals.models import Contact, CouponCode, Enrollment, ReferralAttribution

# Where a contact meets a campaign. Orders belong to a floor above and are known here by the relation's name.
_MEETINGS = ("enrollments", "referred_by", "referrals_made", "orders")
ACTIVE = Q(inactive_from=None) | Q(inactive_from__gt=Now()) | Q(inactive_until__lte=Now())
OUT = (Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED)


def contacts_visible_to(who: Any) -> QuerySet[Contact]:
    """The contacts that ``who`` may see.

    The limited see those with an enrolment, an attribution or an order in their campaigns.
    """
    contacts = Contact.objects.all()
    if not access.is_limited(who):
        return contacts
    campaigns = access.campaign_ids(who)
    met = Q()
    for relation in _MEETINGS:
        same = Contact.objects.filter(pk=OuterRef("pk"), **{f"{relation}__campaign__in": campaigns})
        met |= Q(Exists(same))
    return contacts.filter(met)


def may_change(contact: Contact, who: Any) -> bool:
    """Whether nothing of ``contact`` lies in campaigns that ``who`` does not see.

    A name, an address or a ban holds everywhere, so the limited cannot change who takes part elsewhere too.
    """
    if not access.is_limited(who):
        return True
    campaigns = access.campaign_ids(who)
    return not any(
        getattr(contact, relation).exclude(campaign__in=campaigns).exists() for relation in _MEETINGS
    )


def enrollments_visible_to(who: Any) -> QuerySet[Enrollment]:
    return access.limit(Enrollment.objects.all(), who)


def coupons_visible_to(who: Any) -> QuerySet[CouponCode]:
    """Coupons of all campaigns are for the unlimited only."""
    return access.limit(CouponCode.objects.all(), who)


def attributions_visible_to(who: Any) -> QuerySet[ReferralAttribution]:
    return access.limit(ReferralAttribution.objects.all(), who)


def named(rows: QuerySet[Contact], text: str) -> QuerySet[Contact]:
    """Those of ``rows`` with ``text`` in their name, e-mail or uid; one or two letters match beginnings."""
    pattern = containing(text) if len(text) > 2 else beginning(text)
    return rows.filter(search_text__like=pattern.lower())


def choosable(who: Any, text: str) -> QuerySet[Contact]:
    """Contacts that ``who`` may choose for something new, by name: neither merged nor erased."""
    contacts = contacts_visible_to(who).filter(merged_into=None, erased_at=None)
    return named(contacts, text).order_by("sort_key", "id") if text else contacts.order_by("sort_key", "id")


def choosable_advocates(who: Any, text: str, campaign_uid: str = "") -> QuerySet[Contact]:
    """Contacts whose codes count today: in the campaign named, or in any that ``who`` may see."""
    enrolled = enrollments_visible_to(who).filter(ACTIVE, contact=OuterRef("pk"))
    if campaign_uid:
        enrolled = enrolled.filter(campaign__uid__iexact=campaign_uid)
    return choosable(who, text).filter(Exists(enrolled)).exclude(status__in=OUT)
