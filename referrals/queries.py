"""Reads of contacts, enrolments and codes: which a person may see, and how they are found."""

from typing import Any

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet, Value
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


def named(text: str, path: str = "") -> Q:
    """Contacts, at the end of ``path``, with ``text`` in their name, e-mail or uid.

    One or two letters, for which there is no index inside of words, match beginnings of what they are called.
    """
    at, small = f"{path}__" if path else "", text.lower()
    if len(text) > 2:
        return Q(**{f"{at}search_text__like": containing(small)})
    # Who lacks a first name, a last name or an e-mail has a space for each before what they are called. The
    # lower bound says where to begin when reading in the order of names.
    begins = Q()
    for missing in range(4):
        begins |= Q(**{f"{at}search_text__like": " " * missing + beginning(small)})
    return begins & Q(**{f"{at}sort_key__gte": small})


def choosable(who: Any, text: str) -> QuerySet[Contact]:
    """Contacts that ``who`` may choose for something new, by name: neither merged nor erased."""
    contacts = contacts_visible_to(who).filter(merged_into=None, erased_at=None)
    return (contacts.filter(named(text)) if text else contacts).order_by("sort_key", "id")


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
    people = list(Contact.objects.filter(named(text)).values_list("pk", flat=True)[: FEW + 1])
    few = len(people) <= FEW
    return Found(rows.filter(Q(pk__in=people) if few else named(text)), few=few)


def search_enrollments(rows: QuerySet[Enrollment], text: str, who: Any) -> Found:
    """Those of ``rows`` whose contact, or one of whose codes, has ``text`` in it."""
    has_text = Q(code__ilike=containing(text))
    people, coded = _hits(text, ReferralCode.objects.filter(has_text), "enrollment_id")
    by_code = Exists(ReferralCode.objects.filter(has_text, enrollment=OuterRef("pk")))
    found = named(text, "contact") if people is None else Q(contact__in=people)
    found |= Q(by_code) if coded is None else Q(pk__in=coded)
    return Found(rows.filter(found), few=people is not None and coded is not None)


def search_coupons(rows: QuerySet[CouponCode], text: str, who: Any) -> Found:
    """Those of ``rows`` with ``text`` in them, or of an advocate with ``text`` in their name."""
    has_text = Q(code__ilike=containing(text))
    people, coded = _hits(text, CouponCode.objects.filter(has_text), "pk")
    found = named(text, "advocate") if people is None else Q(advocate__in=people)
    found |= has_text if coded is None else Q(pk__in=coded)
    return Found(rows.filter(found), few=people is not None and coded is not None)


def _hits(text: str, codes: QuerySet[Any], column: str) -> tuple[list[int] | None, list[int] | None]:
    """The contacts that ``text`` names and what ``codes`` point at; None where they are too many to list."""
    people = Contact.objects.filter(named(text)).annotate(of=Value("p", CharField())).values_list("of", "pk")
    coded = codes.annotate(of=Value("c", CharField())).values_list("of", column)
    hits = list(people[: FEW + 1].union(coded[: FEW + 1], all=True))
    named_by, pointed_at = ([pk for of, pk in hits if of == kind] for kind in "pc")
    return named_by if len(named_by) <= FEW else None, pointed_at if len(pointed_at) <= FEW else None
