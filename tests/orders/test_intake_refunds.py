"""What is taken back of an order: refunds, disputes, cancellations, and orders that were a mistake."""

from decimal import Decimal
from typing import Any

import pytest

from core.events.models import Event
from orders.intake import OrderDraft, Outcome, RefundDraft, edit, refund, void
from orders.models import Decision, Order, Refund
from tests.orders.shop import DESK, Shop, advocate_of, counts, event, known, one, refusal, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> Shop:
    return Shop()


def refunded(amount: str = "10", order_id: str = "A-1", **said: Any) -> tuple[Refund, Outcome]:
    draft = RefundDraft(**{"refund_id": "R-1", "amount": Decimal(amount), **said})
    return refund(known(order_id).pk, draft, source="shopify", actor=DESK)


def correct(revenue: str) -> None:
    edit(known().pk, OrderDraft(revenue_amount=Decimal(revenue)), source="dashboard", actor=DESK)


def voided(order_id: str = "A-1", reason: str = "Entered twice") -> None:
    void(known(order_id).pk, reason, source="dashboard", actor=DESK)


@pytest.mark.parametrize(
    "kind, amount, status",
    [
        ("refund", "10", "partly_refunded"),
        ("refund", "100", "refunded"),
        ("dispute", "100", "disputed"),
        ("dispute", "0", "disputed"),
        ("cancellation", "100", "cancelled"),
        ("cancellation", "0", "cancelled"),
        ("lost", "0", "cancelled"),
    ],
)
def test_status_follows_from_what_was_taken_back(kind: str, amount: str, status: str) -> None:
    one(told(short_code="XENA"))
    row, outcome = refunded(amount, kind=kind)
    assert (outcome, row.currency, row.kind) == (Outcome.CREATED, "USD", kind)
    assert (known().status, known().refunded_amount) == (status, Decimal(amount))
    assert known().revenue_amount == Decimal(100)
    assert advocate_of() == "Xena"


def test_only_what_succeeded_counts() -> None:
    one(told())
    refunded("30", refund_id="R-1", status="pending")
    assert (known().status, known().refunded_amount) == ("recorded", Decimal(0))
    assert refunded("30", refund_id="R-1")[1] == Outcome.UPDATED
    refunded("20", refund_id="R-2", status="failed")
    assert (known().status, known().refunded_amount) == ("partly_refunded", Decimal(30))
    refunded("70", refund_id="R-3")
    assert (known().status, known().refunded_amount) == ("refunded", Decimal(100))
    refunded("30", refund_id="R-1", status="failed")
    assert (known().status, known().refunded_amount) == ("partly_refunded", Decimal(70))


def test_dispute_shows_while_it_is_open_and_goes_when_it_is_won() -> None:
    one(told())
    refunded("100", kind="dispute", status="pending")
    assert (known().status, known().refunded_amount) == ("disputed", Decimal(0))
    refunded("100", kind="dispute", status="failed")
    assert (known().status, known().refunded_amount) == ("recorded", Decimal(0))


def test_same_refund_again_is_unchanged_and_another_amount_is_a_conflict() -> None:
    one(told())
    first, _ = refunded("10", note="Too small")
    before = counts()
    again, outcome = refunded("10.00")
    assert (again.pk, outcome, counts()) == (first.pk, Outcome.UNCHANGED, before)
    assert refusal(lambda: refunded("11")) == {"refund_id": "conflict"}
    assert refusal(lambda: refunded("10", kind="dispute")) == {"refund_id": "conflict"}


def test_refund_id_is_of_its_order() -> None:
    one(told("A-1"))
    one(told("A-2"))
    assert refunded("10", "A-1")[1] == Outcome.CREATED
    assert refunded("20", "A-2")[1] == Outcome.CREATED


def test_never_more_is_taken_back_than_was_paid() -> None:
    one(told())
    refunded("60", refund_id="R-1")
    assert refusal(lambda: refunded("40.01", refund_id="R-2")) == {"amount": "too_much"}
    assert refunded("40", refund_id="R-2")[1] == Outcome.CREATED
    assert refusal(lambda: refunded("0.01", refund_id="R-3")) == {"amount": "too_much"}


