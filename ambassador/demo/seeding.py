"""A program of any size through the one door, chunk after chunk: for trials and benchmarks."""

import datetime as dt
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

from django.utils import timezone

from ambassador.demo.recording import CHUNK, chunks, outcomes, record, refund
from ambassador.demo.sales import Market, Sale
from ambassador.demo.stage import Stage
from campaigns.program import program, zone
from core.events.log import SYSTEM
from core.imports.models import Import
from core.properties import indexes
from core.properties.definitions import definitions
from orders import intake
from orders.intake import Planned
from orders.models import Source

# Through which doors the chunks come, in turn.
_SOURCES = (Source.SHOPIFY, Source.CSV, Source.API, Source.STRIPE, Source.CSV, Source.HUBSPOT, Source.API)
# Refunds and voids go one by one; a program of any size has enough of them then.
_MOST_REFUNDS = 2_000
_MOST_VOIDS = 100
# One in so many that come by the API is somebody trying it out.
_TRIALS = 100


@dataclass(slots=True)
class Seeded:
    """What became of the orders; ``seconds`` is the time that recording them took."""

    outcomes: Counter[str] = field(default_factory=Counter)
    attributed: int = 0
    seconds: float = 0.0
    refunds: int = 0
    voids: int = 0

    @property
    def rows(self) -> int:
        return self.outcomes.total()

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds if self.seconds else 0.0


def market(orders: int, seed: int) -> Market:
    """A larger shop has more advocates, and more of its buyers come again."""
    return Market(
        orders=orders,
        until=timezone.now().astimezone(zone(program())),
        seed=seed,
        advocates=max(40, 2 * math.isqrt(orders)) if orders > 10_000 else 40,
        returning=0.8,
        idle_visits=0.1,
        mark=str(seed),
    )


def _quietly(line: str) -> None:
    """Nobody asked how far it is."""


def seed(
    of: Market,
    *,
    chunk: int = CHUNK,
    with_imports: bool = False,
    make_indexes: bool = True,
    say: Callable[[str], None] = _quietly,
) -> Seeded:
    """Record every sale of ``of``. ``with_imports``: what comes as CSV belongs to a past import.

    Indexes of custom properties are made at once, which no transaction allows, or left to a worker.
    """
    stage, done = Stage(of), Seeded()
    stage.set()
    for sales, source in zip(chunks(of.sales(), chunk), cycle(_SOURCES), strict=False):
        file = _import(done.rows) if with_imports and source == Source.CSV else None
        start = time.perf_counter()
        trials = _TRIALS if source == Source.API else 0
        planned = record(sales, stage, source=source, imported_in=file, trials=trials)
        done.seconds += time.perf_counter() - start
        done.outcomes.update(outcomes(planned))
        done.attributed += sum(1 for one in planned if one.verdict and one.verdict.is_attributed)
        _take_back(sales, planned, source, of.until, done)
        say(f"{done.rows:,} of {of.orders:,} orders, {done.rows_per_second:,.0f} rows/s")
    for definition in definitions("order") if make_indexes else ():
        indexes.bring_about(definition)
    return done


def _import(number: int) -> int:
    made = Import(file_name=f"made-up-{number}.csv", status=Import.Status.APPLIED, applied_at=timezone.now())
    made.save()
    return made.pk


def _take_back(
    sales: list[Sale], planned: list[Planned], source: str, until: dt.datetime, done: Seeded
) -> None:
    for sale, one in zip(sales, planned, strict=True):
        if one.order_pk is None or one.outcome != "created":
            continue
        if sale.taken_back and done.refunds < _MOST_REFUNDS:
            refund(sale, one.order_pk, source=source, until=until)
            done.refunds += 1
        elif one.order_pk % 400 == 0 and done.voids < _MOST_VOIDS:
            intake.void(one.order_pk, "Placed twice by mistake", source=source, actor=SYSTEM)
            done.voids += 1
