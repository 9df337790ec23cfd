"""The Rewards table: its declaration, and the numbers above it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.listing.declaration import Listing, Tab
from rewards import queries
from rewards.filters import RewardFilters
from rewards.models import Reward
from rewards.tables import RewardTable, opens


def totals(rows: QuerySet[Reward], request: HttpRequest) -> dict[str, Any]:
    lines = queries.totals(rows)
    return {"lines": lines or (), "number": None if lines is None else sum(one.rewards for one in lines)}


REWARDS = Listing(
    name="rewards",
    noun="rewards",
    title="Rewards",
    singular="reward",
    plural="rewards",
    table=RewardTable,
    filters=RewardFilters,
    rows=queries.visible_to,
    tie=("created_at", "id"),
    default_sort="-earned",
    name_field="order__order_id",
    opens=opens,
    tabs=(
        Tab("all", "All", ""),
        Tab("pending", "Pending", "status=pending"),
        Tab("flagged", "Flagged", "status=flagged"),
        Tab("approved", "Approved", "status=approved"),
        Tab("fulfilled", "Fulfilled", "status=fulfilled"),
        Tab("denied", "Denied", "status=denied"),
    ),
    search=queries.search,
    search_hint="Search by order or person",
    totals=totals,
    totals_template="rewards/totals.html",
    body_template="rewards/list_body.html",
    bulk_template="rewards/_bulk.html",
)
