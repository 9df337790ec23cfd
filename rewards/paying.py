"""Payout runs: what is owed becomes payouts, which are paid or fail. Each step is one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core import money
from core.events.log import Actor, Entry, write
from referrals.models import Contact
from rewards import ledger
from rewards.ledger import Posting, balance, touching
from rewards.models import Account, Payout, PayoutRun, Reward, Status
from rewards.models import Entry as LedgerEntry

LONGEST_NOTE = 500


class PayoutRefused(ValueError):
    """Something that cannot be paid or settled; the message says why."""


@dataclass(frozen=True)
class Owed:
    """What one person is owed in one currency; ``why_not`` says why a run leaves it, where it does."""

    contact_id: int
    name: str
    email: str
    amount: Decimal
    why_not: str = ""


def owed(currency: str, minimum: Decimal, only: Collection[int] = ()) -> list[Owed]:
    """Everybody with a balance in ``currency``, the largest first. What was taken back is netted already."""
    entries = touching(Account.OWED, LedgerEntry.objects.filter(currency=currency))
    if only:
        entries = entries.filter(contact__in=only)
    sums = dict(entries.order_by().values_list("contact").annotate(left=balance(Account.OWED)))
    people = Contact.objects.in_bulk([contact for contact, amount in sums.items() if amount])
    found = [
        Owed(pk, str(one), one.email or "", sums[pk], _why_not(one, sums[pk], minimum))
        for pk, one in people.items()
    ]
    return sorted(found, key=lambda one: (-one.amount, one.contact_id))


def _why_not(contact: Contact, amount: Decimal, minimum: Decimal) -> str:
    if amount <= 0:
        return "More was taken back than is owed; it nets against what comes."
    if amount < minimum:
        return "Below the minimum."
    if contact.erased_at is not None:
        return "Erased."
    if contact.flagged or contact.status == Contact.Status.BANNED:
        return "Flagged or banned: somebody should look first."
    return ""


def currencies() -> list[str]:
    """Those in which anything is owed."""
    rows = touching(Account.OWED, LedgerEntry.objects.all()).order_by().values_list("currency")
    return sorted(currency for currency, left in rows.annotate(left=balance(Account.OWED)) if left)


@transaction.atomic
def start(
    currency: str, minimum: Decimal, *, by: Actor, source: str, only: Collection[int] = ()
) -> PayoutRun:
    """Cut what is owed into payouts. Raises PayoutRefused where there is nothing to pay."""
    ledger.still()
    taken = [one for one in owed(currency, minimum, only) if not one.why_not]
    if not taken:
        raise PayoutRefused("Nobody is owed that much.")
    now = timezone.now()
    run = PayoutRun.objects.create(currency=currency, minimum=minimum, made_by=by.label, created_at=now)
    payouts = Payout.objects.bulk_create(
        [
            Payout(run=run, contact_id=one.contact_id, amount=one.amount, currency=currency, created_at=now)
            for one in taken
        ],
        batch_size=5_000,
    )
    ledger.write(
        (_posting("payout_started", Account.OWED, Account.PROCESSING, one) for one in payouts),
        actor=by,
        at=now,
    )
    _take_rewards(run)
    events = [Entry("payout_started", "payout", one.pk, {"run": run.pk, **_told(one)}) for one in payouts]
    write(events, actor=by, source=source, at=now)
    return run


@transaction.atomic
def settle_paid(payout_pks: Sequence[int], note: str, *, by: Actor, source: str) -> int:
    """These payouts arrived; those that are not on their way stay as they are. Returns how many did."""
    payouts = _held(payout_pks)
    if not payouts:
        return 0
    _settle(payouts, Payout.Status.PAID, note)
    ledger.write((_posting("paid", Account.PROCESSING, Account.PAID, one, note) for one in payouts), actor=by)
    rewards = _held_rewards(payouts)
    _note_rewards(rewards, "reward_fulfilled", by, source)
    rewards.update(status=Status.FULFILLED)
    events = [Entry("payout_paid", "payout", one.pk, {**_told(one), "note": note}) for one in payouts]
    write(events, actor=by, source=source)
    return len(payouts)


@transaction.atomic
def settle_failed(payout_pks: Sequence[int], why: str, *, by: Actor, source: str) -> int:
    """These payouts did not arrive: their money is owed again. Raises PayoutRefused without a reason."""
    if not why.strip():
        raise PayoutRefused("Say why it failed.")
    ledger.moving()
    payouts = _held(payout_pks)
    if not payouts:
        return 0
    _settle(payouts, Payout.Status.FAILED, why)
    ledger.write(
        (_posting("payout_failed", Account.PROCESSING, Account.OWED, one, why) for one in payouts), actor=by
    )
    _held_rewards(payouts)
    with connection.cursor() as cursor:
        # What was taken back meanwhile is in the ledger already; here it becomes part of the amount.
        cursor.execute(
            "UPDATE rewards_reward SET status = %s, payout_id = NULL, amount = amount + corrected,"
            " corrected = 0 WHERE payout_id = ANY(%s)",
            [Status.APPROVED, [one.pk for one in payouts]],
        )
    events = [Entry("payout_failed", "payout", one.pk, {**_told(one), "note": why}) for one in payouts]
    write(events, actor=by, source=source)
    return len(payouts)


def _held(payout_pks: Sequence[int]) -> list[Payout]:
    """Those on their way, locked in one order, so that a payout is settled once."""
    rows = Payout.objects.select_for_update().filter(
        pk__any_of=list(payout_pks), status=Payout.Status.PROCESSING
    )
    return list(rows.order_by("pk"))


def _held_rewards(payouts: Sequence[Payout]) -> QuerySet[Reward]:
    """The rewards in ``payouts``, locked in the order in which everybody locks rewards."""
    rows = Reward.objects.filter(payout__in=[one.pk for one in payouts], status=Status.PROCESSING)
    list(rows.select_for_update().order_by("pk").values_list("pk"))
    return rows


def _settle(payouts: Sequence[Payout], status: Payout.Status, note: str) -> None:
    Payout.objects.filter(pk__any_of=[one.pk for one in payouts]).update(
        status=status, note=" ".join(note.replace("\0", "").split())[:LONGEST_NOTE], settled_at=timezone.now()
    )


def _take_rewards(run: PayoutRun) -> None:
    """Tie every approved reward of these people in this currency to their payout."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rewards_reward AS r SET status = %s, payout_id = p.id FROM rewards_payout AS p"
            " WHERE p.run_id = %s AND r.recipient_id = p.contact_id AND r.status = %s AND r.currency = %s",
            [Status.PROCESSING, run.pk, Status.APPROVED, run.currency],
        )


def _note_rewards(rewards: QuerySet[Reward], kind: str, by: Actor, source: str) -> None:
    rows = rewards.order_by("pk").values_list("pk", "order_id", "payout_id").iterator(chunk_size=5_000)
    events = [Entry(kind, "reward", pk, {"order": order, "payout": payout}) for pk, order, payout in rows]
    if events:
        write(events, actor=by, source=source)


def _posting(kind: str, debit: str, credit: str, payout: Payout, reason: str = "") -> Posting:
    return Posting(
        kind, debit, credit, payout.amount, payout.currency, payout.contact_id, None,
        reason.replace("\0", "")[:LONGEST_NOTE], payout.pk,
    )  # fmt: skip


def _told(payout: Payout) -> dict[str, str]:
    return {"amount": money.plain(payout.amount, payout.currency), "currency": payout.currency}
