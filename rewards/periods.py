"""Closing periods: what was signed stays, and what comes later falls into the next."""

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from core.events.log import Actor, Entry, write
from rewards import ledger
from rewards.models import Entry as LedgerEntry
from rewards.models import Period


class CloseRefused(ValueError):
    """A period that cannot be closed; the message says why."""


def closed_until() -> dt.datetime | None:
    found: dt.datetime | None = Period.objects.aggregate(last=Max("ends_at"))["last"]
    return found


@transaction.atomic
def close(last_day: dt.date, *, by: Actor, source: str) -> Period:
    """Close everything up to the end of ``last_day``, in the program's time zone. Raises CloseRefused."""
    ends_at = timezone.make_aware(dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time()))
    if ends_at > timezone.now():
        raise CloseRefused("A period can be closed when it is over.")
    with connection.cursor() as cursor:
        # Waits for writers that began before, and holds off those to come until this is done.
        cursor.execute("LOCK TABLE rewards_period, rewards_entry IN SHARE ROW EXCLUSIVE MODE")
    last = closed_until()
    if last is not None and ends_at <= last:
        raise CloseRefused("That period is closed already.")
    period = Period.objects.create(ends_at=ends_at, closed_by=by.label, sums=sums_until(ends_at))
    data = {"ends_at": ends_at.isoformat(), "sums": period.sums}
    write([Entry("period_closed", "period", period.pk, data)], actor=by, source=source)
    return period


def sums_until(moment: dt.datetime) -> dict[str, dict[str, str]]:
    """Currency → account → balance of everything before ``moment``."""
    found: dict[str, dict[str, str]] = {}
    balances = ledger.balances(LedgerEntry.objects.filter(at__lt=moment))
    for (currency, account), amount in sorted(balances.items()):
        found.setdefault(currency, {})[account] = f"{amount.normalize():f}" if amount else str(Decimal(0))
    return found
