"""Writes what a batch made of the books: a handful of statements, however large it is."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from core import money
from core.copying import copy_rows
from core.events.log import Actor, Entry
from core.events.log import write as write_events
from orders.decisions import as_json
from rewards import ledger
from rewards.ledger import Posting
from rewards.models import Account, Miss, Reward
from rewards.outcome import Earned, Outcome

_COLUMNS = (
    *("id", "order_id", "rule_id", "version_id", "recipient_id", "campaign_id", "advocate_id"),
    *("customer_id", "currency", "revenue", "earned", "amount", "corrected", "status", "reason"),
    *("inputs", "due_at", "created_at"),
)


def write(outcome: Outcome, *, actor: Actor, source: str) -> None:
    _write_earned(outcome)
    update(outcome.changed)
    _write_misses(outcome)
    if outcome.postings:
        ledger.write(outcome.postings, actor=actor, at=outcome.now)
    if outcome.events:
        write_events(outcome.events, actor=actor, source=source, at=outcome.now)


def update(rewards: Sequence[Reward]) -> None:
    """Store what may change of ``rewards``, in one statement."""
    if not rewards:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rewards_reward AS r SET earned = v.earned, revenue = v.revenue, amount = v.amount,"
            " corrected = v.corrected, status = v.status, reason = v.reason, approved_at = v.approved_at"
            " FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[],"
            " %s::text[], %s::text[], %s::timestamptz[])"
            " AS v (id, earned, revenue, amount, corrected, status, reason, approved_at) WHERE r.id = v.id",
            [
                [one.pk for one in rewards],
                [one.earned for one in rewards],
                [one.revenue for one in rewards],
                [one.amount for one in rewards],
                [one.corrected for one in rewards],
                [str(one.status) for one in rewards],
                [one.reason for one in rewards],
                [one.approved_at for one in rewards],
            ],
        )


def _write_earned(outcome: Outcome) -> None:
    if not outcome.earned:
        return
    pks = next_ids(len(outcome.earned))
    zero = outcome.earned[0].amount * 0

    def values(pk: int, one: Earned) -> tuple[Any, ...]:
        sale = one.sale
        return (
            *(pk, sale.pk, one.rule.pk, one.version.pk, one.recipient_id, sale.campaign_id),
            *(sale.advocate_id, sale.customer_id, sale.currency, sale.revenue, one.reckoning.amount),
            *(one.amount, zero, str(one.status), one.reason, as_json(one.inputs), one.due_at, outcome.now),
        )

    pairs = list(zip(pks, outcome.earned, strict=True))
    copy_rows(connection, Reward._meta.db_table, _COLUMNS, (values(pk, one) for pk, one in pairs))
    for pk, one in pairs:
        _note_earned(outcome, pk, one)


def _note_earned(outcome: Outcome, pk: int, one: Earned) -> None:
    currency = one.sale.currency
    if one.amount > 0:
        outcome.postings.append(
            Posting("accrued", Account.COST, Account.PENDING, one.amount, currency, one.recipient_id, pk)
        )
    data = {
        "order": one.sale.pk,
        "rule": one.rule.pk,
        "version": one.version.number,
        "recipient": one.recipient_id,
        "amount": money.plain(one.amount, currency),
        "currency": currency,
        "status": str(one.status),
    }
    outcome.events.append(Entry("reward_earned", "reward", pk, data))


def _write_misses(outcome: Outcome) -> None:
    if outcome.misses:
        Miss.objects.bulk_create(
            [
                Miss(order_id=order, rule_id=rule, reason=reason, at=outcome.now)
                for order, rule, reason in outcome.misses
            ],
            update_conflicts=True,
            unique_fields=["order", "rule"],
            update_fields=["reason", "at"],
            batch_size=5_000,
        )


def next_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('rewards_reward', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [pk for (pk,) in cursor.fetchall()]
