"""Writes a planned turn: a handful of set-based statements, new rows by COPY, changes by unnest."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection, models
from psycopg import sql

from core.copying import copy_rows
from core.events.log import Entry
from core.events.log import write as write_events
from orders.decisions import as_json, trace_of
from orders.intake.door import Door
from orders.intake.drafts import Outcome
from orders.intake.noting import entries
from orders.intake.rows import Row, first_clocks
from orders.models import Decision, Order
from referrals.enrolling import enroll_many
from referrals.evidence import Evidence, Person, Tie
from referrals.models import Contact, ReferralAttribution

# The columns that a known order may change, with their SQL types.
_CHANGEABLE = {
    "customer_id": "bigint",
    "campaign_id": "bigint",
    "referral_attribution_id": "bigint",
    "advocate_id": "bigint",
    "attributed_at": "timestamptz",
    "reason": "text",
    "attention": "text",
    "revenue_amount": "numeric",
    "status": "text",
    "ordered_at": "timestamptz",
    "external_status": "text",
    "hubspot_dealstage": "text",
    "properties": "jsonb",
    "clocks": "jsonb",
}
_ORDER_COLUMNS = (
    *("id", "order_id", "customer_id", "campaign_id", "referral_attribution_id", "advocate_id"),
    *("attributed_at", "reason", "attention", "revenue_amount", "refunded_amount", "currency", "status"),
    *("external_status", "hubspot_dealstage", "ordered_at", "source", "source_details", "ip_address"),
    *("properties", "clocks", "imported_in_id", "created_at", "updated_at", "void_reason"),
    "is_test",
)


def write(rows: Sequence[Row], evidence: Evidence, door: Door) -> None:
    """Store what :func:`orders.intake.planning.plan_turn` planned, and give ``planned`` the real ids."""
    stored = [row for row in rows if row.is_stored]
    if not stored:
        return
    ids = _write_people(stored, door)
    _enrol(stored, ids, door)
    ties = _write_ties(stored, evidence, ids, door)
    for row in stored:
        _give_ids(row, ids, ties)
    _write_new([row for row in stored if row.planned.outcome == Outcome.CREATED], door)
    _write_changes([row for row in stored if row.changes], door)
    _write_decisions(stored, door)
    write_events(entries(stored, door), actor=door.actor, source=door.source, at=door.now)


def _write_people(rows: Sequence[Row], door: Door) -> dict[int, int]:
    """Make and complete the contacts of these rows; planned id → real id of the new."""
    people = {person.id: person for row in rows for person in _people_of(row)}
    new = sorted(
        (one for one in people.values() if one.id < 0), key=lambda one: (one.email or "", one.uid or "")
    )
    changed = sorted(
        (one for one in people.values() if one.id > 0 and one.is_changed), key=lambda one: one.id
    )
    ids = dict(zip((one.id for one in new), next_ids(Contact, len(new)), strict=True))
    prospect = Contact.Status.PROSPECT
    columns = (
        *("id", "email", "uid", "first_name", "last_name", "status", "status_since"),
        *("flagged", "properties", "created_at"),
    )
    if new:
        copy_rows(
            connection,
            Contact._meta.db_table,
            columns,
            (
                (
                    *(ids[one.id], one.email, one.uid, one.first_name, one.last_name, prospect),
                    *(door.now, False, "{}", door.now),
                )
                for one in new
            ),
        )
    if changed:
        _update_people(changed)
    made = [Entry("contact_created", "contact", ids[one.id], {}, _personal_of(one)) for one in new] + [
        Entry("contact_completed", "contact", one.id, {}, _personal_of(one)) for one in changed
    ]
    if made:
        write_events(made, actor=door.actor, source=door.source, at=door.now)
    for one in changed:
        one.is_changed = False
    return ids


def _people_of(row: Row) -> Iterable[Person]:
    if row.person is not None:
        yield row.person
    yield from (person for person, _ in row.enrols)


def _personal_of(person: Person) -> dict[str, Any]:
    facts = {"email": person.email, "uid": person.uid}
    facts["name"] = f"{person.first_name} {person.last_name}".strip()
    return {name: value for name, value in facts.items() if value}


def _update_people(people: Sequence[Person]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE referrals_contact AS c SET email = v.email, uid = v.uid, first_name = v.first,"
            " last_name = v.last FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])"
            " AS v (id, email, uid, first, last) WHERE c.id = v.id",
            [
                [one.id for one in people],
                [one.email for one in people],
                [one.uid for one in people],
                [one.first_name for one in people],
                [one.last_name for one in people],
            ],
        )


def _enrol(rows: Sequence[Row], ids: dict[int, int], door: Door) -> None:
    pairs = [(ids.get(person.id, person.id), campaign) for row in rows for person, campaign in row.enrols]
    if pairs:
        enroll_many(pairs, actor=door.actor, source=door.source)


class Overtaken(Exception):
    """What this turn was planned by has changed meanwhile: it must be planned again."""


def _hold_advocates(ids: set[int], evidence: Evidence) -> None:
    """Nobody is banned or unsubscribed between the decision and the commit.

    Whoever does it waits for us, and then ends the attributions that we make; who did it before us is seen.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, status FROM referrals_contact WHERE id = ANY(%s) ORDER BY id FOR SHARE", [sorted(ids)]
        )
        if any(evidence.people[pk].status != status for pk, status in cursor.fetchall()):
            raise Overtaken


