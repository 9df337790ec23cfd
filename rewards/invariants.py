"""What must hold of rewards and their ledger, whatever wrote them."""

from collections.abc import Iterator
from decimal import Decimal

from campaigns.terms import after_refunds
from core.invariants import invariant, rows
from rewards.models import Period
from rewards.periods import sums_until


def _account(account: str) -> str:
    return f"CASE WHEN e.credit = '{account}' THEN e.amount WHEN e.debit = '{account}' THEN -e.amount END"


@invariant("A reward is worth what the ledger holds for it.")
def rewards_are_in_the_ledger() -> Iterator[str]:
    for pk, worth, held in rows(
        "SELECT r.id, r.amount + r.corrected, coalesce(l.held, 0) FROM rewards_reward r LEFT JOIN"
        " (SELECT reward_id, sum(CASE WHEN debit = 'cost' THEN amount WHEN credit = 'cost' THEN -amount"
        "  ELSE 0 END) AS held FROM rewards_entry WHERE reward_id IS NOT NULL GROUP BY 1) l"
        " ON l.reward_id = r.id WHERE r.amount + r.corrected <> coalesce(l.held, 0)"
    ):
        yield f"Reward {pk} is worth {worth}, and the ledger holds {held}."


@invariant("What waits for approval is what pending and flagged rewards are worth.")
def pending_adds_up() -> Iterator[str]:
    for contact, currency, held, worth in rows(
        f"SELECT contact_id, currency, sum(held), sum(worth) FROM ("  # noqa: S608  (our own words)
        f" SELECT e.contact_id, e.currency, {_account('pending')} AS held, 0 AS worth FROM rewards_entry e"
        "  WHERE 'pending' IN (e.debit, e.credit)"
        " UNION ALL SELECT r.recipient_id, r.currency, 0, r.amount FROM rewards_reward r"
        "  WHERE r.status IN ('pending', 'flagged')) both_sides"
        " GROUP BY 1, 2 HAVING sum(held) <> sum(worth)"
    ):
        yield f"For contact {contact}, {held} {currency} wait in the ledger, and rewards say {worth}."


@invariant("What somebody is owed is what their approved rewards are worth, less what payouts took.")
def owed_adds_up() -> Iterator[str]:
    for contact, currency, held, worth in rows(
        f"SELECT contact_id, currency, sum(held), sum(worth) FROM ("  # noqa: S608  (our own words)
        f" SELECT e.contact_id, e.currency, {_account('owed')} AS held, 0 AS worth FROM rewards_entry e"
        "  WHERE 'owed' IN (e.debit, e.credit)"
        " UNION ALL SELECT r.recipient_id, r.currency, 0, r.amount + r.corrected FROM rewards_reward r"
        "  WHERE r.status IN ('approved', 'processing', 'fulfilled')"
        " UNION ALL SELECT p.contact_id, p.currency, 0, -p.amount FROM rewards_payout p"
        "  WHERE p.status IN ('processing', 'paid')) both_sides"
        " GROUP BY 1, 2 HAVING sum(held) <> sum(worth)"
    ):
        yield f"The ledger owes contact {contact} {held} {currency}, rewards and payouts {worth}."


@invariant("What is being paid and what was paid is what payouts say.")
def payouts_are_in_the_ledger() -> Iterator[str]:
    for status in ("processing", "paid"):
        for contact, currency, held, worth in rows(
            f"SELECT contact_id, currency, sum(held), sum(worth) FROM ("  # noqa: S608  (our own words)
            f" SELECT e.contact_id, e.currency, {_account(status)} AS held, 0 AS worth FROM rewards_entry e"
            f"  WHERE '{status}' IN (e.debit, e.credit)"
            " UNION ALL SELECT p.contact_id, p.currency, 0, p.amount FROM rewards_payout p"
            "  WHERE p.status = %s) both_sides GROUP BY 1, 2 HAVING sum(held) <> sum(worth)",
            status,
        ):
            yield f"For contact {contact}, {held} {currency} are {status} in the ledger, {worth} by payouts."


@invariant("A reward belongs to its order’s campaign, advocate and customer, and pays one of these two.")
def rewards_agree_with_their_orders() -> Iterator[str]:
    for pk, order_id in rows(
        "SELECT r.id, o.order_id FROM rewards_reward r JOIN orders_order o ON o.id = r.order_id"
        " JOIN rewards_rule u ON u.id = r.rule_id"
        " WHERE (r.campaign_id, r.advocate_id, r.customer_id, r.currency)"
        "  IS DISTINCT FROM (o.campaign_id, o.advocate_id, o.customer_id, o.currency)"
        " OR u.campaign_id <> r.campaign_id"
        " OR (r.moved_from_id IS NULL AND r.recipient_id <>"
        "  CASE u.recipient WHEN 'customer' THEN o.customer_id ELSE o.advocate_id END)"
    ):
        yield f"Reward {pk} does not agree with order {order_id}."


@invariant("A voided order pays nothing.")
def voided_orders_pay_nothing() -> Iterator[str]:
    for pk, order_id in rows(
        "SELECT r.id, o.order_id FROM rewards_reward r JOIN orders_order o ON o.id = r.order_id"
        " WHERE o.voided_at IS NOT NULL AND r.status <> 'denied'"
    ):
        yield f"Order {order_id} was voided, and reward {pk} stands."


@invariant("An order earns by a rule once, unless the reward was moved.")
def orders_earn_once() -> Iterator[str]:
    for order, rule in rows(
        "SELECT order_id, rule_id FROM rewards_reward WHERE moved_from_id IS NULL"
        " GROUP BY 1, 2 HAVING count(*) > 1"
    ):
        yield f"Order {order} earned twice by rule {rule}."


@invariant("A reward is what its order’s revenue and refunds leave of what was earned.")
def rewards_follow_refunds() -> Iterator[str]:
    for pk, worth, earned, currency, revenue, refunded in rows(
        "SELECT r.id, r.amount + r.corrected, r.earned, r.currency, o.revenue_amount, o.refunded_amount"
        " FROM rewards_reward r JOIN orders_order o ON o.id = r.order_id WHERE r.status <> 'denied'"
    ):
        if after_refunds(earned, revenue, refunded, currency) != worth:
            yield f"Reward {pk} is worth {worth}: {earned}, of {revenue} with {refunded} refunded."


@invariant("A rule’s budget is not overspent.")
def budgets_hold() -> Iterator[str]:
    for version, budget, spent in rows(
        "SELECT v.id, v.budget, sum(r.earned) FROM rewards_ruleversion v"
        " JOIN rewards_reward r ON r.version_id = v.id AND r.status <> 'denied'"
        " WHERE v.budget IS NOT NULL GROUP BY 1, 2 HAVING sum(r.earned) > v.budget"
    ):
        yield f"Version {version} may cost {budget}, and cost {spent}."


@invariant("A closed period is as it was signed.")
def closed_periods_stand() -> Iterator[str]:
    for period in Period.objects.order_by("ends_at"):
        if _numbers(period.sums) != _numbers(sums_until(period.ends_at)):
            yield f"The period {period} does not add up to what was signed."


def _numbers(sums: dict[str, dict[str, str]]) -> dict[tuple[str, str], Decimal]:
    return {
        (currency, account): Decimal(amount)
        for currency, accounts in sums.items()
        for account, amount in accounts.items()
        if Decimal(amount)
    }
