"""An order that was a mistake: its rewards go, unless they were paid."""

from decimal import Decimal

from django.utils import timezone

from core.events.log import SYSTEM, Entry
from orders.intake import IntakeRefused, Problem
from orders.models import Order
from rewards import ledger
from rewards.accrual import held
from rewards.ledger import HOME
from rewards.models import Reward, Status
from rewards.outcome import Outcome
from rewards.writing import write

VOIDED = "voided"


def take_back(order: Order) -> None:
    """Deny every reward of a voided order. Raises IntakeRefused where one of them was paid."""
    if not Reward.objects.filter(order=order).exists():
        return
    ledger.moving()
    outcome = Outcome(timezone.now())
    for reward in held(Reward.objects.filter(order=order)):
        if reward.is_paid:
            words = "A reward of this order was paid. Refund the order instead."
            raise IntakeRefused(Problem("", words, "paid"))
        if reward.status != Status.DENIED and reward.amount > 0:
            home = HOME[Status(reward.status)]
            outcome.postings += ledger.change(
                "denied", home, -reward.amount, reward.currency, reward.recipient_id, reward.pk, VOIDED
            )
        reward.status, reward.reason, reward.amount = Status.DENIED, VOIDED, Decimal(0)
        outcome.changed.append(reward)
        outcome.events.append(
            Entry("reward_denied", "reward", reward.pk, {"order": order.pk, "reason": VOIDED})
        )
    write(outcome, actor=SYSTEM, source=order.source)
