"""The history of contacts, enrolments, codes and attributions, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.events.models import Event
from referrals import reasons

_WORDS = {
    "contact_created": "Added",
    "contact_unsubscribed": "Unsubscribed",
    "contact_banned": "Banned",
    "contact_readmitted": "Back again",
    "contact_erased": "Erased: name, addresses and ids are gone for good",
    "contact_completed": "Completed by an order",
    "code_added": "Code {code} added",
    "code_disabled": "Code {code} disabled",
    "code_enabled": "Code {code} in use again",
    "enrollment_deactivated": "Deactivated",
    "enrollment_activated": "Active again",
    "contact_enrolled": "Enrolled with code {code}",
    "coupon_added": "Coupon code {code} added",
    "coupon_disabled": "Coupon code disabled",
    "coupon_enabled": "Coupon code in use again",
    "attribution_created": "Made",
    "attribution_deactivated": "Deactivated",
    "attribution_activated": "Active again",
    "attribution_flagged": "Flagged",
    "attribution_unflagged": "No longer flagged",
}
# How an attribution came about, where no person made it.
_CAUSES = {"order": "with an order", "person": "by hand"}
# Why an attribution was deactivated, where nobody wrote a reason.
_ENDS = {"banned": "The advocate was banned.", "unsubscribed": "The advocate unsubscribed."}
_FIELDS = {"first_name": "First name", "last_name": "Last name", "email": "E-mail", "uid": "uid"}


def in_words(
    events: Iterable[Event], campaigns: Mapping[int, str] | None = None
) -> list[tuple[Event, list[str]]]:
    """Each event with its sentences. ``campaigns`` names the campaign of each enrolment."""
    return [(event, _sentences(event, campaigns or {})) for event in events]


def _sentences(event: Event, campaigns: Mapping[int, str]) -> list[str]:
    if event.kind == "contact_changed":
        return _changes(event.data, event.personal or {})
    words = _WORDS.get(event.kind, event.kind.replace("_", " ").capitalize())
    said = words.format(code=event.data.get("code", ""))
    if event.noun == "enrollment" and event.noun_id in campaigns:
        said = f"{campaigns[event.noun_id]}: {said[0].lower()}{said[1:]}"
    return [said, *_details(event)]


def _details(event: Event) -> list[str]:
    said = []
    if reason := (event.personal or {}).get("reason"):
        said.append(f"“{reason}”")
    if event.noun == "attribution":
        return [*said, *_of_attribution(event.data)]
    if number := event.data.get("attributions"):
        said.append(f"{number:,} attribution{'' if number == 1 else 's'} deactivated")
    return said


def _of_attribution(data: dict[str, Any]) -> list[str]:
    said = []
    if cause := _CAUSES.get(data.get("by", "")):
        said.append(cause.capitalize())
    elif data.get("reason"):
        said.append(reasons.sentence(data["reason"]))
    if why := data.get("why"):
        said.append(_ENDS.get(why) or f"“{why}”")
    return said


def _changes(data: dict[str, Any], personal: dict[str, Any]) -> list[str]:
    """From old to new; only what changed, where privacy erasure blanked the values."""
    values = personal.get("changed", {})
    said = []
    for name in data["fields"]:
        if name == "flagged":
            said.append("Flagged" if data["flagged"] else "No longer flagged")
        elif name in values:
            before, after = (value or "nothing" for value in values[name])
            said.append(f"{_FIELDS[name]}: {before} → {after}")
        else:
            said.append(f"{_FIELDS[name]} changed")
    return said
