"""The history of a campaign, in words."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from campaigns.models import FraudRule, Touch
from core.events.models import Event
from core.templatetags.ui import exact

_WORDS = {
    "campaign_created": "Created",
    "campaign_launched": "Launched",
    "campaign_paused": "Paused",
    "campaign_resumed": "Resumed",
    "campaign_ended": "Ended",
}
_FIELDS = {
    "name": "Name",
    "landing_page": "Landing page",
    "currency": "Currency",
    "starts_at": "Start",
    "ends_at": "End",
    "window_days": "Tracking window",
    "touch": "Credit",
    "self_referral": "Self-referral",
    "same_company": "Same company",
    "disposable_email": "Throw-away address",
    "ip_burst": "Many from one IP",
}
_CHOICES = {**dict(Touch.choices), **dict(FraudRule.choices)}


def in_words(events: Iterable[Event]) -> list[tuple[Event, list[str]]]:
    """Each event with its sentences."""
    return [(event, _sentences(event.kind, event.data)) for event in events]


def _sentences(kind: str, data: dict[str, Any]) -> list[str]:
    if kind != "campaign_changed":
        return [_WORDS.get(kind, kind.replace("_", " ").capitalize())]
    return [
        f"{_FIELDS[name]}: {_shown(name, before)} → {_shown(name, after)}"
        if name in _FIELDS
        else f"{name.replace('_', ' ').capitalize()} changed"
        for name, (before, after) in data["changed"].items()
    ]


def _shown(name: str, value: Any) -> str:
    if value in (None, ""):
        return "nothing"
    if name.endswith("_at"):
        return exact(dt.datetime.fromisoformat(value))
    if name == "window_days":
        return f"{value} day{'' if value == 1 else 's'}"
    return str(_CHOICES.get(value, value))
