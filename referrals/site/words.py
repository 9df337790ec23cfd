"""The history of public keys, in words."""

from collections.abc import Iterable
from typing import Any

from core.events.models import Event

_WORDS = {"site_key_made": "Key made", "site_key_revoked": "Key revoked"}


def in_words(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Each event with its sentence."""
    return [(event, _sentence(event.kind, event.data)) for event in events]


def _sentence(kind: str, data: dict[str, Any]) -> str:
    if kind != "site_key_changed":
        return _WORDS.get(kind, kind.replace("_", " ").capitalize())
    said = []
    for field, (before, after) in data["changed"].items():
        if field == "name":
            said.append(f"Renamed: {before} → {after}")
        else:
            said.append(f"Allowed origins: {', '.join(before)} → {', '.join(after)}")
    return ". ".join(said)
