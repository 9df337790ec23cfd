"""The members of a JSON object, read one by one; what is wrong with them is said all at once."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from core.api.problems import ApiProblem, Fault, pointer

EARLIEST, LATEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_SHOWN = 60


class Body:
    """Reads ``data``; a null is the same as nothing. Ends with :meth:`check`, before anything is done."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.faults: list[Fault] = []

    def text(self, name: str, *, longest: int = 255, needed: str = "", number: bool = False) -> str:
        """Trimmed text. ``needed`` is what to say where there is none; ``number``: a number does, too."""
        value = self.data.get(name)
        if number and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is not None and not isinstance(value, str):
            self.fault(name, "This must be text.", "type")
            return ""
        text = (value or "").strip()
        if "\0" in text:
            self.fault(name, "This contains a NUL character, which cannot be stored.", "nul")
        elif len(text) > longest:
            self.fault(name, f"This is longer than {longest} characters.", "too_long")
        elif needed and not text:
            self.fault(name, needed, "required")
        else:
            return text
        return ""

    def moment(self, name: str) -> dt.datetime | None:
        """A time; without an offset it is in the zone of this moment's program."""
        value = self.data.get(name)
        if value is None:
            return None
        moment = read_moment(value)
        if moment is None:
            words = "Write the time as ISO 8601 with its offset, such as 2026-11-23T14:05:00+01:00."
            self.fault(name, words, "date" if isinstance(value, str) else "type")
        elif not EARLIEST <= moment < LATEST:
            self.fault(name, "Give a time from 2000 to 2199.", "date")
        else:
            return moment
        return None

    def flag(self, name: str) -> bool | None:
        value = self.data.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.fault(name, "This must be true or false.", "type")
        return None

    def fault(self, name: str, detail: str, code: str = "invalid") -> None:
        self.faults.append(Fault(pointer(name) if name else "#", detail, code))

    def refuse(self, error: ValidationError, names: Mapping[str, str] | None = None) -> None:
        """What a rule said of fields; ``names`` gives members that are called otherwise."""
        if not hasattr(error, "error_dict"):
            self.fault("", " ".join(error.messages))
            return
        for name, messages in error.message_dict.items():
            member = (names or {}).get(name, name)
            self.fault("" if member == "__all__" else member, " ".join(messages))

    def check(self) -> None:
        """Raises :class:`ApiProblem` with every fault so far."""
        if self.faults:
            raise ApiProblem(422, "invalid", "Something in the body is wrong.", self.faults)

    def unknown(self, known: Collection[str]) -> list[dict[str, str]]:
        """A warning for each member that nobody reads."""
        return [unknown_member(name).as_json() for name in self.data if name not in known]


def read_moment(value: Any) -> dt.datetime | None:
    """An ISO 8601 time, with the current zone where it names none; None for anything else."""
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.get_current_timezone())


def unknown_member(name: str, *at: int) -> Fault:
    words = f"“{name[:_SHOWN]}” is not known here; it was left out."
    return Fault(pointer(*at, name[:_SHOWN]), words, "unknown_field")
