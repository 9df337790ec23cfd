"""A payout run as a file, for whoever makes the payments."""

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

from core import money
from core.listing.export import guarded
from rewards.models import Payout, PayoutRun


def _plain(payout: Payout) -> list[str]:
    return [
        *(str(payout.pk), str(payout.contact), payout.contact.email or "", payout.contact.uid or ""),
        *(money.plain(payout.amount, payout.currency), payout.currency),
    ]


def _paypal(payout: Payout) -> list[str]:
    amount = money.plain(payout.amount, payout.currency)
    return [payout.contact.email or "", amount, payout.currency, str(payout.pk), f"Rewards, {payout.run}"]


def _gifts(payout: Payout) -> list[str]:
    amount = money.plain(payout.amount, payout.currency)
    return [str(payout.contact), payout.contact.email or "", amount, payout.currency, str(payout.pk)]


# Name in the address → label, heads (none where the receiver wants none), and the cells of a payout.
KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[Payout], list[str]]]] = {
    "csv": ("CSV", ("payout", "name", "email", "uid", "amount", "currency"), _plain),
    "paypal": ("PayPal mass payment", (), _paypal),
    "gifts": ("Gift cards (Tremendous)", ("Name", "Email", "Amount", "Currency", "External ID"), _gifts),
}


def written(run: PayoutRun, kind: str) -> str:
    """The payouts of ``run`` that are on their way, as CSV."""
    _, heads, cells = KINDS[kind]
    payouts = run.payouts.filter(status=Payout.Status.PROCESSING).select_related("contact", "run")
    return _csv(heads, (cells(payout) for payout in payouts.order_by("pk")))


def _csv(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    if heads := list(heads):
        writer.writerow(heads)
    writer.writerows([guarded(str(cell)) for cell in row] for row in rows)
    return out.getvalue()


def statement_csv(rows: Iterable[Iterable[Any]]) -> str:
    return _csv(("at", "what", "order", "amount", "currency", "balance"), rows)
