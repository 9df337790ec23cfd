"""The orders that may earn, with what their rewards depend on."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from campaigns.terms import Sale
from core.listing.filters import ListFilters
from orders.filters import OrderFilters
from orders.models import Order
from orders.properties import extras
from referrals.models import Contact
from rewards.book import Version

_OUT = frozenset({Contact.Status.BANNED, Contact.Status.UNSUBSCRIBED})


@dataclass(frozen=True, slots=True)
class Placed:
    """An attributed order with a campaign, not voided."""

    pk: int
    campaign_id: int
    advocate_id: int
    customer_id: int
    revenue: Decimal
    refunded: Decimal
    currency: str
    ordered_at: dt.datetime
    properties: dict[str, Any]
    is_test: bool
    is_flagged: bool
    advocate_flagged: bool
    advocate_status: str
    advocate_since: dt.datetime
    customer_flagged: bool
    customer_status: str
    customer_since: dt.datetime

    def recipient(self, pays_customer: bool) -> int:
        return self.customer_id if pays_customer else self.advocate_id

    def why_held(self, pays_customer: bool) -> str:
        """Why somebody should look at the reward first."""
        if self.is_flagged:
            return "flagged_attribution"
        flagged = self.customer_flagged if pays_customer else self.advocate_flagged
        return "flagged_contact" if flagged else ""

    def is_out(self, pays_customer: bool) -> bool:
        """Whether its recipient was banned or had left when the order was placed."""
        status = self.customer_status if pays_customer else self.advocate_status
        since = self.customer_since if pays_customer else self.advocate_since
        return status in _OUT and since <= self.ordered_at

    def sale(self, version: Version) -> Sale:
        quantity = 1
        if version.quantity_property:
            given = self.properties.get(version.quantity_property)
            quantity = given if isinstance(given, int) and not isinstance(given, bool) else 0
        return Sale(
            revenue=self.revenue, currency=self.currency, ordered_at=self.ordered_at, quantity=quantity
        )


_COLUMNS = (
    *("pk", "campaign_id", "advocate_id", "customer_id", "revenue_amount", "refunded_amount", "currency"),
    *("ordered_at", "properties", "is_test", "referral_attribution__flagged"),
    *("advocate__flagged", "advocate__status", "advocate__status_since"),
    *("customer__flagged", "customer__status", "customer__status_since"),
)


def may_earn(orders: QuerySet[Order]) -> QuerySet[Order]:
    return orders.filter(referral_attribution__isnull=False, voided_at__isnull=True)


def read(orders: QuerySet[Order]) -> Iterator[Placed]:
    """Those of ``orders`` that may earn, the earliest first."""
    rows = may_earn(orders).order_by("ordered_at", "pk")
    for values in rows.values_list(*_COLUMNS).iterator(chunk_size=5_000):
        yield Placed(*values)


def read_sales(order_pks: Collection[int]) -> list[Placed]:
    return list(read(Order.objects.filter(pk__any_of=list(order_pks))))


class Everybody:
    """Sees all campaigns: conditions are the program's, not one person's."""

    all_campaigns = True


def filters_of(conditions: str, rows: QuerySet[Order]) -> ListFilters:
    """The filters of the Orders table that ``conditions`` spells."""
    facets = extras().facets if "p." in conditions else {}
    return OrderFilters(QueryDict(conditions), rows, who=Everybody(), extra=facets)


def matching(versions: Iterable[Version], order_pks: Collection[int]) -> dict[int, frozenset[int]]:
    """By version with conditions: those of the orders that meet them. One query for each."""
    found: dict[int, frozenset[int]] = {}
    for version in versions:
        if version.conditions:
            rows = filters_of(version.conditions, Order.objects.filter(pk__any_of=list(order_pks))).qs
            found[version.pk] = frozenset(rows.order_by().values_list("pk", flat=True))
    return found
