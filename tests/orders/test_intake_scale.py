"""The door works in sets: what it costs does not grow with the batch, and a preview only reads."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.intake import Carry, OrderDraft, Outcome, plan
from orders.models import Order
from orders.signals import orders_recorded
from referrals.models import Contact
from tests.orders.shop import (
    Shop,
    advocate_of,
    counts,
    define,
    known,
    later,
    outcomes,
    previewed,
    recorded,
    told,
)

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 120
READS = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE SAVEPOINT)\b")
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|COPY|TRUNCATE|nextval)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def shop() -> Shop:
    define("size")
    return Shop()


def queries(work: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        work()
    return [query["sql"] for query in captured.captured_queries]


def mixed(count: int, batch: str) -> list[OrderDraft]:
    """New customers and known ones; codes, coupons, e-mails, nothing, nonsense."""
    claims: list[dict[str, str]] = [
        {"short_code": "XENA"},
        {"coupon_code": "XENA10"},
        {"advocate_email": "xena@example.com"},
        {"short_code": "NOBODY", "click_id": "nothing"},
        {},
    ]
    return [
        told(
            f"{batch}-{number}",
            customer_email=f"{batch}{number // 2}@example.com".lower(),
            customer_uid=f"{batch}-{number // 2}",
            properties={"size": "L"},
            ordered_at=later(minutes=number),
            **claims[number % len(claims)],
        )
        for number in range(count)
    ]


def changed(drafts: list[OrderDraft]) -> list[OrderDraft]:
    """The same orders told again: some as they were, some with news, some with another claim."""
    for number, draft in enumerate(drafts):
        if number % 3 == 1:
            draft.external_status = f"paid {number}"
        if number % 3 == 2:
            draft.properties = {"size": f"XL {number}"}
    return drafts


def test_recording_new_orders_costs_as_many_statements_for_many_as_for_few() -> None:
    few = queries(lambda: recorded(*mixed(FEW, "F")))
    many = queries(lambda: recorded(*mixed(MANY, "M")))
    assert len(many) <= len(few) + 2
    assert len(many) <= 30
    assert Order.objects.count() == FEW + MANY


def test_recording_known_orders_costs_as_many_statements_for_many_as_for_few() -> None:
    recorded(*mixed(FEW, "F"), *mixed(MANY, "M"))
    few = queries(lambda: recorded(*changed(mixed(FEW, "F"))))
    many = queries(lambda: recorded(*changed(mixed(MANY, "M"))))
    assert len(many) <= len(few) + 2
    assert len(many) <= 30
    again = recorded(*changed(mixed(MANY, "M")))
    assert set(outcomes(again)) == {"unchanged"}


def test_naming_other_customers_costs_as_many_statements_for_many_as_for_few() -> None:
    def moved(count: int, batch: str, to: str) -> list[OrderDraft]:
        return [told(f"{batch}-{at}", customer_email=f"{to}{at}@example.com") for at in range(count)]

    recorded(*moved(FEW, "F", "a"), *moved(MANY, "M", "b"))
    few = queries(lambda: recorded(*moved(FEW, "F", "c")))
    many = queries(lambda: recorded(*moved(MANY, "M", "d")))
    assert len(many) <= len(few) + 1
    assert known("M-7").customer.email == "d7@example.com"


def test_preview_costs_as_many_statements_for_many_as_for_few() -> None:
    few = queries(lambda: previewed(*mixed(FEW, "F")))
    many = queries(lambda: previewed(*mixed(MANY, "M")))
    assert len(many) == len(few)
    assert len(many) <= 15


def test_preview_only_reads() -> None:
    recorded(*mixed(10, "K"))
    before = counts()
    drafts = [
        *mixed(10, "N"),
        *changed(mixed(10, "K")),
        *mixed(3, "N"),
        told("BAD", customer_email="mia"),
        told("K-1", currency="EUR"),
        told("E-1", campaign_uid="summer", advocate_email="new@example.com"),
    ]
    statements = queries(lambda: previewed(*drafts, enrol_missing=True))
    assert [one for one in statements if not READS.match(one) or WRITES.search(one)] == []
    assert [one for one in statements if "FOR UPDATE" in one.upper()] == []
    assert counts() == before


def test_unchanged_batch_writes_nothing() -> None:
    recorded(*mixed(20, "K"))
    before = counts()
    statements = queries(lambda: recorded(*mixed(20, "K")))
    assert [one for one in statements if WRITES.search(one.replace("FOR UPDATE", ""))] == []
    assert counts() == before


def test_preview_in_chunks_sees_what_the_chunks_before_it_planned() -> None:
    chunks = [
        [told("A-1", short_code="XENA", customer_uid="c-1"), told("A-2", ordered_at=later(hours=1))],
        [told("A-1", external_status="paid"), told("A-3", short_code="YURI", ordered_at=later(hours=2))],
        [told("A-4", customer_email="", customer_uid="c-1", campaign_uid="spring", ordered_at=later(days=1))],
        [told("A-1", external_status="paid"), told("A-1", currency="EUR")],
    ]
    carry = Carry()
    planned = [one for chunk in chunks for one in plan(chunk, carry, source="csv")]
    stored = [one for chunk in chunks for one in recorded(*chunk, source="csv")]
    assert outcomes(planned) == outcomes(stored)
    assert [one.is_new_contact for one in planned] == [one.is_new_contact for one in stored]
    assert [one.differences.keys() for one in planned] == [one.differences.keys() for one in stored]
    reasons = [(one.verdict and one.verdict.reason, one.amount, one.currency) for one in planned]
    assert reasons == [(one.verdict and one.verdict.reason, one.amount, one.currency) for one in stored]


def test_five_thousand_orders_go_in_at_once() -> None:
    planned = recorded(*mixed(5000, "B"))
    assert {one.outcome for one in planned} == {Outcome.CREATED}
    assert (Order.objects.count(), Contact.objects.filter(uid__startswith="B-").count()) == (5000, 2500)
    assert advocate_of("B-0") == "Xena"
    assert known("B-4999").customer.uid == "B-2499"


def test_every_stored_order_is_told_upwards_once() -> None:
    heard: list[list[str]] = []

    def listen(planned: Any, source: str, **_: Any) -> None:
        heard.append([one.draft.order_id for one in planned])

    orders_recorded.connect(listen)
    try:
        recorded(told("A-1"), told("A-2", customer_email="mia"), told("A-3"))
        recorded(told("A-1"), told("A-3", external_status="paid"))
        previewed(told("A-9"))
    finally:
        orders_recorded.disconnect(listen)
    assert heard == [["A-1", "A-3"], ["A-3"]]
