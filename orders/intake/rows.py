"""A draft on its way through the door, with what was looked up for it."""

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from orders.intake.checking import Facts
from orders.intake.drafts import OrderDraft, Outcome, Planned, Problem
from orders.models import Order, Status
from referrals.attribution import Case, Claims
from referrals.evidence import Evidence, Neighbour, Person, Tie


@dataclass(slots=True)
class Known:
    """An order that is there already, as far as a new telling is compared with it."""

    pk: int
    order_id: str
    customer_id: int
    campaign_id: int | None
    attribution_id: int | None
    advocate_id: int | None
    amount: Decimal
    refunded: Decimal
    currency: str
    ordered_at: dt.datetime
    external_status: str
    hubspot_dealstage: str
    properties: dict[str, Any]
    clocks: dict[str, str]
    status: str
    reason: str
    attention: str
    is_test: bool

    @property
    def is_attributed(self) -> bool:
        return self.attribution_id is not None


_COLUMNS = (
    *("pk", "order_id", "customer_id", "campaign_id", "referral_attribution_id", "advocate_id"),
    *("revenue_amount", "refunded_amount", "currency", "ordered_at", "external_status"),
    *("hubspot_dealstage", "properties", "clocks", "status", "reason", "attention"),
    "is_test",
)


@dataclass(slots=True)
class Row:
    """``changes`` are the columns of a known order to be written; ``case`` is set once it is to be decided.

    ``has_taught``: the customer was made from it, or completed by it.
    """

    draft: OrderDraft
    facts: Facts
    planned: Planned
    known: Known | None = None
    person: Person | None = None
    campaign_id: int | None = None
    ordered_at: dt.datetime | None = None
    case: Case | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    noted: dict[str, str] = field(default_factory=dict)
    enrols: list[tuple[Person, int]] = field(default_factory=list)
    has_taught: bool = False

    @property
    def is_stored(self) -> bool:
        """Whether something of it is written."""
        outcome = self.planned.outcome
        learned = outcome == Outcome.UNCHANGED and self.person is not None and self.person.is_changed
        return outcome == Outcome.CREATED or learned or bool(self.changes or self.noted)

    def refuse(self, *problems: Problem) -> None:
        self.planned.outcome, self.planned.differences = Outcome.REJECTED, {}
        self.changes, self.noted, self.case = {}, {}, None
        self.planned.problems += problems


class Carry:
    """What a preview has planned so far and nobody wrote: the next chunk must see it as if it were there."""

    def __init__(self) -> None:
        self.orders: dict[str, Known] = {}
        self.people: dict[str, Person] = {}
        self.ties: dict[int, list[Tie]] = {}
        self.enrollments: dict[int, dict[int, Any]] = {}
        self.claims: dict[int, set[tuple[str, str]]] = {}
        self.announced: set[int] = set()
        self.neighbours: list[tuple[str, Neighbour]] = []
        self.last_id = 0

    def lend_people(self, evidence: Evidence, emails: Collection[str], uids: Collection[str]) -> None:
        keys = (*(f"e:{email}" for email in emails), *(f"u:{uid}" for uid in uids))
        lent = {self.people[key].id: self.people[key] for key in keys if key in self.people}
        for person in lent.values():
            evidence.add_person(replace(person))

    def lend_standing(self, evidence: Evidence, people: Collection[int]) -> None:
        for pk in people:
            for tie in self.ties.get(pk, ()):
                evidence.add_tie(tie)
            for campaign_id, enrollment in self.enrollments.get(pk, {}).items():
                evidence.enrollments.setdefault(pk, {}).setdefault(campaign_id, enrollment)

    def lend_neighbours(self, evidence: Evidence) -> None:
        for ip, one in self.neighbours:
            evidence.neighbours.setdefault(ip, []).append(one)

    def keep(self, rows: list[Row], evidence: Evidence) -> None:
        """Remember what these rows would have written."""
        self.last_id = evidence.last_id
        for row in rows:
            if not row.is_stored:
                continue
            for person in (row.person, *(person for person, _ in row.enrols)):
                if person is not None:
                    self.people.update({f"e:{person.email}": person} if person.email else {})
                    self.people.update({f"u:{person.uid}": person} if person.uid else {})
            for person, campaign_id in row.enrols:
                self.enrollments.setdefault(person.id, {})[campaign_id] = evidence.enrollments[person.id][
                    campaign_id
                ]
            self._keep_tie(row, evidence)
            self._keep_neighbour(row)
            self._keep_order(row)

    def _keep_tie(self, row: Row, evidence: Evidence) -> None:
        verdict = row.planned.verdict
        if verdict is None or not verdict.is_new or row.case is None or verdict.campaign_id is None:
            return
        made = evidence.ties[(row.case.customer_id, verdict.campaign_id)]
        self.ties.setdefault(row.case.customer_id, []).extend(
            tie for tie in made if tie.id == verdict.attribution_id
        )

    def _keep_neighbour(self, row: Row) -> None:
        case, verdict = row.case, row.planned.verdict
        if case is not None and case.ip_address and verdict is not None:
            campaign_id, advocate_id = verdict.campaign_id, verdict.advocate_id
            here = Neighbour(case.customer_id, advocate_id, campaign_id, case.ordered_at)
            self.neighbours.append((case.ip_address, here))

    def _keep_order(self, row: Row) -> None:
        known = row.known
        if known is None:
            self.last_id -= 1
            known = _as_known(row, self.last_id)
        else:
            for column, value in row.changes.items():
                setattr(known, FIELD_OF_COLUMN.get(column, column), value)
        self.orders[known.order_id] = known
        self.claims.setdefault(known.pk, set()).update(row.facts.claims.given())


