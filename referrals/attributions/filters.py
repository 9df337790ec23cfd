"""What attributions can be filtered by."""

from django.db.models import Q

from campaigns import queries as campaigns
from core.listing.facets import Day, Related, Text, YesNo
from core.listing.filters import ListFilters
from referrals.attributions.queries import find_contacts
from referrals.filters import MISSING

NOBODY = "No contact has the e-mail, uid or number “{text}”."


class AttributionFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        operators=("", "not", "in"),
    )
    advocate = Related(
        "Advocate", "advocate", search=find_contacts, missing=NOBODY, operators=("", "not", "in")
    )
    contact = Related(
        "Who was referred", "contact", search=find_contacts, missing=NOBODY, operators=("", "not", "in")
    )
    active = YesNo("Active", "is_active", holds=Q(is_active=True), yes="Active", no="Inactive")
    flagged = YesNo("Flagged", "flagged", holds=Q(flagged=True), yes="Flagged", no="Not flagged")
    source = Text("Source", "source", operators=("", "not", "in"))
    referred = Day("Referred", "referred_at")
    added = Day("Added", "created_at")
