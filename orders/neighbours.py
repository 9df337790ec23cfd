"""Orders from the same IP addresses, for the rules that look at them: one bounded read for a whole batch."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from referrals.evidence import Evidence, Neighbour
from referrals.fraud import LOOK_BACK

# Of one address the latest so many: whatever has more is no household, and its burst shows in these.
MOST = 200
_READ = """
    SELECT host(asked.ip), o.customer_id, o.advocate_id, o.campaign_id, o.ordered_at
    FROM unnest(%s::inet[], %s::timestamptz[], %s::timestamptz[]) AS asked(ip, first, last)
    CROSS JOIN LATERAL (
        SELECT customer_id, advocate_id, campaign_id, ordered_at FROM orders_order
        WHERE ip_address = asked.ip AND ordered_at > asked.first AND ordered_at <= asked.last
            AND voided_at IS NULL
        ORDER BY ordered_at DESC LIMIT %s
    ) AS o
"""


def read_neighbours(evidence: Evidence, places: Iterable[tuple[str, dt.datetime]]) -> None:
    """Orders before those of ``places`` (address and moment). No statement where there is no address."""
    spans: dict[str, tuple[dt.datetime, dt.datetime]] = {}
    for ip, at in places:
        first, last = spans.get(ip, (at, at))
        spans[ip] = (min(first, at), max(last, at))
    if not spans:
        return
    firsts = [first - LOOK_BACK for first, _ in spans.values()]
    lasts = [last for _, last in spans.values()]
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(spans), firsts, lasts, MOST])
        for ip, *facts in cursor.fetchall():
            evidence.neighbours.setdefault(ip, []).append(Neighbour(*facts))
