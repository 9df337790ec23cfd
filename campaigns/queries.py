"""Reads of campaigns for lists, filters and fields of other screens."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from campaigns.access import visible_to
from campaigns.models import Campaign
from core.listing.facets import Term
from core.listing.like import containing

LISTED = 500


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
