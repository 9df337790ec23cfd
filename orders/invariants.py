"""What must hold of orders, whatever wrote them."""

from collections.abc import Iterator
from itertools import groupby

from core.invariants import invariant, rows
from orders import proof
from orders.intake.standing import standing


@invariant("An order has its attribution's advocate, campaign and customer, or no advocate.")
def orders_agree_with_their_attributions() -> Iterator[str]:
    for order_id, pk in rows(
        "SELECT o.order_id, o.id FROM orders_order o"
        " LEFT JOIN referrals_referralattribution r ON r.id = o.referral_attribution_id"
        " WHERE (o.advocate_id, o.referral_attribution_id) IS DISTINCT FROM (r.advocate_id, r.id)"
        " OR (o.attributed_at IS NULL) <> (r.id IS NULL)"
        " OR (r.id IS NOT NULL"
        "  AND (o.campaign_id, o.customer_id) IS DISTINCT FROM (r.campaign_id, r.contact_id))"
    ):
        yield f"Order {order_id} ({pk}) does not agree with its attribution."


@invariant("The id of an order that is not voided is its own.")
def order_ids_are_unique() -> Iterator[str]:
    for order_id, count in rows(
        "SELECT order_id, count(*) FROM orders_order WHERE voided_at IS NULL GROUP BY 1 HAVING count(*) > 1"
    ):
        yield f"{count} orders are called {order_id}."


@invariant("Every attributed order has a decision, and none names another attribution.")
def attributions_were_decided() -> Iterator[str]:
    for order_id, pk in rows(
        "SELECT order_id, id FROM orders_order o WHERE referral_attribution_id IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM orders_decision d WHERE d.order_id = o.id"
        "  AND d.referral_attribution_id = o.referral_attribution_id)"
    ):
        yield f"Order {order_id} ({pk}) is attributed, and no decision says why."
    for order_id, pk in rows(
        "SELECT o.order_id, o.id FROM orders_decision d JOIN orders_order o ON o.id = d.order_id"
        " WHERE d.referral_attribution_id IS NOT NULL"
        " AND d.referral_attribution_id IS DISTINCT FROM o.referral_attribution_id"
    ):
        yield f"A decision on order {order_id} ({pk}) names another attribution than the order."


@invariant("The seal of every decision holds, one after the other.")
def seals_hold() -> Iterator[str]:
    found = proof.check()
    if found.broken:
        yield found.broken


@invariant("An order's refunded amount and status follow from its refunds.")
def refunds_add_up() -> Iterator[str]:
    facts = rows(
        "SELECT o.id, o.order_id, o.revenue_amount, o.refunded_amount, o.status, r.kind, r.status, r.amount"
        " FROM orders_order o JOIN orders_refund r ON r.order_id = o.id ORDER BY o.id"
    )
    for (pk, order_id, revenue, refunded, status), group in groupby(facts, lambda row: row[:5]):
        amount, derived = standing(revenue, (row[5:] for row in group))
        if refunded != min(amount, revenue) or status not in {derived, "voided"}:
            yield f"Order {order_id} ({pk}) says {status} and {refunded}, its refunds {derived} and {amount}."
    for order_id, pk in rows(
        "SELECT order_id, id FROM orders_order o WHERE NOT EXISTS"
        " (SELECT 1 FROM orders_refund r WHERE r.order_id = o.id)"
        " AND (refunded_amount <> 0 OR status NOT IN ('recorded', 'voided'))"
    ):
        yield f"Order {order_id} ({pk}) says that something was taken back, and no refund does."


@invariant("A refund is in the currency of its order.")
def refunds_have_the_orders_currency() -> Iterator[str]:
    for refund_id, order_id in rows(
        "SELECT r.refund_id, o.order_id FROM orders_refund r JOIN orders_order o ON o.id = r.order_id"
        " WHERE r.currency <> o.currency"
    ):
        yield f"Refund {refund_id} of order {order_id} is in another currency."


@invariant("An order is voided in status, date and reason, or in none of them.")
def voided_is_said_whole() -> Iterator[str]:
    for order_id, pk in rows(
        "SELECT order_id, id FROM orders_order WHERE (status = 'voided') <> (voided_at IS NOT NULL)"
        " OR (voided_at IS NOT NULL) <> (void_reason <> '')"
    ):
        yield f"Order {order_id} ({pk}) is voided by halves."


@invariant("The log says of every order that it was recorded.")
def recording_is_in_the_log() -> Iterator[str]:
    for order_id, pk in rows(
        "SELECT order_id, id FROM orders_order o WHERE NOT EXISTS (SELECT 1 FROM events_event e"
        " WHERE e.noun = 'order' AND e.noun_id = o.id AND e.kind = 'order_recorded')"
    ):
        yield f"Order {order_id} ({pk}) is not in the log."