def _write_ties(
    rows: Sequence[Row], evidence: Evidence, people: dict[int, int], door: Door
) -> dict[int, int]:
    """Make the attributions that these rows bring; planned id → real id."""
    wanted = {
        row.planned.verdict.attribution_id
        for row in rows
        if row.planned.verdict is not None and row.planned.verdict.is_new
    }
    if not wanted:
        return {}
    new = [tie for ties in evidence.ties.values() for tie in ties if tie.id in wanted]
    _hold_advocates({tie.advocate_id for tie in new if tie.advocate_id > 0}, evidence)
    new.sort(key=lambda tie: (people.get(tie.contact_id, tie.contact_id), tie.campaign_id))
    ids = dict(zip((tie.id for tie in new), next_ids(ReferralAttribution, len(new)), strict=True))
    columns = (
        *("id", "advocate_id", "contact_id", "campaign_id", "referred_at", "is_active", "flagged"),
        *("deactivated_at", "source", "created_at"),
    )

    def values(tie: Tie) -> tuple[Any, ...]:
        advocate, contact = (people.get(pk, pk) for pk in (tie.advocate_id, tie.contact_id))
        facts = (tie.campaign_id, tie.referred_at, tie.is_active, tie.is_flagged)
        since = None if tie.is_active else door.now
        return (ids[tie.id], advocate, contact, *facts, since, door.source, door.now)

    rows_of = [values(tie) for tie in new]
    copy_rows(connection, ReferralAttribution._meta.db_table, columns, rows_of)
    events = [
        Entry(
            "attribution_created",
            "attribution",
            pk,
            {"advocate": advocate, "contact": contact, "campaign": campaign, "by": "order"},
        )
        for pk, advocate, contact, campaign, *_ in rows_of
    ]
    write_events(events, actor=door.actor, source=door.source, at=door.now)
    return ids


def _give_ids(row: Row, people: dict[int, int], ties: dict[int, int]) -> None:
    """Replace planned ids by real ones wherever the row names them."""
    planned, verdict = row.planned, row.planned.verdict
    if row.known is None and row.person is not None:
        planned.customer_pk = people.get(row.person.id, row.person.id)
    for column in ("customer_id", "advocate_id"):
        if column in row.changes:
            row.changes[column] = people.get(row.changes[column], row.changes[column])
    planned.customer_pk = row.changes.get("customer_id", planned.customer_pk)
    if verdict is None:
        return
    for look in verdict.looks:
        look.advocate_id = people.get(look.advocate_id, look.advocate_id) if look.advocate_id else None
        if look.details.get("attribution") in ties:
            look.details["attribution"] = ties[look.details["attribution"]]
    if verdict.advocate_id is not None and verdict.attribution_id is not None:
        verdict.advocate_id = people.get(verdict.advocate_id, verdict.advocate_id)
        verdict.attribution_id = ties.get(verdict.attribution_id, verdict.attribution_id)
        if row.known is not None:
            row.changes["advocate_id"] = verdict.advocate_id
            row.changes["referral_attribution_id"] = verdict.attribution_id
            row.changes["attributed_at"] = None  # set where the changes are written


