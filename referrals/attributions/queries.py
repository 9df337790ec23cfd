"""Reads of attributions: how they are found, what they brought, and what stands beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from core.listing.declaration import Found
from core.listing.facets import Term
from core.listing.like import containing
from referrals.models import Contact, ReferralAttribution
from referrals.queries import attributions_visible_to, contacts_visible_to

FEW = 1_000


def search(rows: QuerySet[ReferralAttribution], text: str, who: Any) -> Found:
    """Those of ``rows`` with ``text`` in the name, e-mail or uid of one of the two."""
    found = Contact.objects.filter(search_text__like=containing(text).lower())
    ids = list(found.values_list("pk", flat=True)[: FEW + 1])
    people: Any = ids if len(ids) <= FEW else found.values("pk")
    return Found(rows.filter(Q(advocate__in=people) | Q(contact__in=people)), few=False)


def find_contacts(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The contacts that ``texts`` name by id, e-mail or uid, by their text in small letters."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    emails = [text.lower() for text in texts]
    rows = contacts_visible_to(who).filter(Q(pk__in=ids) | Q(email__in=emails) | Q(uid__in=list(texts)))
    found: dict[str, Term] = {}
    for pk, email, uid, label in rows.values_list("pk", "email", "uid", "label"):
        for name in (str(pk), email, uid):
            if name:
                found.setdefault(name.lower(), Term(pk, label or f"contact {pk}"))
    return found


@dataclass(frozen=True, slots=True)
class Brought:
    """What the orders of one currency that carry an attribution come to."""

    currency: str
    orders: int
    revenue: Decimal


def brought(tie: ReferralAttribution) -> list[Brought]:
    """The orders that carry ``tie``, those that were voided left out. Known by the relation's name."""
    counted = (
        ReferralAttribution.objects.filter(pk=tie.pk, orders__voided_at=None, orders__isnull=False)
        .values_list("orders__currency")
        .annotate(number=Count("orders"), revenue=Sum("orders__revenue_amount"))
        .order_by("-number", "orders__currency")
    )
    return [Brought(*line) for line in counted]


def others(tie: ReferralAttribution, who: Any) -> QuerySet[ReferralAttribution]:
    """What else says who referred the contact, the active ones first."""
    rows = attributions_visible_to(who).filter(contact=tie.contact_id).exclude(pk=tie.pk)
    return rows.select_related("advocate", "campaign").order_by("-is_active", "-referred_at", "-id")


def orders_of(contact_id: int, campaign_id: int) -> int:
    """How many orders a contact has placed in a campaign so far: what no attribution made now changes."""
    counted = Contact.objects.filter(pk=contact_id).aggregate(
        number=Count("orders", filter=Q(orders__campaign=campaign_id, orders__voided_at=None))
    )
    return int(counted["number"])