FIELD_OF_COLUMN = {"revenue_amount": "amount", "referral_attribution_id": "attribution_id"}


def _as_known(row: Row, pk: int) -> Known:
    facts, planned, verdict = row.facts, row.planned, row.planned.verdict
    assert row.person is not None
    assert planned.amount is not None
    assert row.ordered_at is not None
    return Known(
        pk,
        facts.order_id,
        row.person.id,
        row.campaign_id,
        verdict.attribution_id if verdict else None,
        verdict.advocate_id if verdict else None,
        planned.amount,
        Decimal(0),
        planned.currency,
        row.ordered_at,
        facts.external_status or "",
        facts.hubspot_dealstage or "",
        {name: value for name, value in facts.properties.items() if value is not None},
        first_clocks(row),
        Status.RECORDED,
        verdict.reason if verdict else "",
        verdict.attention if verdict else "",
        bool(row.draft.is_test),
    )


def clock(told_at: dt.datetime, value: Any) -> str:
    """A telling of a field, such that the greater one counts: the later, of equal ones the larger value."""
    return f"{told_at.astimezone(dt.UTC).isoformat()} {value}"


def mark_of_customer(facts: Facts) -> str:
    """Tells two customers apart in a clock without naming them, and is the same before they are stored."""
    return hashlib.blake2b((facts.email or facts.uid).encode(), digest_size=2).hexdigest()


def first_clocks(row: Row) -> dict[str, str]:
    """When the source said each fact of a new order, where it has a clock."""
    told_at, facts = row.draft.told_at, row.facts
    if told_at is None:
        return {}
    said: dict[str, Any] = {
        "revenue_amount": row.planned.amount,
        "ordered_at": facts.ordered_at,
        "external_status": facts.external_status,
        "hubspot_dealstage": facts.hubspot_dealstage,
        "customer": mark_of_customer(facts),
        "campaign": row.campaign_id if facts.campaign_uid else None,
    }
    told = {name: value for name, value in said.items() if value is not None}
    # A property that was taken away was said to be none.
    told.update({f"properties.{name}": value for name, value in facts.properties.items()})
    return {name: clock(told_at, value) for name, value in told.items()}


def read_known(order_ids: Collection[str], *, lock: bool) -> dict[str, Known]:
    """The orders with these ids that are not voided; locked against other writers where asked."""
    if not order_ids:
        return {}
    rows = Order.objects.filter(order_id__any_of=order_ids, voided_at__isnull=True)
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {known.order_id: known for known in (Known(*values) for values in rows.values_list(*_COLUMNS))}


def new_claims(claims: Claims, used: Collection[tuple[str, str]]) -> dict[str, str]:
    """Those of ``claims`` that were not looked at before for the same order."""
    return {name: text for name, text in claims.given() if (name, text.lower()) not in used}
