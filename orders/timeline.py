"""What happened to an order, in words: who, when, from where, old → new."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core import money
from core.events.models import Event
from core.templatetags.ui import exact
from orders.models import Order, Refund, Source
from referrals import reasons

EMPTY = "empty"
FIELDS = {
    "revenue_amount": "Revenue",
    "ordered_at": "Date",
    "external_status": "External status",
    "hubspot_dealstage": "HubSpot deal stage",
    "customer": "Customer",
    "campaign": "Campaign",
    "reason": "Why",
}
CLAIMS = {
    "short_code": "referral code",
    "coupon_code": "coupon",
    "advocate_email": "advocate",
    "click_id": "click",
}
DOORS = {
    Source.API: "through the API",
    Source.CSV: "from a file",
    Source.DASHBOARD: "in the dashboard",
    Source.AUTOMATION: "by an automation",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, old → new."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One event. ``more`` are further words about it, ``by`` says who did it and from where."""

    at: dt.datetime
    words: str
    by: str
    more: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


def happenings(events: Iterable[Event], order: Order) -> list[Happening]:
    """``events`` of ``order`` as its page shows them."""
    return [_happening(event, order) for event in events]


def _happening(event: Event, order: Order) -> Happening:
    tell = _TELLERS.get(event.kind)
    words, more = tell(event.data, event.personal or {}, order) if tell else (_plain(event.kind), ())
    changes = tuple(_changes(event, order)) if event.kind == "order_updated" else ()
    if len(changes) == 1:
        # The words name the fact already.
        changes = (Change("", changes[0].old, changes[0].new),)
    return Happening(event.at, words, _by(event), more, changes)


Told = tuple[str, tuple[str, ...]]


def _recorded(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    more = [f"Rounded from {data['rounded_from']}"] if data.get("rounded_from") else []
    return f"Recorded with {_amount(data.get('amount'), order)}", tuple(more)


def _updated(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    names = [_label(name) for name, _ in _pairs(data.get("changed", {}))]
    return f"{names[0]} changed" if len(names) == 1 else f"{len(names)} facts changed", ()


def _attributed(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    whom = order.advocate if order.advocate_id == data.get("advocate") else None
    reason = reasons.in_words(data.get("reason", ""))
    note = data.get("note") or data.get("why") or ""
    more = (f"{reason}, permanent from here on", *([note] if note else []))
    return f"Attributed to {whom or 'an advocate'}", more


def _noted(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    claims = {**data.get("claims", {}), **personal}
    said = ", ".join(f"{CLAIMS.get(name, name)} {text}" for name, text in claims.items())
    return "A later claim was noted", (f"{said[:1].upper()}{said[1:]}. It changes nothing.",) if said else ()


def _refunded(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    kind = dict(Refund.Kind.choices).get(data.get("kind", ""), "Refund")
    amount = _amount(data.get("amount"), order)
    words = f"{amount} refunded" if kind == "Refund" else f"{kind} of {amount}"
    before, status = data.get("status") or (None, Refund.Status.SUCCEEDED)
    more = [] if before is None and status == Refund.Status.SUCCEEDED else [_plain(status)]
    return words, (*more, *([data["note"]] if data.get("note") else []))


def _voided(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    return "Voided", (data["reason"],) if data.get("reason") else ()


def _dismissed(data: dict[str, Any], personal: dict[str, Any], order: Order) -> Told:
    more = [
        reasons.in_words(data.get("attention", "")),
        *([f"“{data['reason']}”"] if data.get("reason") else []),
    ]
    return "Looked at, nothing to be done", tuple(more)


_TELLERS: dict[str, Callable[[dict[str, Any], dict[str, Any], Order], Told]] = {
    "order_recorded": _recorded,
    "order_updated": _updated,
    "order_attributed": _attributed,
    "order_claim_noted": _noted,
    "order_refunded": _refunded,
    "order_voided": _voided,
    "order_dismissed": _dismissed,
}


def _changes(event: Event, order: Order) -> Iterable[Change]:
    for name, pair in _pairs(event.data.get("changed", {})):
        if name == "customer":
            # Names are personal: once erased, the ids are what is left.
            pair = (event.personal or {}).get(name) or [f"contact {pk}" for pk in pair]
        old, new = (_value(name, value, order) for value in pair)
        yield Change(_label(name), old, new)


def _pairs(changed: dict[str, list[Any]]) -> Iterable[tuple[str, list[Any]]]:
    """Old and new of each fact. Where all custom properties were noted together, of each that differs."""
    for name, (old, new) in changed.items():
        if isinstance(old, dict) and isinstance(new, dict):
            for key in sorted(old.keys() | new.keys()):
                if old.get(key) != new.get(key):
                    yield f"{name}.{key}", [old.get(key), new.get(key)]
        else:
            yield name.removesuffix("_id"), [old, new]


def _label(name: str) -> str:
    if name.startswith("properties."):
        return name.partition(".")[2]
    return FIELDS.get(name) or name.replace("_", " ").capitalize()


def _value(name: str, value: Any, order: Order) -> str:
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name == "revenue_amount":
        return _amount(value, order)
    if name == "ordered_at":
        return _moment(str(value))
    return reasons.in_words(str(value)) if name == "reason" else str(value)


def _amount(value: Any, order: Order) -> str:
    try:
        return f"{money.shown(Decimal(str(value)), order.currency)} {order.currency}"
    except InvalidOperation:
        return str(value)


def _moment(text: str) -> str:
    try:
        return exact(dt.datetime.fromisoformat(text))
    except ValueError:
        return text


def _by(event: Event) -> str:
    """``by Marc Manager, in the dashboard``; ``through the API by the key Shop``."""
    door = DOORS.get(Source(event.source), "") if event.source in Source.values else ""
    if not door and event.source in Source.values:
        door = f"from {Source(event.source).label}"
    label = event.actor_label or ("somebody" if event.actor_kind == "user" else "")
    if event.actor_kind == "key":
        label = f"the key {label}" if label else "a key"
    who = f"by {label}" if label and event.actor_kind in {"user", "key"} else ""
    return ", ".join(part for part in (who, door) if part)


def _plain(code: str) -> str:
    return code.removeprefix("order_").replace("_", " ").capitalize()
