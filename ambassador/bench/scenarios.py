"""The pages of the Orders table that are measured, each with the SQL that somebody would write by hand."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db import connection
from django.http import QueryDict

from core.listing.cursors import Cursor
from core.listing.state import State
from orders.views.listing import ORDERS

_BARE = """
    SELECT o.id, o.order_id, o.ordered_at, o.customer_id, c.label, c.email, o.revenue_amount, o.currency,
           g.name, g.uid, o.advocate_id, a.label, o.source, o.status
    FROM orders_order o
    JOIN referrals_contact c ON c.id = o.customer_id
    LEFT JOIN campaigns_campaign g ON g.id = o.campaign_id
    LEFT JOIN referrals_contact a ON a.id = o.advocate_id
    WHERE {where} ORDER BY {order} LIMIT 51
"""
_USUAL = "o.voided_at IS NULL AND NOT o.is_test"
_OF_CAMPAIGN = "o.campaign_id = (SELECT id FROM campaigns_campaign WHERE uid = %s)"
_UNREWARDED = "NOT EXISTS (SELECT FROM rewards_reward r WHERE r.order_id = o.id)"
_NEWEST = "o.ordered_at DESC, o.id DESC"
# What a column is sorted by, as one would write it.
_KEYS = {
    "order": "o.order_id {way}",
    "customer": "c.sort_key {way}, c.id {way}",
    "revenue": "o.revenue_amount {way}",
    "campaign": "g.name {way} NULLS LAST, g.id {way}",
    "advocate": "a.sort_key {way} NULLS LAST, a.id {way}",
    "source": "o.source {way}",
    "status": "o.status {way}",
    "currency": "o.currency {way}",
    "external_status": "o.external_status {way}",
    "deal_stage": "o.hubspot_dealstage {way}",
    "why": "o.reason {way}",
    "recorded": "o.created_at {way}",
    "imported": "o.imported_in_id {way} NULLS LAST",
    "p.channel": "(o.properties ->> 'channel') {way} NULLS LAST",
    "p.items": "((o.properties ->> 'items')::numeric) {way} NULLS LAST",
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One page: its query string, and the bare SQL of the same rows."""

    name: str
    query: str
    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What is in the table, so that every filter finds something."""

    customer: tuple[int, str]
    advocate: tuple[int, str]
    import_id: int
    attribution: int
    order_id: str
    middle: tuple[dt.datetime, int]
    orders: int


def scenarios() -> Iterator[Scenario]:
    """Every page measured: first, deep, searched, filtered by each filter, sorted by each column."""
    known = _look_around()
    yield Scenario("first", "", _sql())
    yield _deep(known)
    yield from _searches(known)
    yield from _filters(known)
    yield from _sorts()


def _sql(where: str = "", order: str = _NEWEST, usual: str = _USUAL) -> str:
    return _BARE.format(where=" AND ".join(part for part in (usual, where) if part), order=order)


def _deep(known: Known) -> Scenario:
    cursor = Cursor("-date", known.middle, known.orders // 2, known.orders)
    query = State(ORDERS, QueryDict(""), None).address(after=cursor)
    return Scenario("deep", query.removeprefix("?"), _sql("(o.ordered_at, o.id) < (%s, %s)"), known.middle)


def _searches(known: Known) -> Iterator[Scenario]:
    where = "(o.order_id ILIKE %s OR c.search_text LIKE %s)"
    words = {"name": "keller", "order_id": known.order_id, "email": known.customer[1], "nothing": "zzzzzz"}
    for name, text in words.items():
        pattern = f"%{text}%"
        yield Scenario(f"search.{name}", f"q={quote(text)}", _sql(where), (pattern, pattern.lower()))


def _filters(known: Known) -> Iterator[Scenario]:
    month_ago = dt.datetime.now(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(30)
    midnight = month_ago + dt.timedelta(30)
    wanted: dict[str, tuple[str, str, tuple[Any, ...]]] = {
        "campaign": ("=friends", _OF_CAMPAIGN, ("friends",)),
        "date": (f"__gte={month_ago:%Y-%m-%d}", "o.ordered_at >= %s", (month_ago,)),
        "customer": (f"={known.customer[1]}", "o.customer_id = %s", known.customer[:1]),
        "advocate": (f"={known.advocate[1]}", "o.advocate_id = %s", known.advocate[:1]),
        "attributed": ("=yes", "o.referral_attribution_id IS NOT NULL", ()),
        "attribution": (
            f"={known.attribution}",
            "o.referral_attribution_id = %s",
            (known.attribution,),
        ),
        "reason": ("=first_touch", "o.reason = %s", ("first_touch",)),
        "attention": ("=any", "o.attention <> ''", ()),
        "revenue": ("__gte=150", "o.revenue_amount >= 150", ()),
        "currency": ("=JPY", "o.currency = %s", ("JPY",)),
        "source": ("=stripe", "o.source = %s", ("stripe",)),
        "status": ("=partly_refunded", "o.status = %s", ("partly_refunded",)),
        "external_status": ("=shipped", "o.external_status = %s", ("shipped",)),
        "deal_stage": ("=Contract%20sent", "o.hubspot_dealstage = %s", ("Contract sent",)),
        "reward": ("=none", _UNREWARDED, ()),
        "refunded": ("=yes", "o.refunded_amount > 0", ()),
        "recorded": (f"__gte={midnight:%Y-%m-%d}", "o.created_at >= %s", (midnight,)),
        "import": (f"={known.import_id}", "o.imported_in_id = %s", (known.import_id,)),
        "p.channel": ("=phone", "o.properties ->> 'channel' = %s", ("phone",)),
        "p.items": ("=7", "(o.properties ->> 'items')::numeric = 7", ()),
    }
    for name, (query, where, params) in wanted.items():
        yield Scenario(f"filter.{name}", f"{name}{query}", _sql(where), params)
    voided = _sql("o.voided_at IS NOT NULL AND NOT o.is_test", usual="")
    yield Scenario("filter.voided", "voided=yes", voided)
    trials = _sql("o.voided_at IS NULL AND o.is_test", usual="")
    yield Scenario("filter.test", "test=yes", trials)


def _sorts() -> Iterator[Scenario]:
    yield Scenario("sort.date", "sort=date", _sql(order="o.ordered_at, o.id"))
    falling = {name for name, column in ORDERS.columns.items() if column.initial_sort_descending}
    for name, key in _KEYS.items():
        way, mark = ("DESC", "-") if name in falling else ("ASC", "")
        order = f"{key}, o.ordered_at {{way}}, o.id {{way}}".format(way=way)
        yield Scenario(f"sort.{name}", f"sort={mark}{name}", _sql(order=order))


def _look_around() -> Known:
    with connection.cursor() as cursor:

        def one(sql: str) -> tuple[Any, ...]:
            cursor.execute(sql)
            row = cursor.fetchone()
            assert row is not None
            return row

        (orders,) = one(f"SELECT count(*) FROM orders_order o WHERE {_USUAL}")  # noqa: S608  (words of ours)
        most = (
            "SELECT c.id, c.email FROM referrals_contact c JOIN (SELECT {0} AS id, count(*) AS n"
            " FROM orders_order WHERE {0} IS NOT NULL GROUP BY 1) o USING (id)"
            " WHERE c.email IS NOT NULL ORDER BY n DESC, c.id LIMIT 1"
        )
        middle = one(
            f"SELECT ordered_at, id FROM orders_order o WHERE {_USUAL}"  # noqa: S608  (a number of ours)
            f" ORDER BY ordered_at DESC, id DESC OFFSET {orders // 2} LIMIT 1"
        )
        cursor.execute("SELECT order_id FROM orders_order WHERE id = %s", [middle[1]])
        (order_id,) = cursor.fetchone() or ("",)
        return Known(
            customer=one(most.format("customer_id")),
            advocate=one(most.format("advocate_id")),
            import_id=one("SELECT max(id) FROM imports_import")[0],
            attribution=one("SELECT max(referral_attribution_id) FROM orders_order")[0],
            order_id=order_id,
            middle=middle,
            orders=orders,
        )