def test_two_open_refunds_cannot_both_succeed_beyond_the_revenue() -> None:
    one(told())
    refunded("80", refund_id="R-1", status="pending")
    refunded("80", refund_id="R-2", status="pending")
    refunded("80", refund_id="R-1")
    assert refusal(lambda: refunded("80", refund_id="R-2")) == {"amount": "too_much"}
    assert known().refunded_amount == Decimal(80)


@pytest.mark.parametrize(
    "said, problem",
    [
        ({"refund_id": " "}, {"refund_id": "required"}),
        ({"refund_id": "r" * 256}, {"refund_id": "too_long"}),
        ({"refund_id": "r\x00"}, {"refund_id": "nul"}),
        ({"refund_id": "r\ud83d"}, {"refund_id": "surrogate"}),
        ({"kind": "gift"}, {"kind": "kind"}),
        ({"status": "perhaps"}, {"status": "status"}),
        ({"amount": Decimal(0)}, {"amount": "not_positive"}),
        ({"amount": Decimal(-1)}, {"amount": "not_positive"}),
        ({"amount": Decimal("NaN")}, {"amount": "not_positive"}),
        ({"amount": Decimal("Infinity")}, {"amount": "not_positive"}),
        ({"amount": Decimal("0.001")}, {"amount": "decimals"}),
        ({"amount": Decimal("1e20")}, {"amount": "decimals"}),
        ({"note": "n" * 501}, {"note": "too_long"}),
        ({"note": "n\x00"}, {"note": "nul"}),
        (
            {"refund_id": "", "kind": "gift", "amount": Decimal(-1)},
            {"refund_id": "required", "kind": "kind", "amount": "not_positive"},
        ),
    ],
)
def test_bad_refund_is_refused_at_its_fields(said: dict[str, Any], problem: dict[str, str]) -> None:
    one(told())
    assert refusal(lambda: refunded(**{"amount": "1", **said})) == problem


def test_refund_is_told_in_the_history() -> None:
    one(told())
    refunded("10", status="pending", note="Too small")
    refunded("10", status="succeeded")
    first, second = Event.objects.filter(kind="order_refunded").order_by("id")
    assert first.data == {
        "refund_id": "R-1",
        "kind": "refund",
        "amount": "10.00",
        "currency": "USD",
        "status": [None, "pending"],
        "note": "Too small",
    }
    assert second.data["status"] == ["pending", "succeeded"]
    assert (first.source, first.actor_label) == ("shopify", "Olga Owner")


def test_revenue_never_falls_below_what_was_taken_back_and_the_status_follows_it() -> None:
    one(told())
    refunded("60")
    assert refusal(lambda: correct("59.99")) == {"revenue_amount": "refunded"}
    correct("60.00")
    assert known().status == "refunded"
    correct("120.00")
    assert known().status == "partly_refunded"


def test_void_takes_back_a_mistake_and_keeps_its_history(shop: Shop) -> None:
    one(told(short_code="NOBODY"))
    pk = known().pk
    assert known().attention
    voided()
    order = Order.objects.get(pk=pk)
    assert (order.status, order.void_reason, order.attention) == ("voided", "Entered twice", "")
    assert order.voided_at is not None
    assert event("order_voided").data == {"reason": "Entered twice"}
    assert Decision.objects.filter(order=order).count() == 1


def test_voided_order_keeps_its_attribution() -> None:
    one(told(short_code="XENA"))
    pk, tie = known().pk, known().referral_attribution_id
    voided()
    assert Order.objects.get(pk=pk).referral_attribution_id == tie


@pytest.mark.parametrize(
    "reason, code",
    [
        ("", "required"),
        (" \n ", "required"),
        ("\x00", "nul"),
        ("\ud83d", "surrogate"),
        ("x" * 501, "too_long"),
    ],
)
def test_void_needs_a_reason(reason: str, code: str) -> None:
    one(told())
    assert refusal(lambda: voided(reason=reason)) == {"reason": code}
