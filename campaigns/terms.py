"""What a campaign's terms make of an order: pure arithmetic over facts that somebody else looked up.

Amounts are rounded once, half-up to the currency's decimals, before any limit is applied. Limits apply in
this order: per order, per advocate, per customer, the whole budget. What reaches a limit is cut to what is
left of it, so the last reward is a part.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from enum import StrEnum
from itertools import pairwise

from core import money

ZERO = Decimal(0)
HUNDRED = Decimal(100)
PERCENT_DECIMALS = 4
MOST_QUANTITY = 1_000_000
# Enough digits for the largest amount times the largest amount, so that only the last step rounds.
_EXACT = Context(prec=60)


class Kind(StrEnum):
    PERCENT = "percent"
    FLAT = "flat"


class Span(StrEnum):
    """Which of a customer's orders count. Those counted are the ones that earned by the same rule."""

    EVERY = "every"
    FIRST = "first"
    FIRST_N = "first_n"
    MONTHS = "months"


class Ladder(StrEnum):
    """What an advocate climbs from tier to tier by."""

    NONE = ""
    ORDERS = "orders"
    REVENUE = "revenue"


@dataclass(frozen=True, slots=True)
class Tier:
    """From ``start`` on, ``value`` stands in for the terms' own.

    By orders, ``start`` is the number of the order that is the first at this value. By revenue, it is what
    the advocate's earlier orders must have come to.
    """

    start: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """``value`` is a percentage, or an amount of ``currency``; every limit is an amount of ``currency``.

    Without a currency there are no amounts, and orders in any currency count.
    """

    kind: Kind
    value: Decimal
    currency: str = ""
    span: Span = Span.EVERY
    span_length: int | None = None
    minimum: Decimal | None = None
    ladder: Ladder = Ladder.NONE
    tiers: tuple[Tier, ...] = ()
    order_limit: Decimal | None = None
    advocate_limit: Decimal | None = None
    customer_limit: Decimal | None = None
    budget: Decimal | None = None
    by_quantity: bool = False

    @property
    def remembers(self) -> bool:
        """Whether an order's reward depends on the rewards before it."""
        limits = (self.advocate_limit, self.customer_limit, self.budget)
        return self.span != Span.EVERY or self.ladder != Ladder.NONE or any(one is not None for one in limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """The facts of an order that its reward depends on. ``revenue`` is before refunds."""

    revenue: Decimal
    currency: str
    ordered_at: dt.datetime
    quantity: int = 1


@dataclass(slots=True, kw_only=True)
class Before:
    """What had been earned by the same rule before. The last three are amounts, and what limits ask for."""

    customer_orders: int = 0
    customer_since: dt.datetime | None = None
    advocate_orders: int = 0
    advocate_revenue: Decimal = ZERO
    advocate_earned: Decimal = ZERO
    customer_earned: Decimal = ZERO
    earned: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Reckoning:
    """``reason`` says why there is nothing, and is empty where there is something.

    ``rate`` is the value that applied, ``unlimited`` the amount before limits, ``cut_by`` the limits that
    took something away.
    """

    amount: Decimal
    reason: str = ""
    rate: Decimal = ZERO
    unlimited: Decimal = ZERO
    cut_by: tuple[str, ...] = ()


def reckon(terms: Terms, sale: Sale, before: Before) -> Reckoning:
    """What an order earns."""
    reason = _reason_against(terms, sale, before)
    if reason:
        return Reckoning(ZERO, reason)
    rate = _rate(terms, before)
    amount = rate
    if terms.kind == Kind.PERCENT:
        amount = sale.revenue * rate / HUNDRED
    elif terms.by_quantity:
        amount = rate * min(max(sale.quantity, 0), MOST_QUANTITY)
    unlimited = money.rounded(amount, sale.currency)
    if unlimited <= 0:
        return Reckoning(ZERO, "nothing", rate)
    if unlimited > money.MAX_AMOUNT:
        return Reckoning(ZERO, "too_large", rate)
    return _limited(terms, before, rate, unlimited)


def after_refunds(earned: Decimal, revenue: Decimal, refunded: Decimal, currency: str) -> Decimal:
    """What is left of ``earned`` when ``refunded`` of ``revenue`` was taken back: pro rata.

    Always worked out from the whole, never from the refund before, so remainders cannot pile up.
    """
    if refunded <= 0:
        return earned
    if refunded >= revenue:
        return ZERO
    with localcontext(_EXACT):
        return money.rounded(earned * (revenue - refunded) / revenue, currency)


def months_later(moment: dt.datetime, months: int) -> dt.datetime:
    """The same day of the month and time of day; the month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def _reason_against(terms: Terms, sale: Sale, before: Before) -> str:
    if terms.currency and sale.currency != terms.currency:
        return "other_currency"
    if terms.minimum is not None and sale.revenue < terms.minimum:
        return "below_minimum"
    if terms.span == Span.FIRST and before.customer_orders >= 1:
        return "not_first"
    if terms.span == Span.FIRST_N and before.customer_orders >= (terms.span_length or 0):
        return "beyond_orders"
    since = before.customer_since if terms.span == Span.MONTHS else None
    if since is not None and sale.ordered_at >= months_later(since, terms.span_length or 0):
        return "beyond_months"
    return ""


def _rate(terms: Terms, before: Before) -> Decimal:
    reached: Decimal | int = before.advocate_revenue
    if terms.ladder == Ladder.ORDERS:
        reached = before.advocate_orders + 1
    rate = terms.value
    for tier in terms.tiers:
        if reached < tier.start:
            break
        rate = tier.value
    return rate


def _limited(terms: Terms, before: Before, rate: Decimal, unlimited: Decimal) -> Reckoning:
    amount, cut_by = unlimited, []
    for name, limit, used in _limits(terms, before):
        if limit is not None and amount > (left := max(limit - used, ZERO)):
            amount = left
            cut_by.append(name)
    reason = cut_by[-1] if amount <= 0 else ""
    return Reckoning(amount, reason, rate, unlimited, tuple(cut_by))


def _limits(terms: Terms, before: Before) -> Sequence[tuple[str, Decimal | None, Decimal]]:
    return (
        ("order_limit", terms.order_limit, ZERO),
        ("advocate_limit", terms.advocate_limit, before.advocate_earned),
        ("customer_limit", terms.customer_limit, before.customer_earned),
        ("budget", terms.budget, before.earned),
    )


def problems(terms: Terms) -> dict[str, str]:
    """What is wrong with ``terms``, by field, in words for whoever wrote them. Empty: they can be used."""
    said = (
        ("value", _wrong_value(terms, terms.value)),
        ("currency", _wrong_currency(terms)),
        ("span_length", _wrong_span(terms)),
        ("tiers", _wrong_tiers(terms)),
        ("by_quantity", _wrong_quantity(terms)),
        *((name, _wrong_amount(terms, amount)) for name, amount in _amounts(terms).items()),
    )
    return {name: words for name, words in said if words}


def _amounts(terms: Terms) -> dict[str, Decimal]:
    named = {
        "minimum": terms.minimum,
        "order_limit": terms.order_limit,
        "advocate_limit": terms.advocate_limit,
        "customer_limit": terms.customer_limit,
        "budget": terms.budget,
    }
    return {name: amount for name, amount in named.items() if amount is not None}


def _wrong_value(terms: Terms, value: Decimal) -> str:
    if not value.is_finite() or value <= 0:
        return "Give more than nothing."
    if terms.kind == Kind.PERCENT:
        if value > HUNDRED:
            return "At most 100 percent."
        return "" if _decimals(value) <= PERCENT_DECIMALS else f"At most {PERCENT_DECIMALS} decimals."
    return _wrong_amount(terms, value)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _wrong_amount(terms: Terms, amount: Decimal) -> str:
    if not amount.is_finite() or amount <= 0:
        return "Give more than nothing, or leave it empty."
    if amount > money.MAX_AMOUNT:
        return "That is too large."
    if terms.currency in money.currencies() and not money.is_exact(amount, terms.currency):
        return f"{terms.currency} has {money.exponent(terms.currency) or 'no'} decimals."
    return ""


def _wrong_currency(terms: Terms) -> str:
    has_amounts = terms.kind == Kind.FLAT or _amounts(terms) or terms.ladder == Ladder.REVENUE
    if has_amounts and not terms.currency:
        return "Say in which currency the amounts are."
    if terms.currency and terms.currency not in money.currencies():
        return "There is no such currency."
    return ""


def _wrong_span(terms: Terms) -> str:
    counts = terms.span in {Span.FIRST_N, Span.MONTHS}
    if counts and not 1 <= (terms.span_length or 0) <= 1200:
        return "Say how many, from 1 to 1200."
    return "Nothing is counted here; leave it empty." if not counts and terms.span_length is not None else ""


def _wrong_tiers(terms: Terms) -> str:
    if terms.ladder == Ladder.NONE:
        return "Say what the tiers go by." if terms.tiers else ""
    if not terms.tiers:
        return "Give at least one tier."
    starts = [tier.start for tier in terms.tiers]
    if not all(start.is_finite() and start > 0 for start in starts):
        return "A tier begins at more than nothing."
    if any(later <= earlier for earlier, later in pairwise(starts)):
        return "Each tier begins above the one before."
    if terms.ladder == Ladder.ORDERS and any(start != int(start) for start in starts):
        return "Orders are counted in whole numbers."
    wrong = [words for tier in terms.tiers if (words := _wrong_value(terms, tier.value))]
    return wrong[0] if wrong else ""


def _wrong_quantity(terms: Terms) -> str:
    return "Only a flat amount is given by quantity." if terms.by_quantity and terms.kind != Kind.FLAT else ""
