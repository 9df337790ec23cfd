"""Rules, and what became of orders by them, for tests of rewards. Orders come through the real door."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.models import Campaign
from core.events.log import Actor
from orders import intake
from orders.intake import RefundDraft
from orders.models import Order
from rewards import ledger
from rewards.models import Entry, Miss, Reward, Rule, RuleVersion
from tests.orders.shop import DESK, Shop, known, one, told

__all__ = ["DESK", "Shop", "known", "one", "told"]


def rule(of: Campaign, name: str = "Ten percent", *, to: str = "advocate", **terms: Any) -> Rule:
    """A published rule: 10 % of every order unless said otherwise. Amounts may be given as text."""
    made = Rule.objects.create(campaign=of, name=name, recipient=to)
    publish(made, **terms)
    return made


def publish(of: Rule, **terms: Any) -> RuleVersion:
    """Its next version."""
    given: dict[str, Any] = {"value": "10", **terms}
    for name in ("value", "minimum", "order_limit", "advocate_limit", "customer_limit", "budget"):
        if isinstance(given.get(name), str):
            given[name] = Decimal(given[name])
    number = of.versions.count() + 1
    return RuleVersion.objects.create(rule=of, number=number, published_at=timezone.now(), **given)


def buy(order_id: str, amount: str = "100.00", *, code: str = "XENA", **said: Any) -> Order:
    """An order of Mia's that Xena referred, unless said otherwise."""
    one(told(order_id, revenue_amount=Decimal(amount), short_code=code, **said))
    return known(order_id)


def refund(order: Order, amount: str, refund_id: str = "R-1", **more: Any) -> None:
    draft = RefundDraft(refund_id=refund_id, amount=Decimal(amount), **more)
    intake.refund(order.pk, draft, source="api", actor=DESK)


def rewards(order: Order) -> list[tuple[str, str, str]]:
    """(recipient's first name, what it is worth, status) of each of an order's rewards."""
    rows = Reward.objects.filter(order=order).select_related("recipient").order_by("pk")
    return [(row.recipient.first_name, plain(row.worth), row.status) for row in rows]


def worth(order: Order) -> str:
    """What an order's only reward is worth."""
    ((_, amount, _),) = rewards(order)
    return amount


def misses(order: Order) -> list[str]:
    return list(Miss.objects.filter(order=order).order_by("rule").values_list("reason", flat=True))


def accounts(currency: str = "USD") -> dict[str, str]:
    """What stands in each account that is not empty."""
    found = ledger.balances(Entry.objects.all())
    return {account: plain(held) for (of, account), held in sorted(found.items()) if of == currency and held}


def entries(reward: Reward | None = None) -> list[tuple[str, str, str, str]]:
    """(kind, debit, credit, amount), oldest first."""
    rows = Entry.objects.filter(reward=reward) if reward else Entry.objects.all()
    return [(row.kind, row.debit, row.credit, plain(row.amount)) for row in rows.order_by("pk")]


def plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def days(number: float) -> dt.timedelta:
    return dt.timedelta(days=number)


MARC = Actor("user", 9, "Marc Manager")
