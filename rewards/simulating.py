"""What a version would have cost over real orders, by the same code as accrual. It only reads."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from django.db.models import F, Sum

from campaigns.terms import ZERO, after_refunds
from orders.models import Order
from referrals.models import Contact
from rewards.accrual import judge
from rewards.book import Book, BookRule, Version
from rewards.memory import Memory
from rewards.models import Recipient, Reward, RuleVersion, Status
from rewards.sales import Placed, matching, read

CHUNK = 5_000
MOST_PEOPLE = 50


@dataclass(frozen=True)
class Person:
    """What one person would get, and what they got by the rule as it was."""

    name: str
    contact_id: int
    would: Decimal
    was: Decimal

    @property
    def difference(self) -> Decimal:
        return self.would - self.was


@dataclass
class Simulation:
    """One currency. ``people`` are those for whom it differs most, the largest difference first."""

    currency: str
    orders: int = 0
    would: Decimal = ZERO
    was: Decimal = ZERO
    winners: int = 0
    losers: int = 0
    people: list[Person] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        return self.would - self.was


def simulate(draft: RuleVersion, begins: dt.datetime, ends: dt.datetime) -> list[Simulation]:
    """``draft`` over the orders of its campaign placed from ``begins`` until before ``ends``, by currency.

    What was earned by the rule before that counts for tiers, limits and first orders, as it would have.
    """
    rule, version, book = _as_book(draft)
    orders = Order.objects.filter(campaign=rule.campaign_id, ordered_at__gte=begins, ordered_at__lt=ends)
    would: dict[tuple[str, int], Decimal] = {}
    counts: dict[str, int] = {}
    memory = Memory.before_moment(rule, begins)
    sales = read(orders)
    while some := list(islice(sales, CHUNK)):
        for sale, earned in _earned(some, rule, version, book, memory):
            key = (sale.currency, sale.recipient(rule.pays_customer))
            would[key] = would.get(key, ZERO) + earned
            counts[sale.currency] = counts.get(sale.currency, 0) + 1
    return _compared(would, counts, _as_it_was(draft, begins, ends))


def orders_between(draft: RuleVersion, begins: dt.datetime, ends: dt.datetime) -> int:
    """How many orders a simulation would read."""
    return Order.objects.filter(
        campaign=draft.rule.campaign_id, ordered_at__gte=begins, ordered_at__lt=ends
    ).count()


def _as_book(draft: RuleVersion) -> tuple[BookRule, Version, Book]:
    version = Version.of(draft)
    campaign = draft.rule.campaign
    pays_customer = draft.rule.recipient == Recipient.CUSTOMER
    rule = BookRule(draft.rule_id or 0, campaign.pk, pays_customer, None, [version])
    return rule, version, Book({campaign.pk: campaign}, {campaign.pk: [rule]})


def _earned(
    sales: list[Placed], rule: BookRule, version: Version, book: Book, memory: Memory
) -> Iterator[tuple[Placed, Decimal]]:
    matches = matching([version], [sale.pk for sale in sales])
    for sale in sales:
        found = judge(sale, rule, version, book, memory.before(rule, sale), matches)
        if not found.reason:
            memory.count(rule, sale, found.amount)
            yield sale, after_refunds(found.amount, sale.revenue, sale.refunded, sale.currency)


def _as_it_was(draft: RuleVersion, begins: dt.datetime, ends: dt.datetime) -> dict[tuple[str, int], Decimal]:
    rows = Reward.objects.filter(
        rule=draft.rule_id, order__ordered_at__gte=begins, order__ordered_at__lt=ends
    ).exclude(status=Status.DENIED)
    sums = rows.order_by().values_list("currency", "recipient")
    found = sums.annotate(whole=Sum(F("amount") + F("corrected")))
    return {(currency, contact): amount for currency, contact, amount in found}


def _compared(
    would: dict[tuple[str, int], Decimal],
    counts: dict[str, int],
    was: dict[tuple[str, int], Decimal],
) -> list[Simulation]:
    found: dict[str, Simulation] = {}
    differing: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
    for currency, contact in would.keys() | was.keys():
        one = found.setdefault(currency, Simulation(currency, counts.get(currency, 0)))
        now, then = would.get((currency, contact), ZERO), was.get((currency, contact), ZERO)
        one.would += now
        one.was += then
        one.winners += now > then
        one.losers += now < then
        if now != then:
            differing.setdefault(currency, []).append((contact, now, then))
    for currency, people in differing.items():
        people.sort(key=lambda one: (-abs(one[1] - one[2]), one[0]))
        del people[MOST_PEOPLE:]
        names = Contact.objects.in_bulk([contact for contact, _, _ in people])
        found[currency].people = [Person(str(names[pk]), pk, now, then) for pk, now, then in people]
    return [found[currency] for currency in sorted(found)]
