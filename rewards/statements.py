"""What one person earned, was paid and is owed in a period, as an account that can be followed."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from rewards.ledger import balance, touching
from rewards.models import Account, Entry
from rewards.payout_files import statement_csv

MOST_LINES = 5_000
_WORDS = {
    "approved": "Approved",
    "adjusted": "Adjusted",
    "clawed_back": "Taken back",
    "restored": "Restored",
    "denied": "Denied",
    "moved": "Moved to somebody else",
    "flagged": "Put on hold",
    "payout_started": "Paid out",
    "payout_failed": "Payout failed",
}


@dataclass(frozen=True)
class Line:
    at: dt.datetime
    what: str
    order: str
    amount: Decimal
    balance: Decimal


@dataclass
class Statement:
    """One currency: what was owed at the beginning, each change of it, what is owed at the end."""

    currency: str
    opening: Decimal
    lines: list[Line] = field(default_factory=list)

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].balance if self.lines else self.opening


def statements(contact_id: int, begins: dt.datetime, ends: dt.datetime) -> list[Statement]:
    """By currency, of the entries from ``begins`` until before ``ends`` that change what is owed."""
    mine = touching(Account.OWED, Entry.objects.filter(contact=contact_id))
    before = (
        mine.filter(at__lt=begins).order_by().values_list("currency").annotate(left=balance(Account.OWED))
    )
    found = {currency: Statement(currency, left) for currency, left in before}
    entries = mine.filter(at__gte=begins, at__lt=ends).select_related("reward__order").order_by("at", "pk")
    for entry in entries[:MOST_LINES]:
        one = found.setdefault(entry.currency, Statement(entry.currency, Decimal(0)))
        amount = entry.amount if entry.credit == Account.OWED else -entry.amount
        order = entry.reward.order.order_id if entry.reward else ""
        words = _WORDS.get(entry.kind, entry.kind)
        one.lines.append(Line(entry.at, words, order, amount, one.closing + amount))
    return [found[currency] for currency in sorted(found) if found[currency].lines or found[currency].opening]


def as_csv(found: list[Statement]) -> str:
    return statement_csv(
        (
            *(line.at.isoformat(timespec="seconds"), line.what, line.order),
            *(f"{line.amount:f}", one.currency, f"{line.balance:f}"),
        )
        for one in found
        for line in one.lines
    )
