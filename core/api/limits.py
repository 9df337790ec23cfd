"""How much a key may ask in a minute, counted in one place by every process of every machine."""

import math
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from core.api.problems import ApiProblem

WINDOW = 60  # seconds

_COUNT = """
    INSERT INTO api_ratecount AS mine (subject, "window", used)
    VALUES (%(subject)s, floor(extract(epoch FROM clock_timestamp()) / %(window)s), 1)
    ON CONFLICT (subject) DO UPDATE SET
      used = CASE WHEN mine."window" = excluded."window" THEN mine.used + 1 ELSE 1 END,
      "window" = excluded."window"
    RETURNING used, %(window)s - mod(extract(epoch FROM clock_timestamp()), %(window)s)
"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit; ``resets_in`` seconds it is whole again."""

    limit: int
    used: int
    resets_in: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={WINDOW}',
            "RateLimit": f'"key";r={self.left};t={self.resets_in}',
        }


def take(subject: str) -> Allowance:
    """Count one request of ``subject``. Raises :class:`ApiProblem` (429) when that is one too many."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"subject": subject, "window": WINDOW})
        row = cursor.fetchone()
    assert row is not None
    allowance = Allowance(settings.API_RATE_LIMIT, row[0], math.ceil(row[1]))
    if allowance.used > allowance.limit:
        raise ApiProblem(
            429,
            "rate-limited",
            f"At most {allowance.limit:,} requests a minute; try again in {allowance.resets_in} seconds.",
            headers={**allowance.headers(), "Retry-After": str(allowance.resets_in)},
        )
    return allowance
