"""Spans of days as a filter names them, cut in the program's time zone."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from core.templatetags.ui import MONTHS

_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)


@dataclass(frozen=True)
class Span:
    """From the beginning of the first day to the end of the last."""

    first: dt.date
    last: dt.date
    words: str

    def moments(self) -> tuple[dt.datetime, dt.datetime]:
        """The moment it begins and the one at which it is over."""
        zone = timezone.get_current_timezone()
        after = self.last + dt.timedelta(days=1)
        return (
            dt.datetime.combine(self.first, dt.time.min, zone),
            dt.datetime.combine(after, dt.time.min, zone),
        )


def today() -> dt.date:
    return timezone.localdate()


def _last(count: int) -> Callable[[dt.date], tuple[dt.date, dt.date]]:
    return lambda day: (day - dt.timedelta(days=count - 1), day)


def _month(back: int) -> Callable[[dt.date], tuple[dt.date, dt.date]]:
    def cut(day: dt.date) -> tuple[dt.date, dt.date]:
        months = day.year * 12 + day.month - 1 - back
        first = dt.date(months // 12, months % 12 + 1, 1)
        following = dt.date((months + 1) // 12, (months + 1) % 12 + 1, 1)
        return first, following - dt.timedelta(days=1)

    return cut


def _quarter(day: dt.date) -> tuple[dt.date, dt.date]:
    back = (day.month - 1) % 3
    return _month(back)(day)[0], _month(back - 2)(day)[1]


def _year(back: int) -> Callable[[dt.date], tuple[dt.date, dt.date]]:
    return lambda day: (dt.date(day.year - back, 1, 1), dt.date(day.year - back, 12, 31))


PRESETS: dict[str, tuple[str, Callable[[dt.date], tuple[dt.date, dt.date]]]] = {
    "today": ("today", _last(1)),
    "yesterday": ("yesterday", lambda day: (day - dt.timedelta(days=1), day - dt.timedelta(days=1))),
    "last_7_days": ("in the last 7 days", _last(7)),
    "last_30_days": ("in the last 30 days", _last(30)),
    "last_90_days": ("in the last 90 days", _last(90)),
    "this_month": ("this month", _month(0)),
    "last_month": ("last month", _month(1)),
    "this_quarter": ("this quarter", _quarter),
    "this_year": ("this year", _year(0)),
    "last_year": ("last year", _year(1)),
}


def read(text: str) -> Span | None:
    """A preset's name or an ISO date as a span of days; None for anything else."""
    if text in PRESETS:
        words, cut = PRESETS[text]
        first, last = cut(today())
        return Span(first, last, words)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return Span(day, day, shown(day)) if _EARLIEST <= day <= _LATEST else None


def shown(day: dt.date) -> str:
    """``21 Nov``, with the year when it is not this one."""
    words = f"{day.day} {MONTHS[day.month - 1]}"
    return words if day.year == today().year else f"{words} {day.year}"
