"""Classifies a batch of drafts. It only reads: a preview is this, and recording is this and a write."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from orders.intake.checking import check, missing
from orders.intake.comparing import compare, settle_amount, unknown_campaign
from orders.intake.door import Door
from orders.intake.drafts import OrderDraft, Outcome, Planned, Problem
from orders.intake.gathering import gather, knows_coupon, read_used_claims
from orders.intake.rows import Carry, Row, new_claims
from referrals.attribution import Case, Claims, Verdict, campaign_of, decide
from referrals.evidence import Evidence, Person
from referrals.models import Enrollment


def plan(
    drafts: Sequence[OrderDraft],
    carry: Carry | None = None,
    *,
    source: str,
    who: Any = None,
    on_existing: str = "update",
    enrol_missing: bool = False,
) -> list[Planned]:
    """What recording ``drafts`` would do, in their order. Nothing is written.

    A preview of many chunks passes one ``carry`` from chunk to chunk.
    """
    door = Door.open(source, who=who, on_existing=on_existing, enrol_missing=enrol_missing)
    carry = Carry() if carry is None else carry
    planned: dict[int, Planned] = {}
    for turn in turns(drafts):
        rows, evidence = plan_turn([drafts[at] for at in turn], door, carry, lock=False)
        carry.keep(rows, evidence)
        planned.update(zip(turn, (row.planned for row in rows), strict=True))
    return [planned[at] for at in range(len(drafts))]


def turns(drafts: Sequence[OrderDraft]) -> Iterator[list[int]]:
    """Positions of drafts, so that no order is told twice in one turn: the second telling meets the first."""
    seen: dict[str, int] = {}
    found: list[list[int]] = []
    for at, draft in enumerate(drafts):
        order_id = draft.order_id.strip()
        turn = seen.get(order_id, 0) if order_id else 0
        seen[order_id] = turn + 1
        if turn == len(found):
            found.append([])
        found[turn].append(at)
    yield from found


def plan_turn(
    drafts: Sequence[OrderDraft], door: Door, carry: Carry, *, lock: bool
) -> tuple[list[Row], Evidence]:
    """The rows of one turn, decided; ``lock`` holds the known orders until the end of the transaction.

    A row that is refused has no say in who a contact is: where it had one, the others are decided without it.
    """
    decided: dict[int, Row] = {}
    while True:
        places = [at for at in range(len(drafts)) if at not in decided]
        rows, evidence = _decide_all([drafts[at] for at in places], door, carry, lock=lock)
        silenced = _taught_in_vain(rows)
        if not silenced:
            break
        decided.update((at, row) for at, row in zip(places, rows, strict=True) if id(row) in silenced)
    decided.update(zip(places, rows, strict=True))
    in_order = [decided[at] for at in range(len(drafts))]
    _say_who_is_new(in_order, carry)
    return in_order, evidence


def _taught_in_vain(rows: Sequence[Row]) -> set[int]:
    """By identity: the refused rows about customers of stored rows, if one of them made or completed one."""
    stored = {row.person.id for row in rows if row.person is not None and row.is_stored}
    refused = [
        row
        for row in rows
        if row.planned.outcome in {Outcome.REJECTED, Outcome.CONFLICT, Outcome.SKIPPED}
        and row.person is not None
        and row.person.id in stored
    ]
    return {id(row) for row in refused} if any(row.has_taught for row in refused) else set()


def _decide_all(
    drafts: Sequence[OrderDraft], door: Door, carry: Carry, *, lock: bool
) -> tuple[list[Row], Evidence]:
    rows = [_read(draft, door) for draft in drafts]
    evidence = gather(rows, door, carry, lock=lock)
    # Not the door's moment: what was read meanwhile may be younger than that.
    now = timezone.now()
    for row in rows:
        if row.known is None:
            _prepare_new(row, door, evidence, now)
        else:
            compare(row, door, evidence)
    _reconsider(rows, door, carry, evidence)
    undecided = [row for row in rows if row.case is not None]
    undecided.sort(key=_moment)
    for row in undecided:
        _settle(row, door, evidence)
    return rows, evidence


def _read(draft: OrderDraft, door: Door) -> Row:
    facts, problems, warnings = check(draft, door.properties, door.now)
    outcome = Outcome.REJECTED if problems else Outcome.CREATED
    return Row(draft, facts, Planned(draft, outcome, problems=problems, warnings=warnings))


def _prepare_new(row: Row, door: Door, evidence: Evidence, now: dt.datetime) -> None:
    """Reject a new order that lacks something; else ready it for the decision."""
    facts, problems = row.facts, missing(row.facts, door.required, row.planned.problems)
    row.ordered_at = facts.ordered_at or now
    campaign = door.by_uid.get(facts.campaign_uid.lower()) if facts.campaign_uid else None
    if facts.campaign_uid and campaign is None:
        (row.planned.warnings if door.is_integration else problems).append(
            unknown_campaign(facts.campaign_uid)
        )
    case = Case(
        row.person.id if row.person else 0,
        row.ordered_at,
        _claims_of(row, door, evidence),
        campaign.pk if campaign else None,
        ip_address=facts.ip_address or "",
    )
    row.campaign_id = campaign_of(case, evidence)
    if not door.admits(row.campaign_id) and not problems:
        if facts.campaign_uid:
            problems.append(unknown_campaign(facts.campaign_uid))
        else:
            problems.append(Problem("campaign_uid", "Name one of your campaigns.", "required"))
    if facts.amount is not None:
        problem = settle_amount(row, facts.currency or door.currency_of(row.campaign_id))
        if problem is not None:
            problems.append(problem)
    if problems or row.planned.problems:
        row.refuse(*problems)
    else:
        row.case = case


def _reconsider(rows: Sequence[Row], door: Door, carry: Carry, evidence: Evidence) -> None:
    """Known orders: a claim that is new is decided on, or noted where the order is attributed already."""
    with_claims = [
        row
        for row in rows
        if row.known is not None
        and row.planned.outcome in {Outcome.UPDATED, Outcome.UNCHANGED}
        and (row.facts.claims or "campaign_id" in row.changes)
    ]
    if not with_claims:
        return
    used = read_used_claims(with_claims, carry)
    for row in with_claims:
        known = row.known
        assert known is not None
        assert row.ordered_at is not None
        claims = _claims_of(row, door, evidence)
        fresh = new_claims(claims, used[known.pk])
        if known.is_attributed:
            row.noted = fresh
            if fresh:
                words = "The order is attributed for good; the claim was noted."
                row.planned.warnings.append(Problem(next(iter(fresh)), words, "attributed"))
        elif fresh or (known.campaign_id is None and "campaign_id" in row.changes):
            campaign_id = row.changes.get("campaign_id", known.campaign_id)
            customer_id = row.changes.get("customer_id", known.customer_id)
            ip = row.facts.ip_address or ""
            row.case = Case(customer_id, row.ordered_at, claims, campaign_id, ip_address=ip)


def _claims_of(row: Row, door: Door, evidence: Evidence) -> Claims:
    """Shops have many coupons that name nobody: from integrations, such a one is no claim."""
    claims = row.facts.claims
    if claims.coupon_code and door.is_integration and not knows_coupon(claims.coupon_code, evidence):
        return Claims(claims.short_code, "", claims.advocate_email, claims.click_id)
    return claims


def _settle(row: Row, door: Door, evidence: Evidence) -> None:
    """Decide who referred the order, and say what that changes about it."""
    case = row.case
    assert case is not None
    if door.enrol_missing and case.claims.advocate_email:
        _enrol(row, case, door, evidence)
    verdict = decide(case, evidence)
    planned, known = row.planned, row.known
    planned.verdict = verdict
    if row.facts.campaign_uid and verdict.campaign_id is None and not verdict.attention:
        verdict.attention = "unknown_campaign"
    if any(one.code == "two_contacts" for one in planned.warnings) and not verdict.attention:
        verdict.attention = "two_contacts"
    row.campaign_id = verdict.campaign_id
    planned.customer_pk = case.customer_id if case.customer_id > 0 else None
    if known is None:
        return
    if not door.admits(verdict.campaign_id):
        row.refuse(Problem("campaign_uid", "This would move the order out of your campaigns.", "campaign"))
        planned.verdict = None
        return
    _note_change(row, verdict, door)


def _note_change(row: Row, verdict: Verdict, door: Door) -> None:
    """What deciding a known order again makes of it."""
    known, planned = row.known, row.planned
    assert known is not None
    if verdict.campaign_id != known.campaign_id and verdict.campaign_id is not None:
        row.changes["campaign_id"] = verdict.campaign_id
        before = door.campaigns.get(known.campaign_id) if known.campaign_id else None
        pair = (before.uid if before else None, door.campaigns[verdict.campaign_id].uid)
        planned.differences.setdefault("campaign", pair)
    if verdict.is_attributed:
        row.changes["referral_attribution_id"] = verdict.attribution_id
        row.changes["advocate_id"] = verdict.advocate_id
        planned.differences["advocate"] = (None, verdict.advocate_id)
    if (verdict.reason, verdict.attention) != (known.reason, known.attention):
        row.changes["reason"], row.changes["attention"] = verdict.reason, verdict.attention
        planned.differences["reason"] = (known.reason, verdict.reason)
    if planned.differences:
        planned.outcome = Outcome.UPDATED
    elif row.facts.claims:
        row.noted = dict(row.facts.claims.given())


def _enrol(row: Row, case: Case, door: Door, evidence: Evidence) -> None:
    """*Enrol missing*: the named advocate becomes one, in the order's campaign, where that is known."""
    campaign_id = campaign_of(case, evidence)
    if campaign_id is None or not door.admits(campaign_id):
        return
    email = case.claims.advocate_email
    person = evidence.by_email.get(email)
    if person is None:
        person = Person(evidence.fresh_id(), email, None)
        evidence.add_person(person)
    mine = evidence.enrollments.setdefault(person.id, {})
    if campaign_id not in mine:
        mine[campaign_id] = Enrollment(campaign_id=campaign_id, enrolled_at=door.now)
        row.enrols.append((person, campaign_id))


def _say_who_is_new(rows: Sequence[Row], carry: Carry) -> None:
    """A contact is new with the first row that is stored for it."""
    for row in rows:
        person = row.person
        if person is not None and person.id < 0 and row.is_stored and person.id not in carry.announced:
            carry.announced.add(person.id)
            row.planned.is_new_contact = True


def _moment(row: Row) -> dt.datetime:
    assert row.case is not None
    return row.case.ordered_at
