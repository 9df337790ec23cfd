"""A known order told again: what is the same, what changes, and what may not."""

from typing import Any

from core import money
from orders.intake.door import Door
from orders.intake.drafts import Outcome, Problem
from orders.intake.rows import Known, Row, clock, mark_of_customer
from orders.intake.standing import status_at
from referrals.evidence import Evidence

_UNSAID = object()


def compare(row: Row, door: Door, evidence: Evidence) -> None:
    """Give ``row`` its outcome as far as facts go, with the columns to change and the differences to show."""
    known = row.known
    assert known is not None
    planned = row.planned
    planned.order_pk, planned.customer_pk = real(known.pk), real(known.customer_id)
    planned.amount, planned.currency = known.amount, known.currency
    row.campaign_id, row.ordered_at = known.campaign_id, known.ordered_at
    if not door.admits(known.campaign_id):
        row.refuse(Problem("order_id", "This id belongs to an order that you may not see.", "taken"))
        return
    if door.on_existing == "skip" and not planned.problems:
        planned.outcome = Outcome.SKIPPED
        return
    locked = _locked_differences(row, known, door, evidence)
    free = _free_differences(row, known)
    if planned.problems:
        row.refuse()
        return
    planned.differences = {**locked, **free}
    if locked or door.on_existing == "fail":
        planned.outcome = Outcome.CONFLICT
        row.changes = {}
    else:
        planned.outcome = Outcome.UPDATED if free else Outcome.UNCHANGED


def _locked_differences(row: Row, known: Known, door: Door, evidence: Evidence) -> dict[str, tuple[Any, Any]]:
    """What disagrees for good. Customer and campaign are free while the order has no attribution."""
    facts = row.facts
    found: dict[str, tuple[Any, Any]] = {}
    if facts.currency and facts.currency != known.currency:
        found["currency"] = (known.currency, facts.currency)
    if row.draft.is_test not in {None, known.is_test}:
        found["test"] = (known.is_test, row.draft.is_test)
    told: dict[str, tuple[int, int | None]] = {}
    if row.person is not None:
        told["customer"] = (row.person.id, known.customer_id)
    if facts.campaign_uid:
        campaign = door.by_uid.get(facts.campaign_uid.lower())
        is_theirs = campaign is not None and door.admits(campaign.pk)
        if not is_theirs and (campaign is not None or not door.is_integration):
            row.refuse(unknown_campaign(facts.campaign_uid))
        elif campaign is not None:
            told["campaign"] = (campaign.pk, known.campaign_id)
    for name, (given, stored) in told.items():
        said = mark_of_customer(facts) if name == "customer" else given
        if not _is_news(row, known, name, said) or given == stored:
            continue
        pair = _in_words(name, row, stored, door, evidence)
        if known.is_attributed:
            found[name] = pair
        else:
            row.changes[f"{name}_id"] = given
            row.planned.differences[name] = pair
    return found


def _in_words(
    name: str, row: Row, stored: int | None, door: Door, evidence: Evidence
) -> tuple[str | None, str | None]:
    """(stored, given) as people say it: the customer's address, the campaign's uid."""
    facts = row.facts
    if name == "customer":
        person = evidence.people.get(stored) if stored else None
        return (person.email or person.uid) if person else None, facts.email or facts.uid
    before, after = (door.campaigns.get(stored) if stored else None), door.by_uid[facts.campaign_uid.lower()]
    return before.uid if before else None, after.uid


def _free_differences(row: Row, known: Known) -> dict[str, tuple[Any, Any]]:
    """What changes. Facts that the source told later already are left as they are."""
    facts, found = row.facts, dict(row.planned.differences)
    amount = _amount(row, known)
    told = {
        "revenue_amount": (known.amount, _UNSAID if amount is None else amount),
        "ordered_at": (known.ordered_at, _UNSAID if facts.ordered_at is None else facts.ordered_at),
        "external_status": (
            known.external_status,
            _UNSAID if facts.external_status is None else facts.external_status,
        ),
        "hubspot_dealstage": (
            known.hubspot_dealstage,
            _UNSAID if facts.hubspot_dealstage is None else facts.hubspot_dealstage,
        ),
    }
    for name, (stored, given) in told.items():
        if given is not _UNSAID and _is_news(row, known, name, given) and given != stored:
            found[name] = (stored, given)
            row.changes[name] = given
    properties = dict(known.properties)
    for name, value in facts.properties.items():
        stored = properties.get(name)
        if _is_news(row, known, f"properties.{name}", value) and value != stored:
            found[f"properties.{name}"] = (stored, value)
            if value is None:
                properties.pop(name)
            else:
                properties[name] = value
            row.changes["properties"] = properties
    if "ordered_at" in row.changes:
        row.ordered_at = row.changes["ordered_at"]
    if "revenue_amount" in row.changes:
        row.planned.amount = amount
        status = status_at(amount, known.refunded, known.status)
        if status != known.status:
            row.changes["status"], found["status"] = status, (known.status, status)
    return found


def _amount(row: Row, known: Known) -> Any:
    amount = row.facts.amount
    if amount is None:
        return None
    problem = settle_amount(row, known.currency)
    if problem is None and (row.planned.amount or 0) < known.refunded:
        words = f"{money.shown(known.refunded, known.currency)} {known.currency} of it were refunded already."
        problem = Problem(
            "revenue_amount", f"Revenue cannot fall below what was refunded: {words}", "refunded"
        )
    if problem is not None:
        row.refuse(problem)
        return None
    return row.planned.amount


def settle_amount(row: Row, currency: str) -> Problem | None:
    """Put the amount in the decimals of ``currency``: rounded once where that is allowed, else refused."""
    amount = row.facts.amount
    assert amount is not None
    rounded = money.rounded(amount, currency)
    row.planned.amount, row.planned.currency = rounded, currency
    if rounded == amount:
        return None
    if row.draft.may_round:
        row.planned.is_rounded = True
        return None
    places = money.exponent(currency)
    words = f"{currency} has {places or 'no'} decimal{'' if places == 1 else 's'}."
    return Problem("revenue_amount", f"{amount:f} has too many decimals: {words}", "decimals")


def unknown_campaign(uid: str) -> Problem:
    return Problem("campaign_uid", f"There is no campaign “{uid[:60]}”.", "unknown_campaign")


def _is_news(row: Row, known: Known, name: str, value: Any) -> bool:
    """Whether this telling of the field is the newest. Of equal clocks the larger value counts."""
    told_at = row.draft.told_at
    if told_at is None:
        return True
    told, stored = clock(told_at, value), known.clocks.get(name, "")
    if told < stored:
        return False
    if told > stored:
        row.changes.setdefault("clocks", dict(known.clocks))[name] = told
    return True


def real(pk: int) -> int | None:
    """The row's id; None for a row that was only planned."""
    return pk if pk > 0 else None
