"""What orders tell the floors above them, and what happens when a single order is saved.

The signals for batches are sent inside the writer's transaction.
"""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_save, pre_save
from django.dispatch import Signal, receiver

from orders.models import Order
from orders.saving import AttributionLocked, after_save, before_save
from referrals.signals import contact_erased

__all__ = ["AttributionLocked"]

# ``planned``: the stored of a batch, a list of orders.intake.Planned; ``source``; ``actor``.
orders_recorded = Signal()
# ``planned``: a batch that was only previewed. A receiver may answer with (label, currency, amount) lines.
orders_planned = Signal()
# ``order``, and ``refund`` or ``verdict``. A receiver of orders_voided may raise IntakeRefused to prevent it.
orders_refunded = Signal()
orders_voided = Signal()
orders_attributed = Signal()
# ``rows``: the orders whose numbers stand above the table. A receiver may answer as to orders_planned.
orders_totals = Signal()


@receiver(pre_save, sender=Order)
def decide(
    sender: type[Order], instance: Order, raw: bool, update_fields: Collection[str] | None, **_: Any
) -> None:
    if not raw:
        before_save(instance, update_fields)


@receiver(contact_erased)
def forget(sender: Any, contact_ids: Collection[int], emails: Collection[str], **_: Any) -> None:
    # Intake sends the signals above, so it cannot be imported before them.
    from orders.intake.erasing import forget as forget_person

    forget_person(contact_ids, emails)


@receiver(post_save, sender=Order)
def note(sender: type[Order], instance: Order, created: bool, raw: bool, **_: Any) -> None:
    if not raw:
        after_save(instance, created=created)
