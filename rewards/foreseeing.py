"""What previewed orders would earn. Nothing is there yet to be asked: an estimate where it must be."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone

from campaigns.terms import ZERO
from orders.intake import Outcome, Planned
from rewards.accrual import judge
from rewards.book import read_book
from rewards.memory import Memory
from rewards.sales import Placed

SURE, AT_MOST = "Rewards", "Rewards, at most"


def foresee(planned: Sequence[Planned]) -> list[tuple[str, str, Decimal]]:
    """(label, currency, amount) of the new attributed orders among ``planned``.

    Conditions cannot be asked of orders that are not there, and rules that remember see one preview's orders
    only: then the amount is the most that it can be.
    """
    sales = [sale for one in planned if (sale := _as_sale(one)) is not None]
    book = read_book({sale.campaign_id for sale in sales}) if sales else None
    if book is None or not book.by_campaign:
        return []
    memory = Memory.load(list(book.rules.values()), sales, hold=False)
    sums: dict[str, Decimal] = {}
    is_sure = True
    for sale in sorted(sales, key=lambda sale: sale.ordered_at):
        for rule in book.of(sale.campaign_id):
            version = rule.at(sale.ordered_at)
            if version is None:
                continue
            is_sure = is_sure and not version.conditions and not rule.remembers
            plain = replace(version, conditions="")
            found = judge(sale, rule, plain, book, memory.before(rule, sale), {})
            if not found.reason:
                memory.count(rule, sale, found.amount)
                sums[sale.currency] = sums.get(sale.currency, ZERO) + found.amount
    return [(SURE if is_sure else AT_MOST, currency, amount) for currency, amount in sorted(sums.items())]


def _as_sale(one: Planned) -> Placed | None:
    """The order as it would be; None where it earns nothing new."""
    verdict = one.verdict
    if one.outcome != Outcome.CREATED or verdict is None or one.amount is None:
        return None
    if verdict.advocate_id is None or verdict.campaign_id is None:
        return None
    now = timezone.now()
    return Placed(
        pk=0,
        campaign_id=verdict.campaign_id,
        advocate_id=verdict.advocate_id,
        customer_id=one.customer_pk or 0,
        revenue=one.amount,
        refunded=ZERO,
        currency=one.currency,
        ordered_at=one.draft.ordered_at or now,
        properties=one.draft.properties,
        is_test=bool(one.draft.is_test),
        is_flagged=verdict.is_flagged,
        advocate_flagged=False,
        advocate_status="",
        advocate_since=now,
        customer_flagged=False,
        customer_status="",
        customer_since=now,
    )
