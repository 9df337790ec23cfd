"""The rewards that somebody chose in the list, ticked or all that match, told again later."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from rewards.filters import RewardFilters
from rewards.models import Reward
from rewards.queries import search, visible_to

MOST_TICKED = 1_000


def chosen(query: str, ids: Sequence[int], upto: int, who: Any) -> QuerySet[Reward]:
    """Those with ``ids``; else all that ``query`` matches, made no later than ``upto``."""
    params = QueryDict(query)
    rows = RewardFilters(params, visible_to(who), who=who).qs
    text = params.get("q", "").replace("\0", "").strip()[:200]
    if text:
        rows = search(rows, text, who).rows
    return rows.filter(pk__in=list(ids)[:MOST_TICKED]) if ids else rows.filter(pk__lte=upto)


def ticked(params: QueryDict) -> list[int]:
    """The keys that an address names; none where it says that all are meant."""
    if params.get("all"):
        return []
    return [
        int(text)
        for text in params.getlist("selected")[:MOST_TICKED]
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
