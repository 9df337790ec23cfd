"""Writing to the log and reading from it."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, models
from django.utils import timezone

from core.accounts.models import ApiKey, User
from core.copying import copy_rows
from core.events.models import Event

R = TypeVar("R", bound=models.Model)
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. ``kind`` is ``user``, ``key``, ``system``, ``automation`` or ``integration``."""

    kind: str
    id: int | None = None
    label: str | None = None


SYSTEM = Actor("system", None, "Ambassador")


def actor_for(who: Any) -> Actor:
    """The actor behind a signed-in user or an API key."""
    if isinstance(who, User):
        return Actor("user", who.pk, str(who))
    if isinstance(who, ApiKey):
        return Actor("key", who.pk, who.name)
    return SYSTEM


@dataclass(slots=True)
class Entry:
    """One event to be written. ``data`` and ``personal`` must be JSON-ready."""

    kind: str
    noun: str
    noun_id: int
    data: dict[str, Any] = field(default_factory=dict)
    personal: dict[str, Any] | None = None


def write(entries: Iterable[Entry], *, actor: Actor, source: str, at: dt.datetime | None = None) -> int:
    """Append ``entries`` inside the caller's transaction, in one statement however many they are."""
    when = at or timezone.now()
    who = (actor.kind, actor.id, actor.label, source)
    rows = (
        (when, entry.kind, entry.noun, entry.noun_id, *who, _json(entry.data), _json(entry.personal))
        for entry in entries
    )
    columns = (
        "at",
        "kind",
        "noun",
        "noun_id",
        "actor_kind",
        "actor_id",
        "actor_label",
        "source",
        "data",
        "personal",
    )
    return copy_rows(connection, Event._meta.db_table, columns, rows)


def history(noun: str, noun_ids: Sequence[int]) -> models.QuerySet[Event]:
    """Everything that happened to these rows, newest first."""
    return Event.objects.filter(noun=noun, noun_id__in=noun_ids).order_by("-id")


def settled(events: models.QuerySet[R]) -> models.QuerySet[R]:
    """Only events (or other rows that keep their ``transaction``) that no running one can still precede.

    Ids are given out before commit, so a reader that remembers the last id it saw would skip rows
    that commit late. Nothing at or above the oldest running transaction is shown.
    """
    return events.extra(where=["transaction < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"])


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else _encode(value)
