"""``manage.py verify`` finds what no constraint could stop: an owner of the tables, or a bug of ours."""

from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from ambassador.demo import seeding
from core.invariants import invariants
from orders.models import Decision, Order, Refund
from referrals.models import ReferralAttribution
from tests import factories

pytestmark = pytest.mark.django_db


def verify() -> tuple[int, str]:
    """The exit code, and what was printed of what is broken."""
    said = StringIO()
    try:
        call_command("verify", verbosity=0, stdout=said)
    except SystemExit as end:
        return int(end.code or 0), said.getvalue()
    return 0, said.getvalue()


def sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_everything_holds_in_a_seeded_program() -> None:
    seeding.seed(seeding.market(600, 1), make_indexes=False)
    assert Refund.objects.exists()
    assert verify() == (0, "")


def test_it_says_what_it_checked() -> None:
    said = StringIO()
    call_command("verify", stdout=said)
    lines = said.getvalue().splitlines()
    assert len(lines) == len(invariants()) + 1 > 8
    assert lines[-1] == "Everything holds."
    assert all(line.startswith("holds   ") for line in lines[:-1])


EMPTY_EVENT_LOCK = """
    CREATE OR REPLACE FUNCTION event_append_only() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NEW; END $$
"""
UNCHECKED_ID = """
    ALTER TABLE orders_order DROP CONSTRAINT order_id_given,
    ADD CONSTRAINT order_id_given CHECK (order_id <> '') NOT VALID
"""


@pytest.mark.parametrize(
    "statement, found",
    [
        (
            "DROP TRIGGER order_attribution_locked ON orders_order",
            "The trigger order_attribution_locked is missing from orders_order.",
        ),
        (
            "ALTER TABLE orders_decision DISABLE TRIGGER decision_append_only",
            "The trigger decision_append_only of orders_decision does not fire always.",
        ),
        (
            "ALTER TABLE orders_decision ENABLE TRIGGER decision_append_only",
            "The trigger decision_append_only of orders_decision does not fire always.",
        ),
        (
            EMPTY_EVENT_LOCK,
            "The function of the trigger event_append_only of events_event was changed.",
        ),
        (
            "ALTER TABLE orders_order DROP CONSTRAINT order_attribution_agrees",
            "order_attribution_agrees is missing from orders_order.",
        ),
        ("DROP INDEX attribution_active_once", "attribution_active_once is missing from"),
        (
            UNCHECKED_ID,
            "order_id_given of orders_order does not hold for all rows.",
        ),
    ],
)
def test_a_lock_that_was_tampered_with(statement: str, found: str) -> None:
    sql(statement)
    code, said = verify()
    assert code == 1
    assert found in said
    assert said.count("BROKEN") == 1


def recorded() -> Order:
    """An attributed order with its decision, as the door leaves it."""
    seeding.seed(seeding.market(60, 1), make_indexes=False)
    # Tables with checks that wait for the commit cannot be altered.
    sql("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED")
    return Order.objects.filter(referral_attribution__isnull=False, voided_at=None)[0]


def other_advocate(order: Order) -> None:
    sql(
        "ALTER TABLE orders_order DISABLE TRIGGER order_attribution_locked",
        "ALTER TABLE orders_order DROP CONSTRAINT order_attribution_agrees",
    )
    Order.writes.filter(pk=order.pk).update(advocate=factories.contact("Ada Alder"))


def same_id_twice(order: Order) -> None:
    sql("DROP INDEX order_id_once")
    factories.order(order.order_id, order.customer)


def no_decision(order: Order) -> None:
    sql("ALTER TABLE orders_decision DISABLE TRIGGER decision_append_only")
    Decision.objects.filter(order=order).delete()


def decision_for_another(order: Order) -> None:
    tie = factories.attribution(
        factories.contact("Ada Alder"), factories.contact("Bo Berg"), factories.campaign()
    )
    Decision.objects.create(order=order, reason="code", referral_attribution=tie)


def refunded_too_much(order: Order) -> None:
    Order.writes.filter(pk=order.pk).update(refunded_amount=Decimal("1.00"))


def refunded_without_status(order: Order) -> None:
    Refund.objects.create(order=order, refund_id="R-X", amount=Decimal("1.00"), currency=order.currency)


def refund_in_another_currency(order: Order) -> None:
    Refund.objects.create(order=order, refund_id="R-X", status="failed", currency="ISK")


def voided_by_halves(order: Order) -> None:
    Order.writes.filter(pk=order.pk).update(voided_at=factories.NOON)


def not_in_the_log(order: Order) -> None:
    factories.order("O-1", order.customer)


def two_active(order: Order) -> None:
    sql("DROP INDEX attribution_active_once")
    tie = ReferralAttribution.objects.get(orders=order)
    factories.attribution(factories.contact("Ada Alder"), tie.contact, tie.campaign)


@pytest.mark.parametrize(
    "breaks, found",
    [
        (other_advocate, "does not agree with its attribution."),
        (same_id_twice, "2 orders are called"),
        (no_decision, "is attributed, and no decision says why."),
        (decision_for_another, "names another attribution than the order."),
        (refunded_too_much, "says that something was taken back, and no refund does."),
        (refunded_without_status, "its refunds partly_refunded and 1.0000."),
        (refund_in_another_currency, "Refund R-X of order"),
        (voided_by_halves, "is voided by halves."),
        (not_in_the_log, "Order O-1"),
        (two_active, "has 2 active attributions in campaign"),
    ],
)
def test_data_that_breaks_an_invariant(breaks: Callable[[Order], None], found: str) -> None:
    order = recorded()
    breaks(order)
    code, said = verify()
    assert code == 1
    assert found in said
