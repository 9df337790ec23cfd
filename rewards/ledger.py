"""Writing to the ledger, and what its accounts come to."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.utils import timezone

from core.copying import copy_rows
from core.events.log import Actor
from rewards.models import Account, Entry, Status

# Any two numbers, the same for all processes: who moves owed money shares this lock, who must see it stand
# still holds it alone.
_LOCK = (7201, 1)
HOME = {
    Status.PENDING: Account.PENDING,
    Status.FLAGGED: Account.PENDING,
    Status.APPROVED: Account.OWED,
    # What changes after the payout was cut nets against the next one.
    Status.PROCESSING: Account.OWED,
    Status.FULFILLED: Account.OWED,
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry to be written."""

    kind: str
    debit: str
    credit: str
    amount: Decimal
    currency: str
    contact_id: int
    reward_id: int | None = None
    reason: str = ""
    payout_id: int | None = None


def moving() -> None:
    """Until the end of the transaction nobody holds all money still. To be called before rows are locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", _LOCK)


def still() -> None:
    """Until the end of the transaction no approved money moves but by us; waits for those who move it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)


def change(
    kind: str, home: str, delta: Decimal, currency: str, contact_id: int, reward_id: int, reason: str = ""
) -> Iterator[Posting]:
    """What a reward at account ``home`` gains (or loses, where ``delta`` is negative) at our cost."""
    if delta > 0:
        yield Posting(kind, Account.COST, home, delta, currency, contact_id, reward_id, reason)
    elif delta < 0:
        yield Posting(kind, home, Account.COST, -delta, currency, contact_id, reward_id, reason)


def write(postings: Iterable[Posting], *, actor: Actor, at: dt.datetime | None = None) -> int:
    """Append ``postings`` inside the caller's transaction, in one statement however many they are."""
    when = at or timezone.now()
    who = (actor.kind, actor.id, actor.label)
    columns = (
        *("at", "kind", "debit", "credit", "amount", "currency", "contact_id", "reward_id", "payout_id"),
        *("reason", "actor_kind", "actor_id", "actor_label"),
    )
    rows = (
        (
            *(when, one.kind, str(one.debit), str(one.credit), one.amount, one.currency),
            *(one.contact_id, one.reward_id, one.payout_id, one.reason, *who),
        )
        for one in postings
    )
    return copy_rows(connection, Entry._meta.db_table, columns, rows)


def balance(account: str) -> Sum:
    """The balance of ``account`` over some entries, as an aggregate."""
    side = Case(When(credit=account, then=F("amount")), When(debit=account, then=-F("amount")))
    return Sum(side, default=Decimal(0))


def touching(account: str, entries: QuerySet[Entry]) -> QuerySet[Entry]:
    return entries.filter(Q(credit=account) | Q(debit=account))


def balances(entries: QuerySet[Entry]) -> dict[tuple[str, str], Decimal]:
    """(currency, account) → balance, of those that some of ``entries`` touch."""
    found: dict[tuple[str, str], Decimal] = {}
    rows = entries.order_by().values_list("currency", "debit", "credit").annotate(sum=Sum("amount"))
    for currency, debit, credit, amount in rows:
        for account, signed in ((debit, -amount), (credit, amount)):
            found[currency, account] = found.get((currency, account), Decimal(0)) + signed
    return found
