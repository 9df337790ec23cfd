"""Reads of contacts, enrolments and codes: which a person may see, and how they are found."""

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from campaigns import access
from core.events.log import history
from core.events.models import Event
from core.listing.declaration import Found
from core.listing.facets import Condition
from core.listing.like import beginning, containing
from referrals.models import Contact, CouponCode, Enrollment, ReferralAttribution, ReferralCode

FEW = 1_000
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


def enrollments_of(contact: Contact, who: Any) -> QuerySet[Enrollment]:
    """The enrolments of ``contact`` that ``who`` may see, with campaigns and codes, oldest first."""
    codes = Prefetch("codes", ReferralCode.objects.order_by("id"))
    rows = enrollments_visible_to(who).filter(contact=contact)
    return rows.select_related("campaign").prefetch_related(codes).order_by("enrolled_at", "id")


def referrals_of(contact: Contact, who: Any) -> QuerySet[ReferralAttribution]:
    """Who referred ``contact``, the active ones first."""
    rows = attributions_visible_to(who).filter(contact=contact)
    return rows.select_related("advocate", "campaign").order_by("-is_active", "-referred_at", "-id")


def history_of(contact: Contact, enrollments: list[int], coupons: list[int]) -> QuerySet[Event]:
    """What happened to ``contact``, to these enrolments of theirs, and to these coupon codes."""
    mine = history("contact", [contact.pk])
    return mine | history("enrollment", enrollments) | history("coupon", coupons)


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


def unmerged(rows: QuerySet[Contact], conditions: list[Condition]) -> QuerySet[Contact]:
    """``rows`` without those that stand for another contact by now."""
    return rows.filter(merged_into=None)


def search_contacts(rows: QuerySet[Contact], text: str, who: Any) -> Found:
    """Those of ``rows`` with ``text`` in their name, e-mail or uid.

    Hits are looked up first: where they are few, they are all there is to read.
    """
    hits = _few(named(Contact.objects.all(), text))
    return Found(named(rows, text) if hits is None else rows.filter(pk__in=hits), few=hits is not None)


def search_enrollments(rows: QuerySet[Enrollment], text: str, who: Any) -> Found:
    """Those of ``rows`` whose contact, or one of whose codes, has ``text`` in it."""
    codes = ReferralCode.objects.filter(code__ilike=containing(text)).values("enrollment")
    people = named(Contact.objects.all(), text).values("pk")
    hits = _few(Enrollment.objects.filter(Q(pk__in=codes) | Q(contact__in=people)))
    if hits is None:
        return Found(rows.filter(Q(pk__in=codes) | Q(contact__in=people)), few=False)
    return Found(rows.filter(pk__in=hits), few=True)


def search_coupons(rows: QuerySet[CouponCode], text: str, who: Any) -> Found:
    """Those of ``rows`` with ``text`` in them, or of an advocate with ``text`` in their name."""
    people = named(Contact.objects.all(), text).values("pk")
    fits = Q(code__ilike=containing(text)) | Q(advocate__in=people)
    hits = _few(CouponCode.objects.filter(fits))
    return Found(rows.filter(fits) if hits is None else rows.filter(pk__in=hits), few=hits is not None)


def _few(rows: QuerySet[Any]) -> list[int] | None:
    """The ids of ``rows``, or None where they are too many to be a shortcut."""
    ids = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return ids if len(ids) <= FEW else None
