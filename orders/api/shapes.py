"""Orders as JSON: money as text in the currency's own decimals, times as ISO 8601 with their offset."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core import money
from core.api.answers import moment
from core.api.problems import Fault, pointer
from orders.api.translating import Reading
from orders.intake import Outcome, Planned
from orders.models import Order
from referrals import reasons
from referrals.attribution import Verdict

_PERSON = ("id", "email", "uid", "first_name", "last_name", "status")
_OWN = (
    *("pk", "order_id", "status", "revenue_amount", "refunded_amount", "currency", "ordered_at", "source"),
    *("external_status", "hubspot_dealstage", "ip_address", "properties", "reason", "attention"),
    *("attributed_at", "imported_in_id", "created_at", "updated_at", "voided_at", "void_reason"),
    *("referral_attribution_id", "referral_attribution__is_active", "advocate_id"),
    *("campaign__uid", "campaign__name", "is_test"),
)
COLUMNS = (
    *_OWN,
    *(f"customer__{name}" for name in _PERSON),
    *(f"advocate__{name}" for name in _PERSON),
)
_AT = {name: at for at, name in enumerate(COLUMNS)}
_CUSTOMER, _ADVOCATE, _END = _AT["customer__id"], _AT["advocate__id"], len(COLUMNS)

Row = tuple[Any, ...]


def read_rows(rows: QuerySet[Order]) -> list[Row]:
    return list(rows.values_list(*COLUMNS))


def order_json(row: Row) -> dict[str, Any]:
    """One order, from a row that begins with ``COLUMNS``."""
    (
        pk, order_id, status, revenue, refunded, currency, ordered_at, source, external_status, dealstage,
        ip_address, properties, reason, attention, attributed_at, imported_in, created_at, updated_at,
        voided_at, void_reason, tie, tie_is_active, advocate, campaign_uid, campaign_name, is_test,
    ) = row[:_CUSTOMER]  # fmt: skip
    return {
        "id": pk,
        "order_id": order_id,
        "status": status,
        "revenue_amount": money.plain(revenue, currency),
        "refunded_amount": money.plain(refunded, currency),
        "net_amount": money.plain(revenue - refunded, currency),
        "currency": currency,
        "ordered_at": moment(ordered_at),
        "customer": person_json(row[_CUSTOMER:_ADVOCATE]),
        "campaign_uid": campaign_uid,
        "campaign_name": campaign_name,
        "advocate": person_json(row[_ADVOCATE:_END]) if advocate is not None else None,
        "referral_attribution": tie if tie_is_active else None,
        "inactive_referral_attribution": tie if tie is not None and not tie_is_active else None,
        "attributed_at": moment(attributed_at),
        "reason": reason,
        "attention": attention,
        "external_status": external_status,
        "hubspot_dealstage": dealstage,
        "source": source,
        "ip_address": ip_address,
        "properties": properties,
        "imported_in": imported_in,
        "created_at": moment(created_at),
        "updated_at": moment(updated_at),
        "test": is_test,
        "voided_at": moment(voided_at),
        "void_reason": void_reason,
    }


def person_json(values: Row) -> dict[str, Any]:
    return dict(zip(_PERSON, values, strict=True))


def recorded_json(planned: Planned, reading: Reading, row: Row) -> dict[str, Any]:
    """The answer to recording one order that went in."""
    order = order_json(row)
    return {
        "outcome": planned.outcome,
        "order": order,
        "contact": {**order["customer"], "is_new": planned.is_new_contact},
        "attribution": attribution_json(order, planned.verdict),
        "rewards": rewards_json(order["id"]),
        "changes": differences_json(planned.differences, planned.currency),
        "warnings": reading.warnings(planned.warnings),
    }


def rewards_json(order_pk: int) -> list[dict[str, Any]]:
    """What the order earned. Rewards belong to a floor above; they are known here by the relation's name."""
    rows = Order.objects.filter(pk=order_pk, rewards__isnull=False).order_by("rewards__id")
    columns = ("id", "recipient_id", "rule__recipient", "amount", "currency", "status")
    return [
        {
            "id": pk,
            "recipient": recipient,
            "side": side,
            "amount": money.plain(amount, currency),
            "currency": currency,
            "status": status,
        }
        for pk, recipient, side, amount, currency, status in rows.values_list(
            *(f"rewards__{column}" for column in columns)
        )
    ]


def attribution_json(order: Mapping[str, Any], verdict: Verdict | None) -> dict[str, Any]:
    """Who is credited and why; or why nobody is."""
    reason = order["reason"]
    tie = order["referral_attribution"] or order["inactive_referral_attribution"]
    return {
        "id": tie,
        "advocate": order["advocate"],
        "campaign_uid": order["campaign_uid"],
        "reason": reason,
        "explanation": reasons.sentence(reason),
        "is_new": bool(verdict and verdict.is_attributed and verdict.is_new),
        "claims": [
            {"claim": look.claim, "result": look.result, "reason": look.reason}
            for look in (verdict.looks if verdict else ())
        ],
    }


def item_json(at: int, planned: Planned, reading: Reading) -> dict[str, Any]:
    """What became of one order of many."""
    verdict = planned.verdict
    item: dict[str, Any] = {
        "index": at,
        "order_id": planned.draft.order_id,
        "outcome": planned.outcome,
        "id": planned.order_pk,
    }
    if verdict is not None:
        item["reason"] = verdict.reason
        item["referral_attribution"] = verdict.attribution_id if verdict.is_attributed else None
    if planned.differences:
        name = "differences" if planned.outcome == Outcome.CONFLICT else "changes"
        item[name] = differences_json(planned.differences, planned.currency)
    if planned.problems:
        item["errors"] = [one.as_json() for one in reading.faults(planned.problems, at)]
    if warnings := reading.warnings(planned.warnings, at):
        item["warnings"] = warnings
    return item


def conflict_faults(planned: Planned, reading: Reading) -> list[Fault]:
    """Each field that disagrees, where it stood in the body."""
    return [
        Fault(_place_of(name, reading), _disagrees(name, pair, planned.currency), "conflict")
        for name, pair in planned.differences.items()
    ]


def differences_json(differences: Mapping[str, tuple[Any, Any]], currency: str) -> dict[str, Any]:
    return {
        name: {"stored": _plain(stored, currency), "given": _plain(given, currency)}
        for name, (stored, given) in differences.items()
    }


def _place_of(name: str, reading: Reading) -> str:
    if name == "customer":
        return pointer("customer_email" if reading.draft.customer_email else "customer_uid")
    return pointer("campaign_uid") if name == "campaign" else reading.pointer(name)


def _disagrees(name: str, pair: tuple[Any, Any], currency: str) -> str:
    stored, given = (_shown(value, currency) for value in pair)
    return f"Stored is {stored}, given is {given}."


def _shown(value: Any, currency: str) -> str:
    plain = _plain(value, currency)
    return "nothing" if plain in (None, "") else f"“{str(plain)[:80]}”"


def _plain(value: Any, currency: str) -> Any:
    if isinstance(value, Decimal):
        return money.plain(value, currency) if currency else format(value, "f")
    return moment(value) if isinstance(value, dt.datetime) else value
