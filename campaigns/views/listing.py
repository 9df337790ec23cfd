"""The list of campaigns."""

from typing import Any

from django.db.models import QuerySet

from campaigns import access, queries
from campaigns.filters import CampaignFilters
from campaigns.models import Campaign
from campaigns.states import State
from campaigns.tables import CampaignTable, opens
from core.listing.declaration import Found, Listing, Tab


def find(rows: QuerySet[Campaign], text: str, who: Any) -> Found:
    return Found(queries.search(rows, text), few=True)


CAMPAIGNS = Listing(
    name="campaigns",
    noun="campaigns",
    title="Campaigns",
    singular="campaign",
    plural="campaigns",
    table=CampaignTable,
    filters=CampaignFilters,
    rows=access.visible_to,
    tie=("name", "id"),
    default_sort="name",
    name_field="name",
    opens=opens,
    tabs=(
        Tab("all", "All", ""),
        *(Tab(state.value, state.label, f"state={state.value}") for state in State),
    ),
    search=find,
    search_hint="Search by name or uid",
    body_template="campaigns/list_body.html",
)
