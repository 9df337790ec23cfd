"""What clicks can be filtered by."""

import uuid

from django.db.models import Q

from campaigns import queries as campaigns
from core.listing.facets import Day, Facet, FilterError, Related, Term, YesNo
from core.listing.filters import ListFilters
from referrals.clicks.queries import find_advocates, find_codes


class Visitor(Facet):
    """A browser, by the id that our cookie gave it."""

    operators = ("", "not")

    def read(self, text: str) -> Term:
        try:
            return Term(uuid.UUID(text), text[:8])
        except ValueError:
            raise FilterError(f"“{text[:40]}” is no visitor's id.") from None


class ClickFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "enrollment__campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing="There is no campaign “{text}”.",
        operators=("", "not", "in"),
    )
    advocate = Related(
        "Advocate",
        "enrollment__contact",
        search=find_advocates,
        missing="No advocate has the e-mail, uid or number “{text}”.",
        operators=("", "not", "in"),
    )
    code = Related(
        "Code",
        "code",
        search=find_codes,
        missing="There is no referral code “{text}”.",
        operators=("", "not", "in"),
    )
    clicked = Day("Clicked", "clicked_at")
    bot = YesNo("Bot", "is_bot", holds=Q(is_bot=True), yes="Bot", no="Person")
    visitor = Visitor("Visitor", "visitor")
