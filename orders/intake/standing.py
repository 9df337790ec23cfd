"""What an order's refunds make of it: how much was taken back, and the status that is shown."""

from collections.abc import Iterable
from decimal import Decimal

from orders.models import Refund, Status

_BY_AMOUNT = frozenset({Status.PARTLY_REFUNDED, Status.REFUNDED})


def standing(revenue: Decimal, refunds: Iterable[tuple[str, str, Decimal]]) -> tuple[Decimal, Status]:
    """The refunded amount and the status, from (kind, status, amount) of each refund.

    Only what succeeded counts as money. A dispute shows while it is open, and after it was lost.
    """
    refunds = list(refunds)
    succeeded = [(kind, amount) for kind, status, amount in refunds if status == Refund.Status.SUCCEEDED]
    refunded = sum((amount for _, amount in succeeded), Decimal(0))
    kinds = {kind for kind, _ in succeeded}
    disputed = any(
        kind == Refund.Kind.DISPUTE and status != Refund.Status.FAILED for kind, status, _ in refunds
    )
    if disputed:
        return refunded, Status.DISPUTED
    if kinds & {Refund.Kind.CANCELLATION, Refund.Kind.LOST}:
        return refunded, Status.CANCELLED
    if Refund.Kind.REFUND in kinds:
        return refunded, Status.REFUNDED if refunded >= revenue else Status.PARTLY_REFUNDED
    return refunded, Status.RECORDED


def status_at(revenue: Decimal, refunded: Decimal, status: str) -> str:
    """The status once the revenue is corrected: only how much was refunded is measured by it."""
    if status not in _BY_AMOUNT:
        return status
    return Status.REFUNDED if refunded >= revenue else Status.PARTLY_REFUNDED
