"""Looks up, in a handful of statements, everything that a batch of rows is judged by."""

from collections.abc import Sequence

from core.events.models import Event
from orders.intake.door import Door
from orders.intake.drafts import Outcome, Problem
from orders.intake.rows import Carry, Known, Row, read_known
from orders.models import Decision
from orders.neighbours import read_neighbours
from referrals.evidence import (
    Evidence,
    Person,
    capitals,
    read_claims,
    read_people,
    read_people_by_id,
    read_standing,
)


def gather(rows: Sequence[Row], door: Door, carry: Carry, *, lock: bool) -> Evidence:
    """Sets ``known`` and ``person`` of each row, and returns what the rule decides by."""
    evidence = Evidence(campaigns=dict(door.campaigns), last_id=carry.last_id)
    order_ids = {row.facts.order_id for row in rows if row.facts.order_id}
    orders = {**read_known(order_ids, lock=lock), **_lent(carry, order_ids)}
    emails, uids, codes, coupons, clicks = set(), set(), set(), set(), set()
    for row in rows:
        facts = row.facts
        row.known = orders.get(facts.order_id)
        emails.add(facts.email)
        uids.add(facts.uid)
        if facts.claims:
            emails.add(facts.claims.advocate_email)
            codes.add(facts.claims.short_code)
            coupons.add(facts.claims.coupon_code)
            clicks.add(facts.claims.click_id)
    for texts in (emails, uids, codes, coupons, clicks):
        texts.discard("")
    read_people(evidence, emails, uids)
    carry.lend_people(evidence, emails, uids)
    if codes or coupons or clicks:
        read_claims(evidence, codes=codes, coupons=coupons, click_ids=clicks)
    for row in rows:
        if row.planned.outcome != Outcome.REJECTED:
            row.person = identify(row, evidence)
    _read_other_customers(rows, evidence)
    _read_standing(rows, evidence, carry)
    read_neighbours(
        evidence,
        [(row.facts.ip_address, row.facts.ordered_at or door.now) for row in rows if row.facts.ip_address],
    )
    carry.lend_neighbours(evidence)
    return evidence


def read_used_claims(rows: Sequence[Row], carry: Carry) -> dict[int, set[tuple[str, str]]]:
    """By order: the claims, in small letters, that were looked at for it before."""
    pks = [row.known.pk for row in rows if row.known is not None]
    used: dict[int, set[tuple[str, str]]] = {
        pk: {(name, text.lower()) for name, text in carry.claims.get(pk, ())} for pk in pks
    }
    stored = [pk for pk in pks if pk > 0]
    if not stored:
        return used
    decisions = Decision.objects.filter(order__any_of=stored).values_list("order_id", "trace", "personal")
    noted = Event.objects.filter(noun="order", noun_id__any_of=stored, kind="order_claim_noted")
    for pk, trace, personal in decisions:
        for look in trace.get("looks", ()):
            given = look.get("given") or (personal or {}).get(look["claim"], "")
            used[pk].add((look["claim"], str(given).lower()))
    for pk, data, personal in noted.values_list("noun_id", "data", "personal"):
        for name, text in {**data.get("claims", {}), **(personal or {})}.items():
            used[pk].add((name, str(text).lower()))
    return used


def identify(row: Row, evidence: Evidence) -> Person | None:
    """The contact who bought: by uid, else by e-mail, else one yet to be made. None where neither is said.

    What a known contact lacks is learned; nothing that it has is overwritten.
    """
    facts = row.facts
    if not facts.email and not facts.uid:
        return None
    by_uid = evidence.by_uid.get(facts.uid) if facts.uid else None
    by_email = evidence.by_email.get(facts.email) if facts.email else None
    person = by_uid or by_email
    if person is None:
        person = Person(
            evidence.fresh_id(),
            facts.email or None,
            facts.uid or None,
            first_name=facts.first_name,
            last_name=facts.last_name,
        )
        evidence.add_person(person)
        row.has_taught = True
        return person
    if (by_uid and by_email and by_uid is not by_email) or (
        by_uid is None and facts.uid and person.uid is not None
    ):
        words = "E-mail and uid belong to two contacts; the uid was followed."
        if by_uid is None:
            words = "This e-mail address is known with another uid, which was kept."
        row.planned.warnings.append(Problem("customer_uid", words, "two_contacts"))
        return person
    _learn(row, person, evidence)
    return person


def _learn(row: Row, person: Person, evidence: Evidence) -> None:
    facts, before = row.facts, (person.uid, person.email, person.first_name, person.last_name)
    if facts.uid and person.uid is None:
        person.uid = facts.uid
        evidence.by_uid[facts.uid] = person
    if facts.email and person.email is None and facts.email not in evidence.by_email:
        person.email = facts.email
        evidence.by_email[facts.email] = person
    if (facts.first_name or facts.last_name) and not (person.first_name or person.last_name):
        person.first_name, person.last_name = facts.first_name, facts.last_name
    if (person.uid, person.email, person.first_name, person.last_name) != before:
        person.is_changed = row.has_taught = True


def _lent(carry: Carry, order_ids: set[str]) -> dict[str, Known]:
    return {order_id: carry.orders[order_id] for order_id in order_ids if order_id in carry.orders}


def _read_other_customers(rows: Sequence[Row], evidence: Evidence) -> None:
    """Those of known orders that are told with another customer now: the difference names both."""
    others = (row.known.customer_id for row in rows if row.known is not None and row.person is not None)
    read_people_by_id(evidence, set(others) - evidence.people.keys())


def _read_standing(rows: Sequence[Row], evidence: Evidence, carry: Carry) -> None:
    advocates = {code.advocate_id for code in (*evidence.codes.values(), *evidence.coupons.values())}
    advocates |= {visit.advocate_id for visits in evidence.visits.values() for visit in visits}
    customers = set()
    for row in rows:
        named = evidence.by_email.get(row.facts.claims.advocate_email) if row.facts.claims else None
        if named is not None:
            advocates.add(named.id)
        if row.person is not None:
            customers.add(row.person.id)
        if row.known is not None:
            customers.add(row.known.customer_id)
    read_standing(evidence, advocates, customers)
    carry.lend_standing(evidence, advocates | customers)


def knows_coupon(text: str, evidence: Evidence) -> bool:
    return capitals(text) in evidence.coupons
