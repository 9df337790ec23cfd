"""Recording: plan and write in one transaction, again from the start when somebody else was quicker."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected, UniqueViolation

from core.events.log import Actor
from core.locks import violated
from orders.intake.door import Door
from orders.intake.drafts import OrderDraft, Outcome, Planned, Problem
from orders.intake.planning import plan_turn, turns
from orders.intake.rows import Carry, Row
from orders.intake.writing import Overtaken, write
from orders.models import Order
from orders.signals import orders_recorded
from referrals.evidence import Evidence

T = TypeVar("T")
ATTEMPTS = 8
_REFUSED = frozenset({Outcome.REJECTED, Outcome.CONFLICT})


def record(
    drafts: Sequence[OrderDraft],
    *,
    source: str,
    actor: Actor,
    who: Any = None,
    on_existing: str = "update",
    on_error: str = "valid",
    imported_in: int | None = None,
    enrol_missing: bool = False,
) -> list[Planned]:
    """Store ``drafts`` and say what became of each, in their order. One transaction: all of it or nothing.

    ``on_existing``: ``update`` known orders, ``skip`` them, or ``fail`` (a conflict). ``on_error``: ``valid``
    stores what it can; ``none`` stores nothing as soon as one draft is rejected or in conflict, and calls
    the others skipped. ``who`` is the user or key whose campaigns are the limit.
    """

    def attempt() -> list[Planned]:
        door = Door.open(
            source,
            actor=actor,
            who=who,
            on_existing=on_existing,
            on_error=on_error,
            enrol_missing=enrol_missing,
            imported_in=imported_in,
        )
        return _record(drafts, door)

    try:
        return again_when_overtaken(attempt)
    except _NothingStored as nothing:
        return nothing.planned


def again_when_overtaken(work: Callable[[], T]) -> T:
    """Do ``work`` in a transaction; when another writer made the same row first, look again and redo it.

    The other has committed by then, so the second look sees its row and the outcome is an honest one.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except Overtaken:
            if attempt == ATTEMPTS:
                raise
        except (IntegrityError, OperationalError) as error:
            overtaken = isinstance(error.__cause__, UniqueViolation | DeadlockDetected)
            if not overtaken or attempt == ATTEMPTS or violated_for_good(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def violated_for_good(error: Exception) -> bool:
    """Whether the database named no constraint for a row that exists twice: then looking again is no use."""
    return isinstance(error, IntegrityError) and not violated(error)


class _NothingStored(Exception):
    """Takes the transaction back under ``on_error="none"``."""

    def __init__(self, planned: list[Planned]) -> None:
        super().__init__("nothing was stored")
        self.planned = planned


def _record(drafts: Sequence[OrderDraft], door: Door) -> list[Planned]:
    planned: dict[int, Planned] = {}
    for turn in turns(drafts):
        rows, evidence = plan_turn([drafts[at] for at in turn], door, Carry(), lock=True)
        planned.update(zip(turn, (row.planned for row in rows), strict=True))
        if door.on_error == "none" and any(one.outcome in _REFUSED for one in planned.values()):
            _plan_rest(drafts, door, planned, rows, evidence)
            raise _NothingStored(_unstored(planned, len(drafts)))
        write(rows, evidence, door)
        _tell(rows, door)
    return [planned[at] for at in range(len(drafts))]


def _plan_rest(
    drafts: Sequence[OrderDraft],
    door: Door,
    planned: dict[int, Planned],
    rows: list[Row],
    evidence: Evidence,
) -> None:
    """All errors at once: those of drafts that were not looked at yet, too. ``rows`` are not written."""
    rest = [at for at in range(len(drafts)) if at not in planned]
    if rest:
        carry = Carry()
        carry.keep(rows, evidence)
        for turn in turns([drafts[at] for at in rest]):
            rows, evidence = plan_turn([drafts[rest[at]] for at in turn], door, carry, lock=False)
            carry.keep(rows, evidence)
            planned.update({rest[at]: row.planned for at, row in zip(turn, rows, strict=True)})


def _unstored(planned: dict[int, Planned], count: int) -> list[Planned]:
    words = "Nothing was stored, because other rows were refused."
    found = [planned[at] for at in range(count)]
    for one in found:
        if one.outcome not in _REFUSED:
            one.outcome, one.verdict, one.differences = Outcome.SKIPPED, None, {}
            one.warnings.append(Problem("", words, "nothing_stored"))
    return found


def _tell(rows: Sequence[Row], door: Door) -> None:
    stored = [row.planned for row in rows if row.is_stored]
    if stored:
        orders_recorded.send(Order, planned=stored, source=door.source, actor=door.actor)
