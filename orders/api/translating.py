"""What a program says in JSON, as a draft for the door. It reads types and decides nothing.

A field of the wrong type becomes a problem of the draft, so that the caller hears of all errors at once.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core import money
from core.api.problems import Fault, pointer
from core.properties.definitions import definitions
from orders.intake import OrderDraft, Problem, RefundDraft
from referrals.attribution import Claims

CLAIMS = ("short_code", "coupon_code", "advocate_email", "click_id")
# Ids and codes that other systems keep as numbers may be sent as numbers.
_NUMBERED = frozenset(
    {"order_id", "customer_uid", "advocate_uid", "short_code", "coupon_code", "click_id", "refund_id"}
)
_REQUIRED_TEXTS = (
    *("order_id", "customer_email", "customer_uid", "customer_first_name", "customer_last_name"),
    *("currency", "campaign_uid"),
)
_OPTIONAL_TEXTS = ("external_status", "hubspot_dealstage", "ip_address")
_SHOWN = 60


@dataclass(slots=True)
class Reading:
    """A draft, and what reading it found: where fields stood that stood elsewhere, and unknown ones."""

    draft: OrderDraft
    pointers: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    is_readable: bool = True

    def warnings(self, problems: list[Problem], *at: int) -> list[dict[str, str]]:
        """What somebody should know although the order went in."""
        if not self.is_readable:
            return []
        faults = [*(_unknown(name, *at) for name in self.unknown), *self.faults(problems, *at)]
        return [one.as_json() for one in faults]

    def faults(self, problems: list[Problem], *at: int) -> list[Fault]:
        """``problems`` of the door, at the places in the body where their fields stood.

        ``at`` is the place of the order in the body, where that holds several.
        """
        if not self.is_readable:
            # What an order lacks that nobody could read is of no use.
            problems = self.draft.problems[:1]
        return [Fault(self.pointer(one.field, *at), _words(one), one.code) for one in problems]

    def pointer(self, name: str, *at: int) -> str:
        steps = self.pointers.get(name)
        if steps is not None:
            return pointer(*at, steps)
        if name.startswith("properties."):
            return pointer(*at, "properties", name.removeprefix("properties."))
        return pointer(*at, *([name] if name else []))


def read_order(data: Mapping[str, Any], *, clears: bool = False) -> Reading:
    """The order in ``data``. A null says nothing; with ``clears`` it takes an optional fact away."""
    problems: list[Problem] = []

    def text(name: str) -> str:
        return _text(data, name, problems)

    def optional(name: str) -> str | None:
        return _optional(data, name, problems, clears=clears)

    draft = OrderDraft(
        order_id=text("order_id"),
        customer_email=text("customer_email"),
        customer_uid=text("customer_uid"),
        customer_first_name=text("customer_first_name"),
        customer_last_name=text("customer_last_name"),
        currency=text("currency"),
        campaign_uid=text("campaign_uid"),
        external_status=optional("external_status"),
        hubspot_dealstage=optional("hubspot_dealstage"),
        ip_address=optional("ip_address"),
        revenue_amount=_amount(data, "revenue_amount", problems),
        ordered_at=_moment(data, "ordered_at", problems),
        claims=Claims(*map(text, CLAIMS)),
        is_test=_flag(data, "test", problems),
        source_details=_object(data, "source_details", problems),
        properties=dict(_object(data, "properties", problems)),
        problems=problems,
    )
    found = Reading(draft)
    unknown = [name for name in data if name not in FIELDS]
    if unknown:
        _read_unknown(data, unknown, found)
    return found


def read_refund(data: Mapping[str, Any]) -> tuple[RefundDraft, list[Fault]]:
    """The refund in ``data``, and what is wrong with it."""
    problems: list[Problem] = []
    amount = _amount(data, "amount", problems)
    if amount is None and not problems:
        problems.append(Problem("amount", "Say how much is taken back.", "required"))
    draft = RefundDraft(
        refund_id=_text(data, "refund_id", problems),
        amount=amount or Decimal(0),
        kind=_text({"kind": "refund", **_said(data)}, "kind", problems),
        status=_text({"status": "succeeded", **_said(data)}, "status", problems),
        note=_text(data, "note", problems),
        refunded_at=_moment(data, "refunded_at", problems),
    )
    if draft.refunded_at is not None and not _is_usual(draft.refunded_at):
        problems.append(Problem("refunded_at", "Give a time from 2000 to 2199.", "date"))
    if not draft.refund_id and not any(one.field == "refund_id" for one in problems):
        problems.append(Problem("refund_id", "A refund needs an id of its own.", "required"))
    return draft, faults_of(problems)


def read_text(data: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    return _text(data, name, problems).strip()


def faults_of(problems: list[Problem]) -> list[Fault]:
    return [Fault(pointer(one.field) if one.field else "#", _words(one), one.code) for one in problems]


def unknown_fields(data: Mapping[str, Any], known: Collection[str]) -> list[dict[str, str]]:
    return [_unknown(name).as_json() for name in data if name not in known]


def _read_unknown(data: Mapping[str, Any], names: list[str], found: Reading) -> None:
    """Custom properties may stand beside the other fields; what is none of them is named in the warnings."""
    known = {one.name for one in definitions("order")}
    for name in names:
        if name in known:
            found.draft.properties.setdefault(name, data[name])
            found.pointers[f"properties.{name}"] = name
        else:
            found.unknown.append(name)


def _unknown(name: str, *at: int) -> Fault:
    words = f"“{name[:_SHOWN]}” is not known here; it was left out."
    return Fault(pointer(*at, name[:_SHOWN]), words, "unknown_field")


def _text(data: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if name in _NUMBERED and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    problems.append(Problem(name, "This must be text.", "type"))
    return ""


def _flag(data: Mapping[str, Any], name: str, problems: list[Problem]) -> bool:
    """True or false, as a form may say it too; not said is false."""
    value = data.get(name)
    if isinstance(value, bool) or value is None:
        return bool(value)
    if value in ("true", "1", "false", "0"):
        return value in ("true", "1")
    problems.append(Problem(name, "This must be true or false.", "type"))
    return False


def _optional(data: Mapping[str, Any], name: str, problems: list[Problem], *, clears: bool) -> str | None:
    if name not in data or (data[name] is None and not clears):
        return None
    return _text(data, name, problems)


def _amount(data: Mapping[str, Any], name: str, problems: list[Problem]) -> Decimal | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        return money.parse_amount(value)
    except money.MoneyError as error:
        code = "type" if isinstance(value, bool | dict | list) else "number"
        problems.append(Problem(name, str(error), code))
        return None


def _moment(data: Mapping[str, Any], name: str, problems: list[Problem]) -> dt.datetime | None:
    value = data.get(name)
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return dt.datetime.fromisoformat(value.strip())
    except ValueError:
        pass
    words = "Write the time as ISO 8601 with its offset, such as 2026-11-23T14:05:00+01:00."
    problems.append(Problem(name, words, "date" if isinstance(value, str) else "type"))
    return None


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _is_usual(value: dt.datetime) -> bool:
    return 2000 < value.year < 2199


def _object(data: Mapping[str, Any], name: str, problems: list[Problem]) -> dict[str, Any]:
    value = data.get(name)
    if value is None or isinstance(value, dict):
        return value or {}
    problems.append(Problem(name, "This must be an object.", "type"))
    return {}


def _words(problem: Problem) -> str:
    return f"{problem.message} {problem.suggestion}".strip()


FIELDS = frozenset(
    {
        *_REQUIRED_TEXTS,
        *_OPTIONAL_TEXTS,
        *CLAIMS,
        *("revenue_amount", "ordered_at", "source_details", "properties", "test"),
    }
)
