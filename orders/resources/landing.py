"""Through the door and back: rows of a file are planned or recorded, and what became of them is told."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.program import program, zone
from core.imports.importers import Errand, Fault, Landed
from orders.intake import Carry, OrderDraft, Outcome, Planned, Problem, plan, record
from orders.models import Order, Source
from orders.signals import orders_planned
from referrals.reasons import REASONS

ENROL_MISSING = "enrol_missing"
_COMES_IN = frozenset({Outcome.CREATED, Outcome.UPDATED})


def planned(drafts: Sequence[OrderDraft], carry: Carry, errand: Errand) -> list[Landed]:
    """What recording would do. What the floors above would make of the batch is said with its first order."""
    found = plan(
        drafts,
        carry,
        source=Source.CSV,
        who=errand.who,
        on_existing=errand.on_existing,
        enrol_missing=ENROL_MISSING in errand.flags,
    )
    landed = [_landed(one) for one in found]
    if landed:
        answers: list[tuple[Any, Any]] = orders_planned.send(Order, planned=found)
        landed[0].brings = tuple(line for _, lines in answers for line in lines or ())
    return landed


def recorded(drafts: Sequence[OrderDraft], errand: Errand) -> list[Landed]:
    found = record(
        drafts,
        source=Source.CSV,
        actor=errand.actor,
        who=errand.who,
        on_existing=errand.on_existing,
        on_error=errand.on_error,
        imported_in=errand.import_id,
        enrol_missing=ENROL_MISSING in errand.flags,
    )
    return [_landed(one) for one in found]


def _landed(one: Planned) -> Landed:
    """What intake says of an order, in the terms of the machine."""
    verdict, comes_in = one.verdict, one.outcome in _COMES_IN
    marks = [
        name
        for name, holds in (
            ("new_contact", one.is_new_contact),
            ("rounded", comes_in and one.is_rounded),
            ("attributed", comes_in and verdict is not None and verdict.is_attributed),
            ("new_attribution", comes_in and verdict is not None and verdict.is_new),
        )
        if holds
    ]
    warnings = [_fault(problem) for problem in one.warnings]
    refusals: list[str] = []
    if comes_in and verdict is not None:
        refused = [look for look in verdict.looks if look.result == "refused"]
        refusals = list(dict.fromkeys(REASONS.get(look.reason, look.reason) for look in refused))
        warnings += [Fault(look.claim, REASONS.get(look.reason, look.reason)) for look in refused]
    return Landed(
        one.outcome.value,
        one.order_pk,
        [_fault(problem) for problem in one.problems],
        warnings,
        {
            name: (_said(stored), _said(given))
            for name, (stored, given) in one.differences.items()
            if name not in {"advocate", "reason"}
        },
        tuple(marks),
        tuple(refusals),
        one.amount,
        one.currency,
    )


def _fault(problem: Problem) -> Fault:
    return Fault(problem.field, problem.message, problem.suggestion, problem.code)


def _said(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return timezone.localtime(value, zone(program())).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return "nothing" if value in (None, "") else str(value)
