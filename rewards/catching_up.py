"""Lets orders that were recorded before a rule was published earn by it, where it counts for them."""

from django.db import transaction

from core.events.log import Actor
from orders.models import Order
from rewards.accrual import settle
from rewards.sales import may_earn

CHUNK = 2_000


def waiting(campaign_id: int) -> int:
    """How many attributed orders of the campaign have earned nothing so far."""
    return may_earn(Order.objects.filter(campaign=campaign_id, rewards__isnull=True, is_test=False)).count()


def catch_up(campaign_id: int, *, actor: Actor, source: str) -> int:
    """Settle every attributed order of the campaign, the earliest first; returns how many rewards were made.

    A chunk is one transaction. Those that earned already stay as they are, so it may be done again.
    """
    orders = may_earn(Order.objects.filter(campaign=campaign_id)).order_by("ordered_at", "pk")
    keys = list(orders.values_list("pk", flat=True))
    made = 0
    for at in range(0, len(keys), CHUNK):
        with transaction.atomic():
            made += len(settle(keys[at : at + CHUNK], actor=actor, source=source).earned)
    return made
