"""The Orders table: its declaration, and the numbers above it."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.listing.declaration import Listing, Tab
from orders import queries
from orders.filters import OrderFilters
from orders.models import Order
from orders.properties import extras as property_extras
from orders.signals import orders_totals
from orders.tables import OrderTable, opens


def totals(rows: QuerySet[Order], request: HttpRequest) -> dict[str, Any]:
    """What the orders come to, and what the floors above have to say about the same orders."""
    found = queries.totals(rows)
    rank = {line.currency: at for at, line in enumerate(found.lines)}
    extras: dict[str, list[tuple[str, Decimal]]] = {}
    answers: list[tuple[Any, Any]] = orders_totals.send(Order, rows=rows)
    for _, lines in answers:
        for label, currency, amount in lines or ():
            extras.setdefault(label, []).append((currency, amount))
    for amounts in extras.values():
        amounts.sort(key=lambda one: rank.get(one[0], len(rank)))
    return {"totals": found, "extras": extras}


ORDERS = Listing(
    name="orders",
    noun="orders",
    title="Orders",
    singular="order",
    plural="orders",
    table=OrderTable,
    filters=OrderFilters,
    rows=queries.visible_to,
    usual=queries.usual,
    tie=("ordered_at", "id"),
    default_sort="-date",
    name_field="order_id",
    opens=opens,
    tabs=(
        Tab("all", "All", ""),
        Tab("attributed", "Attributed", "attributed=yes"),
        Tab("unattributed", "Unattributed", "attributed=no"),
        Tab("attention", "Needs attention", "attention=any", count=queries.needing_attention),
        Tab("this_month", "This month", "date=this_month"),
    ),
    search=queries.search,
    search_hint="Search this view",
    extras=property_extras,
    totals=totals,
    totals_template="orders/totals.html",
    template="orders/list.html",
    body_template="orders/list_body.html",
)
