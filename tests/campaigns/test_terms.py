"""What terms make of an order, case by case, to the last decimal of three kinds of currency."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from campaigns import terms as rule
from campaigns.terms import Before, Kind, Ladder, Reckoning, Sale, Span, Terms, Tier
from core import money

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def percent(value: str, **more: Any) -> Terms:
    return Terms(kind=Kind.PERCENT, value=Decimal(value), **_amounts(more))


def flat(value: str, currency: str = "USD", **more: Any) -> Terms:
    return Terms(kind=Kind.FLAT, value=Decimal(value), currency=currency, **_amounts(more))


def tiers(*pairs: tuple[str, str]) -> tuple[Tier, ...]:
    return tuple(Tier(Decimal(start), Decimal(value)) for start, value in pairs)


def _amounts(more: dict[str, Any]) -> dict[str, Any]:
    kept = {"currency", "span", "ladder"}
    return {
        name: Decimal(value) if isinstance(value, str) and name not in kept else value
        for name, value in more.items()
    }


def earned(terms: Terms, revenue: str, currency: str = "USD", quantity: int = 1, **was: Any) -> Reckoning:
    sale = Sale(revenue=Decimal(revenue), currency=currency, ordered_at=NOON, quantity=quantity)
    return rule.reckon(terms, sale, Before(**_amounts(was)))


PERCENTS = [
    # percent, revenue, currency, what is earned
    ("10", "100.00", "USD", "10.00"),
    ("10", "0.05", "USD", "0.01"),
    ("10", "0.04", "USD", "0"),
    ("10", "0.00", "USD", "0"),
    ("10", "99.95", "USD", "10.00"),
    ("10", "99.94", "USD", "9.99"),
    ("12.5", "0.20", "USD", "0.03"),
    ("12.5", "0.60", "USD", "0.08"),
    ("33.3333", "10.00", "USD", "3.33"),
    ("66.6667", "10.00", "USD", "6.67"),
    ("0.0001", "1000000.00", "USD", "1.00"),
    ("0.0001", "4999.99", "USD", "0"),
    ("0.0001", "5000.00", "USD", "0.01"),
    ("100", "19.99", "USD", "19.99"),
    ("2.5", "1.80", "USD", "0.05"),
    ("2.5", "1.00", "USD", "0.03"),
    ("7.25", "13.37", "USD", "0.97"),
    ("15", "999999999999.99", "USD", "150000000000.00"),
    ("10", "105", "JPY", "11"),
    ("10", "104", "JPY", "10"),
    ("10", "5", "JPY", "1"),
    ("10", "4", "JPY", "0"),
    ("33.3333", "1000", "JPY", "333"),
    ("0.05", "1000", "JPY", "1"),
    ("100", "1", "JPY", "1"),
    ("10", "1.005", "KWD", "0.101"),
    ("10", "1.004", "KWD", "0.100"),
    ("10", "0.005", "KWD", "0.001"),
    ("10", "0.004", "KWD", "0"),
    ("33.3333", "10.000", "KWD", "3.333"),
    ("12.345", "12.345", "KWD", "1.524"),
    ("10", "100.00", "EUR", "10.00"),
    ("10", "1000", "KRW", "100"),
]


@pytest.mark.parametrize(("value", "revenue", "currency", "expected"), PERCENTS)
def test_a_percentage_is_rounded_half_up_in_the_currency(
    value: str, revenue: str, currency: str, expected: str
) -> None:
    found = earned(percent(value), revenue, currency)
    assert found.amount == Decimal(expected)
    assert found.reason == ("" if Decimal(expected) else "nothing")


CASES = [
    # what is tried, terms, revenue and what was before, what is earned, why not
    ("flat", flat("5.00"), {"revenue": "1.00"}, "5.00", ""),
    ("flat above the revenue", flat("500.00"), {"revenue": "0.00"}, "500.00", ""),
    ("flat in yen", flat("500", "JPY"), {"revenue": "1", "currency": "JPY"}, "500", ""),
    ("flat in dinars", flat("1.250", "KWD"), {"revenue": "1", "currency": "KWD"}, "1.250", ""),
    ("flat, other currency", flat("5.00"), {"revenue": "1", "currency": "EUR"}, "0", "other_currency"),
    ("percent of one currency", percent("5", currency="EUR"), {"revenue": "9.00"}, "0", "other_currency"),
    ("by quantity", flat("5.00", by_quantity=True), {"revenue": "9", "quantity": 3}, "15.00", ""),
    ("by quantity, none", flat("5.00", by_quantity=True), {"revenue": "9", "quantity": 0}, "0", "nothing"),
    ("by quantity, taken", flat("5.00", by_quantity=True), {"revenue": "9", "quantity": -2}, "0", "nothing"),
    ("quantity is not asked", flat("5.00"), {"revenue": "9", "quantity": 3}, "5.00", ""),
    (
        "absurd quantity",
        flat("5000000.00", by_quantity=True),
        {"revenue": "9", "quantity": 10**18},
        "0",
        "too_large",
    ),
    ("at the minimum", percent("10", currency="USD", minimum="50"), {"revenue": "50.00"}, "5.00", ""),
    (
        "below the minimum",
        percent("10", currency="USD", minimum="50"),
        {"revenue": "49.99"},
        "0",
        "below_minimum",
    ),
    ("first", flat("5", span=Span.FIRST), {"revenue": "9"}, "5", ""),
    ("not the first", flat("5", span=Span.FIRST), {"revenue": "9", "customer_orders": 1}, "0", "not_first"),
    (
        "third of three",
        flat("5", span=Span.FIRST_N, span_length=3),
        {"revenue": "9", "customer_orders": 2},
        "5",
        "",
    ),
    (
        "fourth of three",
        flat("5", span=Span.FIRST_N, span_length=3),
        {"revenue": "9", "customer_orders": 3},
        "0",
        "beyond_orders",
    ),
    ("months, first order", flat("5", span=Span.MONTHS, span_length=1), {"revenue": "9"}, "5", ""),
    (
        "months, last moment",
        flat("5", span=Span.MONTHS, span_length=1),
        {"revenue": "9", "customer_since": NOON - dt.timedelta(days=31) + dt.timedelta(seconds=1)},
        "5",
        "",
    ),
    (
        "months, over",
        flat("5", span=Span.MONTHS, span_length=1),
        {"revenue": "9", "customer_since": NOON - dt.timedelta(days=31)},
        "0",
        "beyond_months",
    ),
    (
        "months, an older order",
        flat("5", span=Span.MONTHS, span_length=1),
        {"revenue": "9", "customer_since": NOON + dt.timedelta(days=3)},
        "5",
        "",
    ),
    ("tier by orders, below", "orders", {"revenue": "100", "advocate_orders": 8}, "5.00", ""),
    ("tier by orders, reached", "orders", {"revenue": "100", "advocate_orders": 9}, "10.00", ""),
    ("tier by orders, between", "orders", {"revenue": "100", "advocate_orders": 98}, "10.00", ""),
    ("tier by orders, last", "orders", {"revenue": "100", "advocate_orders": 99}, "20.00", ""),
    ("tier by revenue, below", "revenue", {"revenue": "100", "advocate_revenue": "999.99"}, "5.00", ""),
    ("tier by revenue, reached", "revenue", {"revenue": "100", "advocate_revenue": "1000"}, "10.00", ""),
    ("tier by revenue, beyond", "revenue", {"revenue": "100", "advocate_revenue": "90000"}, "20.00", ""),
    ("order limit, below", "limits", {"revenue": "199.90"}, "19.99", ""),
    ("order limit, at", "limits", {"revenue": "200.00"}, "20.00", ""),
    ("order limit, above", "limits", {"revenue": "200.10"}, "20.00", ""),
    ("advocate limit, a part", "limits", {"revenue": "100", "advocate_earned": "44.50"}, "5.50", ""),
    (
        "advocate limit, none",
        "limits",
        {"revenue": "100", "advocate_earned": "50.00"},
        "0",
        "advocate_limit",
    ),
    (
        "advocate limit, overdrawn",
        "limits",
        {"revenue": "100", "advocate_earned": "60"},
        "0",
        "advocate_limit",
    ),
    ("customer limit, a part", "limits", {"revenue": "100", "customer_earned": "27.01"}, "2.99", ""),
    ("customer limit, none", "limits", {"revenue": "100", "customer_earned": "30"}, "0", "customer_limit"),
    ("budget, the last cent", "limits", {"revenue": "100", "earned": "99.99"}, "0.01", ""),
    ("budget, spent", "limits", {"revenue": "100", "earned": "100"}, "0", "budget"),
    (
        "the tightest limit counts",
        "limits",
        {"revenue": "900", "advocate_earned": "35", "customer_earned": "20", "earned": "96"},
        "4.00",
        "",
    ),
    ("yen budget", percent("10", currency="JPY", budget="100"), {"currency": "JPY", "earned": "97"}, "3", ""),
    (
        "dinar budget",
        percent("10", currency="KWD", budget="1.000"),
        {"currency": "KWD", "earned": "0.999"},
        "0.001",
        "",
    ),
]
NAMED = {
    "orders": percent("5", ladder=Ladder.ORDERS, tiers=tiers(("10", "10"), ("100", "20"))),
    "revenue": percent(
        "5", currency="USD", ladder=Ladder.REVENUE, tiers=tiers(("1000", "10"), ("5000", "20"))
    ),
    "limits": percent(
        "10", currency="USD", order_limit="20", advocate_limit="50", customer_limit="30", budget="100"
    ),
}


@pytest.mark.parametrize(
    ("terms", "facts", "expected", "why"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_an_order_earns(terms: Terms | str, facts: dict[str, Any], expected: str, why: str) -> None:
    kept = terms if isinstance(terms, Terms) else NAMED[terms]
    found = earned(kept, **{"revenue": "1000", **facts})
    assert (found.amount, found.reason) == (Decimal(expected), why)


def test_it_says_what_was_cut_and_from_what() -> None:
    found = earned(NAMED["limits"], "900.00", advocate_earned="35", earned="96")
    assert (found.rate, found.unlimited) == (Decimal(10), Decimal(90))
    assert found.cut_by == ("order_limit", "advocate_limit", "budget")


REFUNDS = [
    # earned, revenue, refunded, currency, what is left
    ("10.00", "100.00", "0", "USD", "10.00"),
    ("10.00", "100.00", "50.00", "USD", "5.00"),
    ("10.00", "100.00", "100.00", "USD", "0"),
    ("10.00", "30.00", "10.00", "USD", "6.67"),
    ("10.00", "30.00", "20.00", "USD", "3.33"),
    ("0.01", "1.00", "0.50", "USD", "0.01"),
    ("0.01", "1.00", "0.51", "USD", "0.00"),
    ("5.00", "0.00", "0.00", "USD", "5.00"),
    ("11", "105", "35", "JPY", "7"),
    ("11", "105", "100", "JPY", "1"),
    ("1", "3", "2", "JPY", "0"),
    ("0.101", "1.005", "0.500", "KWD", "0.051"),
    ("3.333", "10.000", "0.001", "KWD", "3.333"),
    ("999999999999.9999", "999999999999.9999", "0.0001", "UYW", "999999999999.9998"),
]


@pytest.mark.parametrize(("amount", "revenue", "refunded", "currency", "left"), REFUNDS)
def test_a_refund_takes_its_part(amount: str, revenue: str, refunded: str, currency: str, left: str) -> None:
    found = rule.after_refunds(Decimal(amount), Decimal(revenue), Decimal(refunded), currency)
    assert found == Decimal(left)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 12, "2027-11-30"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-08-31", 6, "2027-02-28"),
    ],
)
def test_months_keep_the_day_where_there_is_one(start: str, months: int, end: str) -> None:
    moment = dt.datetime.fromisoformat(f"{start}T12:00:00+00:00")
    assert rule.months_later(moment, months).date().isoformat() == end


WRONG = [
    ("percent above 100", percent("100.0001"), "value"),
    ("no percent", percent("0"), "value"),
    ("negative", percent("-5"), "value"),
    ("not a number", percent("NaN"), "value"),
    ("too fine", percent("1.00001"), "value"),
    ("flat without a currency", flat("5", ""), "currency"),
    ("no such currency", flat("5", "XXQ"), "currency"),
    ("a minimum without a currency", percent("5", minimum="10"), "currency"),
    (
        "tiers by revenue without a currency",
        percent("5", ladder=Ladder.REVENUE, tiers=tiers(("9", "9"))),
        "currency",
    ),
    ("negative flat", flat("-5"), "value"),
    ("half a yen", flat("0.5", "JPY"), "value"),
    ("a tenth of a mill", flat("0.0001", "KWD"), "value"),
    ("a budget of nothing", flat("5", budget="0"), "budget"),
    ("a negative limit", flat("5", advocate_limit="-1"), "advocate_limit"),
    ("a limit without end", flat("5", order_limit="Infinity"), "order_limit"),
    ("too large", flat("5", budget="9999999999999"), "budget"),
    ("first none", flat("5", span=Span.FIRST_N, span_length=0), "span_length"),
    ("first of how many", flat("5", span=Span.FIRST_N), "span_length"),
    ("months without end", flat("5", span=Span.MONTHS, span_length=99999), "span_length"),
    ("every third", flat("5", span_length=3), "span_length"),
    ("a ladder without tiers", percent("5", ladder=Ladder.ORDERS), "tiers"),
    ("tiers of no ladder", percent("5", tiers=tiers(("9", "9"))), "tiers"),
    ("circular tiers", percent("5", ladder=Ladder.ORDERS, tiers=tiers(("9", "9"), ("5", "7"))), "tiers"),
    ("the same tier twice", percent("5", ladder=Ladder.ORDERS, tiers=tiers(("9", "9"), ("9", "7"))), "tiers"),
    ("half an order", percent("5", ladder=Ladder.ORDERS, tiers=tiers(("1.5", "9"))), "tiers"),
    ("a tier from nothing", percent("5", ladder=Ladder.ORDERS, tiers=tiers(("0", "9"))), "tiers"),
    ("a tier above 100 percent", percent("5", ladder=Ladder.ORDERS, tiers=tiers(("2", "101"))), "tiers"),
    ("percent by quantity", percent("5", by_quantity=True), "by_quantity"),
]


@pytest.mark.parametrize(("terms", "field"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_terms_that_cannot_be_used_say_why_at_their_field(terms: Terms, field: str) -> None:
    assert list(rule.problems(terms)) == [field]


@pytest.mark.parametrize("terms", [percent("10"), flat("5"), *NAMED.values(), flat("500", "JPY")])
def test_sound_terms_have_no_problems(terms: Terms) -> None:
    assert rule.problems(terms) == {}


CURRENCIES = some.sampled_from(["USD", "JPY", "KWD"])


def amounts(currency: str, most: int = 100_000) -> some.SearchStrategy[Decimal]:
    places = money.exponent(currency)
    return some.integers(0, most).map(lambda units: Decimal(units).scaleb(-places))


@given(some.data())
def test_an_amount_is_always_payable_and_never_above_what_is_left(data: some.DataObject) -> None:
    currency = data.draw(CURRENCIES)
    drawn = amounts(currency)
    limits: dict[str, Any] = {
        name: data.draw(some.none() | drawn.filter(bool))
        for name in ("order_limit", "advocate_limit", "customer_limit", "budget")
    }
    terms = Terms(
        kind=Kind.PERCENT, value=Decimal(data.draw(some.integers(1, 100))), currency=currency, **limits
    )
    before = Before(
        advocate_earned=data.draw(drawn), customer_earned=data.draw(drawn), earned=data.draw(drawn)
    )
    found = rule.reckon(terms, Sale(revenue=data.draw(drawn), currency=currency, ordered_at=NOON), before)
    assert money.is_exact(found.amount, currency)
    assert 0 <= found.amount <= max(found.unlimited, Decimal(0))
    assert (found.amount == 0) == bool(found.reason)
    used = {"advocate_limit": before.advocate_earned, "customer_limit": before.customer_earned}
    for name, limit in limits.items():
        if limit is not None:
            taken = used.get(name, before.earned if name == "budget" else Decimal(0))
            assert found.amount <= max(limit - taken, Decimal(0))


@given(some.data())
def test_a_budget_is_spent_to_the_last_unit_and_no_further(data: some.DataObject) -> None:
    currency = data.draw(CURRENCIES)
    budget = data.draw(amounts(currency, 5_000).filter(bool))
    terms = Terms(kind=Kind.PERCENT, value=Decimal(20), currency=currency, budget=budget)
    revenues: Sequence[Decimal] = data.draw(some.lists(amounts(currency), max_size=20))
    spent, wanted = Decimal(0), Decimal(0)
    for revenue in revenues:
        found = rule.reckon(
            terms, Sale(revenue=revenue, currency=currency, ordered_at=NOON), Before(earned=spent)
        )
        spent += found.amount
        wanted += money.rounded(revenue * 20 / 100, currency)
    assert spent == min(wanted, budget)


@given(some.data())
def test_refunds_leave_the_same_in_whatever_parts_they_come(data: some.DataObject) -> None:
    currency = data.draw(CURRENCIES)
    revenue = data.draw(amounts(currency).filter(bool))
    whole = rule.reckon(
        percent("15"), Sale(revenue=revenue, currency=currency, ordered_at=NOON), Before()
    ).amount
    refunded = min(data.draw(amounts(currency)), revenue)
    left = rule.after_refunds(whole, revenue, refunded, currency)
    assert money.is_exact(left, currency)
    assert 0 <= left <= whole
    more = min(data.draw(amounts(currency)), revenue)
    further = rule.after_refunds(whole, revenue, max(refunded, more), currency)
    assert further <= left
