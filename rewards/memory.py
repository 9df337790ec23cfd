"""What had been earned by a rule before: looked up for a batch at once, then kept up order by order."""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from campaigns.terms import ZERO, Before
from rewards.book import BookRule
from rewards.models import Reward, Rule, Status
from rewards.sales import Placed

# An order that was a mistake was never one of a customer's first; a reward that was moved counts once.
COUNTED = ~Q(status=Status.DENIED, reason="voided") & Q(moved_from__isnull=True)


@dataclass(slots=True)
class Tally:
    orders: int = 0
    revenue: Decimal = ZERO
    earned: Decimal = ZERO
    since: dt.datetime | None = None


class Memory:
    """Tallies by rule, by rule and advocate, by rule and customer. Only of rules that remember."""

    def __init__(self) -> None:
        self.rules: dict[int, Tally] = {}
        self.advocates: dict[tuple[int, int], Tally] = {}
        self.customers: dict[tuple[int, int], Tally] = {}

    @classmethod
    def load(cls, rules: Collection[BookRule], sales: Iterable[Placed], *, hold: bool = True) -> "Memory":
        """Holds the rules, so that no two batches give away the same first order or the same last cent."""
        memory = cls()
        keys = sorted(rule.pk for rule in rules if rule.remembers)
        if not keys:
            return memory
        if hold:
            list(Rule.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
        rows = Reward.objects.filter(rule__in=keys).order_by()
        sales = list(sales)
        advocates = list({sale.advocate_id for sale in sales})
        customers = list({sale.customer_id for sale in sales})
        memory.advocates = _by(rows.filter(advocate__in=advocates), "advocate_id")
        memory.customers = _by(rows.filter(customer__in=customers), "customer_id")
        budgets = [rule.pk for rule in rules if any(one.terms.budget is not None for one in rule.versions)]
        if budgets:
            for rule_id, earned in (
                rows.filter(rule__in=budgets).values_list("rule_id").annotate(granted=_EARNED)
            ):
                memory.rules[rule_id] = Tally(earned=earned)
        return memory

    @classmethod
    def before_moment(cls, rule: BookRule, moment: dt.datetime) -> "Memory":
        """What had been earned by ``rule`` for orders placed before ``moment``. Nothing is held."""
        memory = cls()
        if rule.remembers:
            rows = Reward.objects.filter(rule=rule.pk, order__ordered_at__lt=moment).order_by()
            memory.advocates = _by(rows, "advocate_id")
            memory.customers = _by(rows, "customer_id")
            memory.rules[rule.pk] = Tally(earned=rows.aggregate(granted=_EARNED)["granted"])
        return memory

    def before(self, rule: BookRule, sale: Placed) -> Before:
        if not rule.remembers:
            return Before()
        advocate, customer, whole = self._tallies(rule, sale)
        return Before(
            customer_orders=customer.orders,
            customer_since=customer.since,
            advocate_orders=advocate.orders,
            advocate_revenue=advocate.revenue,
            advocate_earned=advocate.earned,
            customer_earned=customer.earned,
            earned=whole.earned,
        )

    def count(self, rule: BookRule, sale: Placed, earned: Decimal) -> None:
        """One more order earned by ``rule``."""
        if not rule.remembers:
            return
        for tally in self._tallies(rule, sale):
            tally.orders += 1
            tally.revenue += sale.revenue
            tally.earned += earned
            tally.since = min(tally.since or sale.ordered_at, sale.ordered_at)

    def adjust(self, rule: BookRule, sale: Placed, earned: Decimal) -> None:
        """A known reward counts for more, or for less where ``earned`` is negative."""
        if rule.remembers:
            for tally in self._tallies(rule, sale):
                tally.earned += earned

    def _tallies(self, rule: BookRule, sale: Placed) -> tuple[Tally, Tally, Tally]:
        return (
            self.advocates.setdefault((rule.pk, sale.advocate_id), Tally()),
            self.customers.setdefault((rule.pk, sale.customer_id), Tally()),
            self.rules.setdefault(rule.pk, Tally()),
        )


_EARNED = Sum("earned", filter=~Q(status=Status.DENIED), default=ZERO)


def _by(rows: QuerySet[Reward], column: str) -> dict[tuple[int, int], Tally]:
    found = rows.values_list("rule_id", F(column)).annotate(
        number=Count("pk", filter=COUNTED),
        turnover=Sum("revenue", filter=COUNTED, default=ZERO),
        granted=_EARNED,
        since=Min("order__ordered_at", filter=COUNTED),
    )
    return {(rule, contact): Tally(*tally) for rule, contact, *tally in found}
