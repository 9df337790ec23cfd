"""The history of members, invitations and keys, in words."""

from collections.abc import Iterable
from typing import Any

from core.accounts.models import Role
from core.events.models import Event

_WORDS = {
    "user_joined": "Joined the team",
    "user_deactivated": "Seat closed",
    "user_reactivated": "Seat opened again",
    "user_reset_link_made": "Password reset link made",
    "user_second_factor_removed": "Second step of sign-in removed",
    "api_key_made": "Key made",
    "api_key_revoked": "Key revoked",
}


def in_words(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Each event with its sentence."""
    return [(event, _sentence(event.kind, event.data)) for event in events]


def _sentence(kind: str, data: dict[str, Any]) -> str:
    if kind == "campaigns_limited":
        return _reach(data["all_campaigns"][1], data["campaigns"][1])
    if kind == "user_changed":
        return _change(data["changed"], renamed=data["renamed"])
    return _WORDS.get(kind, kind.replace("_", " ").capitalize())


def _reach(sees_all: bool, uids: list[str]) -> str:
    return "Sees all campaigns" if sees_all else f"Sees only {', '.join(uids)}"


def _change(changed: dict[str, list[Any]], *, renamed: bool) -> str:
    parts = ["Renamed"] if renamed else []
    if "role" in changed:
        before, after = (Role(role).label for role in changed["role"])
        parts.append(f"{before} → {after}")
    return ", ".join(parts) or "Changed"
