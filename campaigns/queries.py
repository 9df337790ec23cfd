"""Reads of campaigns for lists, filters and fields of other screens."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower, Now

from campaigns.access import visible_to
from campaigns.models import Campaign
from core.listing.facets import Term
from core.listing.like import containing

LISTED = 500

# Enrolments belong to a floor above; they are known here by the relation's name.
_ACTIVE = (
    Q(enrollments__inactive_from=None)
    | Q(enrollments__inactive_from__gt=Now())
    | Q(enrollments__inactive_until__lte=Now())
)
ADVOCATES = Coalesce(
    Subquery(
        Campaign.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(number=Count("enrollments", filter=_ACTIVE))
        .values("number")
    ),
    0,
)


def find(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The campaigns that ``texts`` name by uid, by their uid in small letters: for a filter."""
    wanted = [text.lower() for text in texts]
    rows = visible_to(who).annotate(wanted=Lower("uid")).filter(wanted__in=wanted)
    return {uid: Term(pk, name) for uid, pk, name in rows.values_list("wanted", "pk", "name")}


def listed(who: Any) -> Sequence[tuple[str, str]]:
    """(uid, name) of the campaigns to choose from."""
    return list(visible_to(who).order_by("name", "id").values_list("uid", "name")[:LISTED])


def search(rows: QuerySet[Campaign], text: str) -> QuerySet[Campaign]:
    """Those of ``rows`` with ``text`` in their name or uid."""
    pattern = containing(text)
    return rows.filter(Q(name__ilike=pattern) | Q(uid__ilike=pattern))


def advocates(campaign: Campaign) -> dict[str, int]:
    """How many are ``enrolled`` in it, and how many of them are ``active``."""
    return Campaign.objects.filter(pk=campaign.pk).aggregate(
        enrolled=Count("enrollments"), active=Count("enrollments", filter=_ACTIVE)
    )
