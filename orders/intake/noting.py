"""The events of a turn: what happened to each order, old → new, with personal values apart."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from core import money
from core.events.log import Entry
from orders.decisions import attributed
from orders.intake.door import Door
from orders.intake.drafts import Outcome
from orders.intake.rows import Row

_PERSONAL = frozenset({"customer"})


def entries(rows: Sequence[Row], door: Door) -> Iterator[Entry]:
    for row in rows:
        pk, outcome, verdict = row.planned.order_pk, row.planned.outcome, row.planned.verdict
        assert pk is not None
        if outcome == Outcome.CREATED:
            yield Entry("order_recorded", "order", pk, _recorded(row, door))
        elif outcome == Outcome.UPDATED:
            data, personal = _changed(row)
            if data or personal:
                yield Entry("order_updated", "order", pk, {"changed": data}, personal or None)
        if verdict is not None and verdict.is_attributed:
            yield attributed(pk, verdict)
        if row.noted:
            claims = dict(row.noted)
            email = claims.pop("advocate_email", None)
            yield Entry(
                "order_claim_noted",
                "order",
                pk,
                {"claims": claims},
                {"advocate_email": email} if email else None,
            )


def _recorded(row: Row, door: Door) -> dict[str, Any]:
    planned = row.planned
    assert planned.amount is not None
    data: dict[str, Any] = {
        "order_id": row.facts.order_id,
        "amount": money.plain(planned.amount, planned.currency),
        "currency": planned.currency,
    }
    if planned.is_rounded and row.facts.amount is not None:
        data["rounded_from"] = format(row.facts.amount, "f")
    if door.imported_in is not None:
        data["import"] = door.imported_in
    return data


def _changed(row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    data: dict[str, Any] = {}
    personal: dict[str, Any] = {}
    for name, (stored, given) in row.planned.differences.items():
        if name == "advocate":
            continue  # said by order_attributed
        if name in _PERSONAL:
            personal[name] = [stored, given]
            data[name] = [row.known.customer_id if row.known else None, row.changes.get("customer_id")]
        else:
            data[name] = [_plain(value, row.planned.currency) for value in (stored, given)]
    return data, personal


def _plain(value: Any, currency: str) -> Any:
    """``value`` as JSON can hold it."""
    if isinstance(value, Decimal):
        return money.plain(value, currency)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return value