def _write_new(rows: Sequence[Row], door: Door) -> None:
    if not rows:
        return
    for row, pk in zip(rows, next_ids(Order, len(rows)), strict=True):
        row.planned.order_pk = pk
    # In one order for all writers, so that two batches wait for each other rather than both.
    by_id = sorted(rows, key=lambda row: row.facts.order_id)
    copy_rows(connection, Order._meta.db_table, _ORDER_COLUMNS, (_order_values(row, door) for row in by_id))


def _order_values(row: Row, door: Door) -> tuple[Any, ...]:
    facts, planned, verdict = row.facts, row.planned, row.planned.verdict
    assert verdict is not None
    attributed = verdict.advocate_id is not None
    properties = {name: value for name, value in facts.properties.items() if value is not None}
    return (
        *(planned.order_pk, facts.order_id, planned.customer_pk, verdict.campaign_id),
        *(verdict.attribution_id, verdict.advocate_id, door.now if attributed else None),
        *(verdict.reason, verdict.attention, planned.amount, _ZERO, planned.currency, "recorded"),
        *(facts.external_status or "", facts.hubspot_dealstage or "", row.ordered_at, door.source),
        *(as_json(row.draft.source_details), facts.ip_address, as_json(properties)),
        *(as_json(first_clocks(row)), door.imported_in, door.now, door.now, "", bool(row.draft.is_test)),
    )


_ZERO = Decimal(0)


def _write_changes(rows: Sequence[Row], door: Door) -> None:
    """One UPDATE for each set of columns: rows that change the same columns go together."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if "attributed_at" in row.changes:
            row.changes["attributed_at"] = door.now
        groups.setdefault(tuple(sorted(row.changes)), []).append(row)
    for columns, group in groups.items():
        _update(columns, group, door.now)


def _update(columns: Sequence[str], rows: Sequence[Row], now: dt.datetime) -> None:
    arrays: list[sql.Composable] = [sql.SQL("%s::bigint[]")]
    values: list[Any] = [[row.known.pk for row in rows if row.known]]
    for column in columns:
        kind = _CHANGEABLE[column]
        arrays.append(sql.SQL("%s::{}[]").format(sql.SQL(kind)))
        as_column = as_json if kind == "jsonb" else _same
        values.append([as_column(row.changes[column]) for row in rows])
    names = sql.SQL(", ").join(map(sql.Identifier, ("pk", *columns)))
    sets = sql.SQL(", ").join(
        sql.SQL("{} = v.{}").format(sql.Identifier(column), sql.Identifier(column)) for column in columns
    )
    statement = sql.SQL(
        "UPDATE orders_order AS o SET {sets}, updated_at = %s FROM unnest({arrays}) AS v ({names})"
        " WHERE o.id = v.pk"
    ).format(sets=sets, arrays=sql.SQL(", ").join(arrays), names=names)
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, *values])


def _write_decisions(rows: Sequence[Row], door: Door) -> None:
    """One for each order that was decided on by anything: a claim, or an attribution that was there."""
    judged = [row for row in rows if row.planned.verdict is not None and row.planned.verdict.looks]
    if judged:
        columns = ("order_id", "reason", "referral_attribution_id", "decided_by", "trace", "personal", "at")
        copy_rows(
            connection, Decision._meta.db_table, columns, (_decision_values(row, door) for row in judged)
        )


def _decision_values(row: Row, door: Door) -> tuple[Any, ...]:
    verdict = row.planned.verdict
    assert verdict is not None
    trace, personal = trace_of(verdict)
    attribution = verdict.attribution_id if verdict.is_attributed else None
    return (row.planned.order_pk, verdict.reason, attribution, "rule", as_json(trace), personal, door.now)


def next_ids(model: type[models.Model], count: int) -> list[int]:
    """``count`` fresh ids from the table's sequence, so that rows can name each other beforehand."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _same(value: Any) -> Any:
    return value
