"""The life of a reward: which status may follow which, and what each move does to the money.

A batch is one transaction. What may not be moved is left as it is and named with its reason; two people who
approve the same reward at once approve it once.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from core.events.log import SYSTEM, Actor, Entry
from orders.intake.recording import again_when_overtaken
from orders.models import Status as OrderStatus
from referrals.models import Contact
from rewards import ledger
from rewards.accrual import held, settle
from rewards.ledger import HOME
from rewards.models import Reward, Rule, Status
from rewards.outcome import Outcome
from rewards.writing import write

CHUNK = 2_000
LONGEST_REASON = 500

MOVES: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.APPROVED, Status.FLAGGED, Status.DENIED}),
    Status.FLAGGED: frozenset({Status.PENDING, Status.APPROVED, Status.DENIED}),
    # The way on from here is a payout; the ways back are for what was approved by mistake.
    Status.APPROVED: frozenset({Status.FLAGGED, Status.DENIED}),
    Status.PROCESSING: frozenset(),
    Status.FULFILLED: frozenset(),
    Status.DENIED: frozenset({Status.PENDING}),
}
_EVENTS = {
    Status.PENDING: "reopened",
    Status.APPROVED: "approved",
    Status.FLAGGED: "flagged",
    Status.DENIED: "denied",
}


class MoveRefused(ValueError):
    """A move that cannot be made at all; the message says why."""


@dataclass
class Moved:
    """``refused`` are (reward, why in words)."""

    done: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Moved") -> None:
        self.done += other.done
        self.refused += other.refused


def move(reward_pks: Collection[int], to: Status, *, actor: Actor, source: str, reason: str = "") -> Moved:
    """Bring these rewards to status ``to``, as far as each may. One transaction: for at most a chunk."""
    words = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if to in {Status.DENIED, Status.FLAGGED} and not words:
        raise MoveRefused("Say why, for whoever looks at it later.")
    if to not in _EVENTS:
        raise MoveRefused("A payout brings rewards there, nothing else.")
    return again_when_overtaken(lambda: _move(list(reward_pks), to, words, actor, source))


def move_all(rows: QuerySet[Reward], to: Status, *, actor: Actor, source: str, reason: str = "") -> Moved:
    """The same for any number, a chunk at a time; what was done stays done if a later chunk fails."""
    moved = Moved()
    for pks in chunks(rows):
        moved.add(move(pks, to, actor=actor, source=source, reason=reason))
    return moved


def chunks(rows: QuerySet[Reward], size: int = CHUNK) -> Iterator[list[int]]:
    """The keys of ``rows``, so many at a time, read as the chunks before are written."""
    last = 0
    while pks := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:size]):
        yield pks
        last = pks[-1]


def approve_due(now: dt.datetime | None = None) -> Moved:
    """Approve what is due. Held back for a person: open disputes, what needs attention, doubtful people."""
    return move_all(due(now or timezone.now()), Status.APPROVED, actor=SYSTEM, source="rewards")


def due(now: dt.datetime) -> QuerySet[Reward]:
    return Reward.objects.filter(
        HOLDS_NOT, status=Status.PENDING, due_at__lte=now, order__voided_at__isnull=True
    )


HOLDS_NOT = (
    ~Q(order__status=OrderStatus.DISPUTED)
    & Q(order__attention="", recipient__flagged=False, order__referral_attribution__flagged=False)
    & ~Q(recipient__status=Contact.Status.BANNED)
)


@dataclass(frozen=True)
class Effect:
    """What a move would do in one currency."""

    currency: str
    rewards: int
    people: int
    amount: Decimal


def effect(rows: QuerySet[Reward], to: Status) -> tuple[list[Effect], int]:
    """What moving ``rows`` would do, by currency, and how many of them may not be moved."""
    sources = [status for status, ways in MOVES.items() if to in ways]
    movable = rows.filter(status__in=sources).exclude(status=Status.DENIED, reason="voided")
    lines = (
        movable.order_by()
        .values("currency")
        .annotate(rewards=Count("pk"), people=Count("recipient", distinct=True), total=Sum("amount"))
        .order_by("-rewards", "currency")
    )
    effects = [Effect(one["currency"], one["rewards"], one["people"], one["total"]) for one in lines]
    return effects, rows.count() - sum(one.rewards for one in effects)


def _move(pks: list[int], to: Status, reason: str, actor: Actor, source: str) -> Moved:
    moved, outcome = Moved(), Outcome(timezone.now())
    ledger.moving()
    if to == Status.PENDING:
        # What is opened again may take from limits, so their rules are held; always before rewards.
        rules = Reward.objects.filter(pk__any_of=pks).values("rule")
        list(Rule.objects.select_for_update().filter(pk__in=rules).order_by("pk").values_list("pk"))
    reopened: list[int] = []
    for reward in held(Reward.objects.filter(pk__any_of=pks)):
        why_not = _why_not(reward, to)
        if why_not:
            moved.refused.append((reward.pk, why_not))
            continue
        if reward.status == Status.DENIED:
            reopened.append(reward.order_id)
        _apply(outcome, reward, to, reason)
        moved.done.append(reward.pk)
    write(outcome, actor=actor, source=source)
    if reopened:
        settle(reopened, actor=actor, source=source)
    return moved


def _why_not(reward: Reward, to: Status) -> str:
    if reward.status == to:
        return f"It is {Status(to).label.lower()} already."
    if to not in MOVES[Status(reward.status)]:
        return f"What is {Status(reward.status).label.lower()} cannot become {Status(to).label.lower()}."
    if reward.status == Status.DENIED and reward.reason == "voided":
        return "Its order was voided."
    if reward.status == Status.DENIED and hasattr(reward, "moved_to"):
        return "It was moved to somebody else."
    return ""


def _apply(outcome: Outcome, reward: Reward, to: Status, reason: str) -> None:
    was, amount = Status(reward.status), reward.amount
    people = (reward.currency, reward.recipient_id, reward.pk)
    if to == Status.DENIED:
        outcome.postings += ledger.change("denied", HOME[was], -amount, *people, reason)
        reward.amount = Decimal(0)
    elif was == Status.DENIED:
        # Reckoned again right after: refunds may have come, and its limits may be used up.
        reward.amount = reward.earned = Decimal(0)
    elif HOME[was] != HOME[to] and amount > 0:
        outcome.postings.append(ledger.Posting(_EVENTS[to], HOME[was], HOME[to], amount, *people, reason))
    reward.status, reward.reason = to, reason if to in {Status.DENIED, Status.FLAGGED} else ""
    reward.approved_at = outcome.now if to == Status.APPROVED else None
    outcome.changed.append(reward)
    data = {"order": reward.order_id, "status": [str(was), str(to)], "reason": reason}
    outcome.events.append(Entry(f"reward_{_EVENTS[to]}", "reward", reward.pk, data))


def is_held(reward: Reward) -> bool:
    """Whether something keeps it from approving itself."""
    return not Reward.objects.filter(HOLDS_NOT, pk=reward.pk).exists()
