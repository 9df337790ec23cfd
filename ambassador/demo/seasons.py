"""How a year of business is spread over its days and hours."""

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from itertools import accumulate

# Monday to Sunday.
_WEEKDAYS = (0.95, 0.9, 0.92, 1.0, 1.1, 1.25, 1.15)
# January to December: quiet after the holidays, busy before them.
_MONTHS = (0.78, 0.8, 0.92, 1.0, 1.06, 0.98, 0.86, 0.84, 1.0, 1.08, 1.38, 1.5)
# Orders by hour: few at night, a hill at lunch, a mountain in the evening.
_HOURS = (3, 2, 1, 1, 1, 2, 5, 12, 22, 30, 36, 42, 48, 44, 36, 34, 36, 42, 54, 66, 72, 62, 38, 14)
_GROWTH = 0.6
_HOURS_SO_FAR = tuple(accumulate(_HOURS))


def spread(
    total: int, first: dt.date, last: dt.date, peaks: Sequence[tuple[dt.date, dt.date, float]]
) -> list[tuple[dt.date, int]]:
    """``total`` orders over the days from ``first`` to ``last``; ``peaks`` are busier by a factor."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    so_far = list(accumulate(_weight(day, first, last, peaks) for day in days))
    ends = [round(total * one / so_far[-1]) for one in so_far]
    return [(day, end - start) for day, start, end in zip(days, [0, *ends], ends, strict=False)]


def moments(day: dt.date, count: int, rng: random.Random, until: dt.datetime) -> Iterator[dt.datetime]:
    """``count`` moments of ``day`` in the time zone of ``until`` and not after it, earliest first."""
    midnight = dt.datetime.combine(day, dt.time.min, until.tzinfo)
    passed = min((until - midnight) / dt.timedelta(days=1), 1.0)
    hours = rng.choices(range(24), cum_weights=_HOURS_SO_FAR, k=count)
    seconds = sorted(int((hour * 3600 + rng.random() * 3600) * passed) for hour in hours)
    return ((midnight + dt.timedelta(seconds=second)).astimezone(dt.UTC) for second in seconds)


def _weight(
    day: dt.date, first: dt.date, last: dt.date, peaks: Sequence[tuple[dt.date, dt.date, float]]
) -> float:
    weight = _WEEKDAYS[day.weekday()] * _MONTHS[day.month - 1]
    weight *= 1 + _GROWTH * (day - first).days / max((last - first).days, 1)
    for begins, ends, factor in peaks:
        if begins <= day <= ends:
            weight *= factor
    return weight
