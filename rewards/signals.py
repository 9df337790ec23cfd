"""What orders set off here, inside the transaction that wrote them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.dispatch import receiver

from core.events.log import SYSTEM, Actor
from orders.intake import Outcome, Planned
from orders.models import Order
from orders.signals import (
    orders_attributed,
    orders_planned,
    orders_recorded,
    orders_refunded,
    orders_totals,
    orders_voided,
)
from rewards.accrual import settle
from rewards.foreseeing import foresee
from rewards.queries import earned_by
from rewards.taking_back import take_back


@receiver(orders_recorded)
def earn(planned: Sequence[Planned], source: str, actor: Actor, **_: Any) -> None:
    """New attributed orders earn, and changed orders change what they earned."""
    new = [one.order_pk for one in planned if _is_new(one) and one.verdict and one.verdict.is_attributed]
    changed = [one.order_pk for one in planned if one.outcome == Outcome.UPDATED]
    if new:
        settle([pk for pk in new if pk], actor=actor, source=source, are_new=True)
    if changed:
        settle([pk for pk in changed if pk], actor=actor, source=source)


@receiver(orders_attributed)
def earn_late(order: Order, **_: Any) -> None:
    settle([order.pk], actor=SYSTEM, source="dashboard")


@receiver(orders_refunded)
def follow_refund(order: Order, **_: Any) -> None:
    settle([order.pk], actor=SYSTEM, source=order.source)


@receiver(orders_voided)
def follow_void(order: Order, **_: Any) -> None:
    take_back(order)


@receiver(orders_planned)
def look_ahead(planned: Sequence[Planned], **_: Any) -> list[tuple[str, str, Decimal]]:
    return foresee(planned)


@receiver(orders_totals)
def add_up(rows: QuerySet[Order], **_: Any) -> list[tuple[str, str, Decimal]]:
    return earned_by(rows)


def _is_new(one: Planned) -> bool:
    return one.outcome == Outcome.CREATED
