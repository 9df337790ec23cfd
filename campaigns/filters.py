"""What campaigns can be filtered by."""

from collections.abc import Sequence

from django.db.models import Q
from django.db.models.lookups import In

from campaigns.states import STATE_NOW, State
from core.listing.facets import Choice, Day, Term
from core.listing.filters import ListFilters


class StateNow(Choice):
    """The state at this moment, which is no column."""

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        wanted = Q(In(STATE_NOW, [term.value for term in terms]))
        return ~wanted if operator == "not" else wanted


class CampaignFilters(ListFilters):
    state = StateNow("State", "launched_at", State.choices)
    starts = Day("Starts", "starts_at")
    ends = Day("Ends", "ends_at")
