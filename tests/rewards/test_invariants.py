"""Any sequence of orders, refunds, edits, replays, approvals and payouts keeps the books right."""

import contextlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from campaigns.terms import Before, Sale, after_refunds, reckon
from core.invariants import invariants
from orders import intake
from orders.intake import IntakeRefused
from orders.models import Order
from rewards import moves, paying
from rewards.models import Payout, Reward, Status
from tests import factories as make
from tests.racing import race
from tests.rewards import books
from tests.rewards.books import DESK, MARC, Shop, buy, known, refund

REFUSED = (IntakeRefused, moves.MoveRefused, paying.PayoutRefused)


def broken() -> list[str]:
    """What does not hold."""
    return [sentence for check in invariants().values() for sentence in check()]


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Each example of a property begins with an empty shop."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def shop_with_rules() -> Shop:
    shop = Shop()
    books.rule(shop.spring, "Share", value="12.5")
    books.rule(shop.spring, "Welcome", to="customer", kind="flat", value="5.55", currency="USD", minimum="20")
    books.rule(shop.spring, "Capped", value="30", currency="USD", budget="60", advocate_limit="45")
    return shop


NUMBERS = some.integers(0, 3)
CENTS = some.integers(1, 20_000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
STEPS = some.one_of(
    some.tuples(some.just("buy"), NUMBERS, CENTS),
    some.tuples(some.just("refund"), NUMBERS, some.integers(1, 100)),
    some.tuples(some.just("fail_refund"), NUMBERS, some.none()),
    some.tuples(some.just("move"), NUMBERS, some.sampled_from(["approved", "denied", "flagged", "pending"])),
    some.tuples(some.just("approve_due"), NUMBERS, some.none()),
    some.tuples(some.just("start"), NUMBERS, some.none()),
    some.tuples(some.just("paid"), NUMBERS, some.none()),
    some.tuples(some.just("failed"), NUMBERS, some.none()),
    some.tuples(some.just("void"), NUMBERS, some.none()),
)


def do(step: str, number: int, given: Any) -> None:
    name = f"A-{number}"
    order = Order.objects.filter(order_id=name, voided_at=None).first()
    if step == "buy":
        buy(name, given, code=("XENA", "YURI")[number % 2], customer_email=f"c{number}@example.com")
    elif step == "refund" and order is not None:
        part = (order.revenue_amount * given / 100).quantize(Decimal("0.01"))
        refund(order, str(part), f"R-{order.refunds.count()}")
    elif step == "fail_refund" and order is not None:
        last = order.refunds.filter(status="succeeded").last()
        if last is not None:
            refund(order, str(last.amount), last.refund_id, status="failed")
    elif step == "move":
        rows = Reward.objects.filter(order=order) if order else Reward.objects.none()
        moves.move_all(rows, Status(given), actor=MARC, source="dashboard", reason="Because")
    elif step == "approve_due":
        moves.approve_due(timezone.now() + books.days(99))
    elif step == "void" and order is not None:
        intake.void(order.pk, "Mistake", source="dashboard", actor=DESK)
    else:
        pay(step)


def pay(step: str) -> None:
    on_their_way = list(Payout.objects.filter(status="processing").values_list("pk", flat=True))
    if step == "start":
        paying.start("USD", Decimal(0), by=MARC, source="dashboard")
    elif step == "paid":
        paying.settle_paid(on_their_way, "", by=MARC, source="dashboard")
    elif step == "failed":
        paying.settle_failed(on_their_way, "No account", by=MARC, source="dashboard")


def by_the_rules(reward: Reward) -> Decimal:
    """What the reward's version says of the order's final facts. For rules that remember nothing."""
    order = reward.order
    sale = Sale(revenue=order.revenue_amount, currency=order.currency, ordered_at=order.ordered_at)
    earned = reckon(reward.version.terms(), sale, Before()).amount
    return after_refunds(earned, order.revenue_amount, order.refunded_amount, order.currency)


@pytest.mark.django_db
@settings(max_examples=40)
@given(some.lists(STEPS, min_size=4, max_size=25))
def test_whatever_happens_the_books_are_right(steps: list[tuple[str, int, Any]]) -> None:
    with undone():
        shop_with_rules()
        for number in range(4):
            do("buy", number, f"{25 * (number + 1)}.01")
        # Two of them are being paid already, so that what comes meets rewards in every state.
        for number in range(2):
            do("move", number, "approved")
        do("start", 0, None)
        for step in steps:
            with contextlib.suppress(*REFUSED), transaction.atomic():
                do(*step)
        assert broken() == []
        standing = Reward.objects.exclude(status=Status.DENIED).exclude(rule__name="Capped")
        for reward in standing.select_related("order", "version", "rule"):
            assert reward.worth == by_the_rules(reward)
        # As at commit: what is checked late is checked now.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_a_broken_book_is_noticed() -> None:
    shop_with_rules()
    buy("A-1")
    assert broken() == []
    Reward.objects.filter(rule__name="Share").update(amount=Decimal(99))
    assert len([one for one in broken() if "ledger" in one or "worth" in one]) >= 2


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_leave_sums_that_agree() -> None:
    shop_with_rules()
    for number in range(10):
        buy(f"A-{number}", "50.00", customer_email=f"c{number}@example.com")
    moves.move_all(
        Reward.objects.filter(order__order_id__in=["A-0", "A-1", "A-2"]),
        Status.APPROVED,
        actor=MARC,
        source="dashboard",
    )

    def work(runner: int) -> None:
        with contextlib.suppress(*REFUSED):
            if runner % 4 == 0:
                refund(known(f"A-{runner // 2}"), "20", f"R-{runner}")
            elif runner % 4 == 1:
                moves.move_all(Reward.objects.all(), Status.APPROVED, actor=MARC, source="dashboard")
            elif runner % 4 == 2:
                run = paying.start("USD", Decimal(0), by=MARC, source="dashboard")
                keys = list(run.payouts.values_list("pk", flat=True))
                paying.settle_paid(keys, "", by=MARC, source="dashboard")
            else:
                buy(f"B-{runner}", "70.00", customer_email=f"c{runner % 10}@example.com")

    race(work, range(20))
    assert broken() == []
    assert Reward.objects.exclude(status=Status.DENIED).filter(order__order_id__startswith="B").exists()
    approvals = Reward.objects.filter(entries__kind="approved").values_list("pk", flat=True)
    assert len(approvals) == len(set(approvals))


@pytest.mark.django_db(transaction=True)
def test_racing_orders_do_not_overspend_a_budget_or_share_a_first_order() -> None:
    shop = Shop()
    books.rule(shop.spring, "Budget", kind="flat", value="7", currency="USD", budget="30")
    books.rule(shop.spring, "First", kind="flat", value="5", currency="USD", span="first")
    make.attribution(shop.xena, make.contact("Mia", email="mia@example.com"), shop.spring)
    race(lambda number: buy(f"A-{number}"), range(8))
    rows = Reward.objects.filter(rule__name="Budget").order_by("pk").values_list("amount", flat=True)
    assert [books.plain(amount) for amount in rows] == ["7", "7", "7", "7", "2"]
    assert Reward.objects.filter(rule__name="First").count() == 1
    assert broken() == []
