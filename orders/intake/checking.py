"""Reads a draft's facts one by one: what can be used is put in order, what cannot becomes a problem."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils import timezone

from core import money
from core.properties.definitions import JsonValue, PropertyError, parse, to_json
from core.properties.models import PropertyDefinition
from orders.intake.drafts import OrderDraft, Problem
from referrals.attribution import Claims

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
LONGEST_ID, LONGEST_EMAIL, LONGEST_NAME, LONGEST_TEXT, LONGEST_CLAIM = 255, 254, 120, 255, 255
_SLACK = dt.timedelta(days=1)
_email_is_good = EmailValidator()


@dataclass(slots=True)
class Facts:
    """A draft in order. None: the source does not say. A property whose value is None is taken away."""

    order_id: str
    email: str
    uid: str
    first_name: str
    last_name: str
    amount: Decimal | None
    currency: str
    campaign_uid: str
    ordered_at: dt.datetime | None
    claims: Claims
    external_status: str | None
    hubspot_dealstage: str | None
    ip_address: str | None
    properties: dict[str, JsonValue | None]


def check(
    draft: OrderDraft, definitions: Mapping[str, PropertyDefinition], now: dt.datetime
) -> tuple[Facts, list[Problem], list[Problem]]:
    """The facts, what is wrong (all of it at once), and what is merely odd."""
    problems, warnings = list(draft.problems), []
    order_id = read_text(draft.order_id, "order_id", LONGEST_ID, problems)
    if not order_id and not _is_told(problems, "order_id"):
        problems.append(Problem("order_id", "An order needs an id of its own.", "required"))
    email = _email(draft.customer_email, "customer_email", problems)
    uid = read_text(draft.customer_uid, "customer_uid", LONGEST_ID, problems)
    amount = _amount(draft.revenue_amount, problems)
    if draft.source_details:
        _check_details(draft.source_details, problems)
    ordered_at = _moment(draft.ordered_at, problems)
    if ordered_at is not None and ordered_at > now + _SLACK:
        warnings.append(Problem("ordered_at", "This date lies in the future.", "future"))
    claims = draft.claims
    if claims:
        claims = Claims(
            read_text(claims.short_code, "short_code", LONGEST_CLAIM, problems),
            read_text(claims.coupon_code, "coupon_code", LONGEST_CLAIM, problems),
            _email(claims.advocate_email, "advocate_email", problems),
            read_text(claims.click_id, "click_id", LONGEST_CLAIM, problems),
        )
    facts = Facts(
        order_id,
        email,
        uid,
        read_text(draft.customer_first_name, "customer_first_name", LONGEST_NAME, problems),
        read_text(draft.customer_last_name, "customer_last_name", LONGEST_NAME, problems),
        amount,
        _currency(draft.currency, problems),
        read_text(draft.campaign_uid, "campaign_uid", LONGEST_ID, problems),
        ordered_at,
        claims,
        _optional(draft.external_status, "external_status", problems),
        _optional(draft.hubspot_dealstage, "hubspot_dealstage", problems),
        _address(draft.ip_address, problems),
        _properties(draft.properties, definitions, problems) if draft.properties else {},
    )
    return facts, problems, warnings


def missing(facts: Facts, required: Sequence[PropertyDefinition], given: Sequence[Problem]) -> list[Problem]:
    """What a new order lacks. Not said of a field that has a problem already."""
    found = []
    if not facts.email and not facts.uid and not any(one.field.startswith("customer_") for one in given):
        found.append(
            Problem("customer_email", "Say who bought: an e-mail address or a customer id.", "required")
        )
    if facts.amount is None and not _is_told(given, "revenue_amount"):
        found.append(Problem("revenue_amount", "An order needs its revenue; 0 is allowed.", "required"))
    for one in required:
        field = f"properties.{one.name}"
        if facts.properties.get(one.name) is None and not _is_told(given, field):
            found.append(Problem(field, f"“{one.name}” is required.", "required"))
    return found


def _amount(amount: Decimal | None, problems: list[Problem]) -> Decimal | None:
    if amount is None:
        return None
    if not amount.is_finite():
        problem = Problem("revenue_amount", "Revenue must be a number.", "number")
    elif amount < 0:
        hint = "Record what was taken back as a refund."
        problem = Problem("revenue_amount", "Revenue cannot be negative.", "negative", hint)
    elif amount > money.MAX_AMOUNT:
        problem = Problem("revenue_amount", "This amount is too large.", "too_large")
    else:
        return amount
    problems.append(problem)
    return None


def _check_details(details: Mapping[str, Any], problems: list[Problem]) -> None:
    try:
        text = json.dumps(details, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, TypeError):
        problems.append(Problem("source_details", "This cannot be stored as JSON.", "json"))
        return
    if rb"\u0000" in text:
        problems.append(Problem("source_details", "This contains a NUL character.", "nul"))


def _is_told(problems: Sequence[Problem], field: str) -> bool:
    return any(one.field == field for one in problems)


def read_text(value: str, field: str, longest: int, problems: list[Problem]) -> str:
    """``value`` trimmed, if the database can keep it."""
    if not value:
        return ""
    text = value.strip()
    if len(text) > longest:
        problems.append(Problem(field, f"This is longer than {longest} characters.", "too_long"))
        return ""
    if "\x00" in text:
        problems.append(Problem(field, "This contains a NUL character, which cannot be stored.", "nul"))
        return ""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            message = "This contains half of a character, which cannot be stored."
            problems.append(Problem(field, message, "surrogate"))
            return ""
    return text


def _optional(value: str | None, field: str, problems: list[Problem]) -> str | None:
    return None if value is None else read_text(value, field, LONGEST_TEXT, problems)


def _email(value: str, field: str, problems: list[Problem]) -> str:
    text = read_text(value, field, LONGEST_EMAIL, problems).lower()
    if text and not _is_email(text):
        problems.append(Problem(field, f"“{text[:60]}” is not an e-mail address.", "email"))
        return ""
    return text


@lru_cache(maxsize=65_536)
def _is_email(text: str) -> bool:
    try:
        _email_is_good(text)
    except ValidationError:
        return False
    return True


def _currency(value: str, problems: list[Problem]) -> str:
    if not value:
        return ""
    if value in money.currencies():
        return value
    try:
        return money.parse_currency(value)
    except money.MoneyError as error:
        problems.append(Problem("currency", str(error), "currency"))
        return ""


def _moment(value: dt.datetime | None, problems: list[Problem]) -> dt.datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.get_current_timezone())
    if not EARLIEST <= value < LATEST:
        words = "before 2000" if value < EARLIEST else "after 2199"
        problems.append(Problem("ordered_at", f"This date is {words}.", "date"))
        return None
    return value


def _address(value: str | None, problems: list[Problem]) -> str | None:
    if not value:
        return None
    try:
        return str(ip_address(value.strip()))
    except ValueError:
        problems.append(Problem("ip_address", f"“{value[:60]}” is not an IP address.", "ip_address"))
        return None


def _properties(
    values: Mapping[str, Any], definitions: Mapping[str, PropertyDefinition], problems: list[Problem]
) -> dict[str, JsonValue | None]:
    read: dict[str, JsonValue | None] = {}
    for name, value in values.items():
        definition = definitions.get(name)
        field = f"properties.{name}"
        if definition is None:
            problems.append(Problem(field, f"There is no order property “{name[:60]}”.", "unknown_property"))
        elif value is None or value == "":
            read[name] = None
        else:
            try:
                read[name] = to_json(parse(definition, value))
            except PropertyError as error:
                problems.append(Problem(field, str(error), "property"))
    return read
