"""Brings rewards in line with their orders: what an order earns, and what a change of it takes or gives.

All of it is one function of the final facts, so it may be called again at any time, for any order, and
changes nothing where nothing changed.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.terms import ZERO, Before, Reckoning, after_refunds, reckon
from core import money
from core.events.log import Actor, Entry
from rewards import ledger
from rewards.book import Book, BookRule, Version, read_book
from rewards.ledger import HOME
from rewards.memory import Memory
from rewards.models import Reward, Status
from rewards.outcome import Earned, Outcome
from rewards.sales import Placed, matching, read_sales
from rewards.writing import write

NOTHING: frozenset[int] = frozenset()


def settle(order_pks: Collection[int], *, actor: Actor, source: str, are_new: bool = False) -> Outcome:
    """Make and change the rewards of these orders, inside the caller's transaction.

    ``are_new``: they were recorded a moment ago, so they have no rewards yet.
    """
    outcome = Outcome(timezone.now())
    sales = read_sales(order_pks)
    book = read_book({sale.campaign_id for sale in sales}) if sales else Book({}, {})
    if not book.by_campaign:
        return outcome
    if not are_new:
        ledger.moving()
    memory = Memory.load(list(book.rules.values()), sales)
    known = {} if are_new else _known([sale.pk for sale in sales])
    matches = matching(book.versions.values(), [sale.pk for sale in sales])
    for sale in sales:
        for rule in book.of(sale.campaign_id):
            rewards = known.get((sale.pk, rule.pk))
            if rewards is None:
                _earn(outcome, sale, rule, book, memory, matches)
                continue
            for reward in rewards:
                adjust(outcome, reward, sale, rule, book.versions[reward.version_id], memory, matches)
    write(outcome, actor=actor, source=source)
    return outcome


def judge(
    sale: Placed,
    rule: BookRule,
    version: Version | None,
    book: Book,
    before: Before,
    matches: Mapping[int, frozenset[int]],
) -> Reckoning:
    """What the order earns by the rule; the same for accrual, preview and simulation."""
    state = book.campaigns[sale.campaign_id].state_at(sale.ordered_at)
    reason = ""
    if sale.is_test:
        reason = "test_order"
    elif state != "active":
        reason = f"campaign_{state}"
    elif version is None:
        reason = "not_in_force"
    elif sale.is_out(rule.pays_customer):
        reason = "recipient_out"
    elif version.conditions and sale.pk not in matches.get(version.pk, NOTHING):
        reason = "conditions"
    if reason or version is None:
        return Reckoning(ZERO, reason)
    return reckon(version.terms, sale.sale(version), before)


def _earn(
    outcome: Outcome,
    sale: Placed,
    rule: BookRule,
    book: Book,
    memory: Memory,
    matches: Mapping[int, frozenset[int]],
) -> None:
    version = rule.at(sale.ordered_at)
    before = memory.before(rule, sale)
    found = judge(sale, rule, version, book, before, matches)
    if found.reason or version is None:
        outcome.misses.append((sale.pk, rule.pk, found.reason))
        return
    memory.count(rule, sale, found.amount)
    held = sale.why_held(rule.pays_customer)
    outcome.earned.append(
        Earned(
            sale=sale,
            rule=rule,
            version=version,
            reckoning=found,
            inputs=inputs_of(found, before, version, sale),
            amount=after_refunds(found.amount, sale.revenue, sale.refunded, sale.currency),
            status=Status.FLAGGED if held else Status.PENDING,
            reason=held,
            due_at=due_at(sale.ordered_at, version),
        )
    )


def due_at(ordered_at: dt.datetime, version: Version) -> dt.datetime | None:
    return ordered_at + dt.timedelta(days=version.hold_days) if version.approves_itself else None


def inputs_of(found: Reckoning, before: Before, version: Version, sale: Placed) -> dict[str, Any]:
    """What the version saw, as the reward keeps it: enough to reckon again."""
    inputs: dict[str, Any] = {"rate": f"{found.rate.normalize():f}"}
    if found.cut_by:
        inputs |= {
            "unlimited": money.plain(found.unlimited, sale.currency),
            "cut_by": list(found.cut_by),
        }
    if version.terms.remembers:
        inputs |= {
            "customer_orders": before.customer_orders,
            "customer_since": before.customer_since.isoformat() if before.customer_since else None,
            "advocate_orders": before.advocate_orders,
            "advocate_revenue": f"{before.advocate_revenue:f}",
        }
    if version.quantity_property:
        inputs["quantity"] = sale.sale(version).quantity
    return inputs


def adjust(
    outcome: Outcome,
    reward: Reward,
    sale: Placed,
    rule: BookRule,
    version: Version,
    memory: Memory,
    matches: Mapping[int, frozenset[int]],
) -> None:
    """Reckon a known reward again, with its own version and what that saw then. Limits are those of now."""
    if reward.status == Status.DENIED or hasattr(reward, "moved_to"):
        return
    before = _then(reward, memory.before(rule, sale))
    found = _again(sale, version, before, matches)
    amount = after_refunds(found.amount, sale.revenue, sale.refunded, sale.currency)
    delta, earned = amount - reward.worth, found.amount - reward.earned
    if not delta and not earned and sale.revenue == reward.revenue:
        return
    memory.adjust(rule, sale, earned)
    was = reward.worth
    reward.earned, reward.revenue = found.amount, sale.revenue
    if reward.is_paid:
        reward.corrected += delta
    else:
        reward.amount = amount
    outcome.changed.append(reward)
    if delta:
        kind = "adjusted"
        if reward.is_paid:
            kind = "clawed_back" if delta < 0 else "restored"
        home = HOME[Status(reward.status)]
        outcome.postings += ledger.change(kind, home, delta, reward.currency, reward.recipient_id, reward.pk)
        data = {
            "order": sale.pk,
            "currency": reward.currency,
            "amount": [money.plain(was, reward.currency), money.plain(amount, reward.currency)],
        }
        outcome.events.append(Entry(f"reward_{kind}", "reward", reward.pk, data))


def _again(
    sale: Placed, version: Version, before: Before, matches: Mapping[int, frozenset[int]]
) -> Reckoning:
    if version.conditions and sale.pk not in matches.get(version.pk, NOTHING):
        return Reckoning(ZERO, "conditions")
    return reckon(version.terms, sale.sale(version), before)


def _then(reward: Reward, now: Before) -> Before:
    """Counts as they were when the reward was made; of limits, what others have left by now."""
    inputs = reward.inputs
    since = inputs.get("customer_since")
    return Before(
        customer_orders=inputs.get("customer_orders", 0),
        customer_since=dt.datetime.fromisoformat(since) if since else None,
        advocate_orders=inputs.get("advocate_orders", 0),
        advocate_revenue=Decimal(inputs.get("advocate_revenue", 0)),
        advocate_earned=now.advocate_earned - reward.earned,
        customer_earned=now.customer_earned - reward.earned,
        earned=now.earned - reward.earned,
    )


def _known(order_pks: Collection[int]) -> dict[tuple[int, int], list[Reward]]:
    """The rewards of these orders, held, by order and rule."""
    found: dict[tuple[int, int], list[Reward]] = {}
    for reward in held(Reward.objects.filter(order__any_of=list(order_pks))):
        found.setdefault((reward.order_id, reward.rule_id), []).append(reward)
    return found


def held(rewards: Any) -> Iterable[Reward]:
    """``rewards``, locked against other writers, always in the same order."""
    return rewards.select_related("moved_to").select_for_update(of=("self",)).order_by("pk")
