"""Makes the demo: an invented shop whose year of orders comes in by files, and whose last weeks come live."""

import datetime as dt
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from io import StringIO
from itertools import groupby
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from ambassador.demo import files, rewarding
from ambassador.demo.recording import record, refund
from ambassador.demo.sales import Market, Sale
from ambassador.demo.stage import Stage
from campaigns.models import Program
from campaigns.program import program, zone
from core.events.log import SYSTEM
from orders import intake
from orders.models import Order, Source

ORDERS = 5_000
# Since then the shop is connected, and its orders come as they are placed.
LIVE_DAYS = 35
_LIVE_SOURCES = {"shop": Source.SHOPIFY, "partners": Source.HUBSPOT, "tokyo": Source.STRIPE}
_VOIDED, _DECIDED_BY_HAND = 3, 6


class NotEmpty(Exception):
    """The program has orders of its own, which a demo must not stand among."""


@transaction.atomic
def make(*, orders: int = ORDERS, seed: int = 1, say: Callable[[str], None]) -> Counter[str]:
    """Fill an empty program, and count the outcomes. Raises :class:`NotEmpty` where it is not empty.

    All of it or nothing, so that a first run which is cut short can be begun again.
    """
    if Order.objects.exists():
        raise NotEmpty("This program has orders already; the demo is made in an empty one only.")
    _name_program()
    market = Market(orders, until=timezone.now().astimezone(zone(program())), seed=seed)
    stage = Stage(market)
    stage.set()
    rewarding.promise()
    sales = list(market.sales())
    stage.record_clicks(visit for sale in sales for visit in sale.visits)
    live_from = market.until - dt.timedelta(days=LIVE_DAYS)
    counts = _import([sale for sale in sales if sale.at < live_from], say)
    counts += _record_live([sale for sale in sales if sale.at >= live_from], stage)
    _take_back(sales, market.until)
    _void_some()
    _decide_some()
    rewarding.let_live()
    return counts


def _name_program() -> None:
    Program.objects.filter(pk=program().pk).update(
        name="Northlight Goods", currency="USD", time_zone="America/New_York", is_demo=True
    )


def _import(sales: Sequence[Sale], say: Callable[[str], None]) -> Counter[str]:
    """By the very command that a person would use, so that everything about an import is there to be seen."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        for file in files.write(sales, Path(folder)):
            said = StringIO()
            call_command("import_orders", str(file.path), mapping=json.dumps(file.mapping), stdout=said)
            report = json.loads(said.getvalue())
            counts.update({name: report[name] for name in ("created", "updated", "conflict", "rejected")})
            say(f"{file.path.name}: {report['created']:,} orders, {report['attributed']:,} with an advocate")
    return counts


def _record_live(sales: Sequence[Sale], stage: Stage) -> Counter[str]:
    counts: Counter[str] = Counter()
    for door, those in groupby(sorted(sales, key=lambda sale: (sale.door, sale.at)), lambda sale: sale.door):
        planned = record(list(those), stage, source=_LIVE_SOURCES[door])
        counts.update(str(one.outcome) for one in planned)
    return counts


def _take_back(sales: Sequence[Sale], until: dt.datetime) -> None:
    those = {sale.order_id: sale for sale in sales if sale.taken_back}
    known = Order.objects.filter(order_id__in=those).values_list("order_id", "pk", "source")
    for order_id, pk, source in known.order_by("ordered_at", "id"):
        refund(those[order_id], pk, source=source, until=until)


def _void_some() -> None:
    plain = Order.objects.filter(reason="no_claim", status="recorded", source=Source.SHOPIFY)
    for pk in plain.order_by("-ordered_at").values_list("pk", flat=True)[40 : 40 + _VOIDED]:
        intake.void(pk, "Test order of the shop", source=Source.DASHBOARD, actor=SYSTEM)


def _decide_some() -> None:
    """A few orders whose customers said later who had sent them."""
    known = list(Order.objects.filter(reason="code").order_by("id").values_list("advocate", "campaign")[:200])
    undecided = Order.objects.filter(reason="no_claim", campaign__isnull=False, voided_at=None)
    for n, (pk, campaign) in enumerate(
        undecided.order_by("-ordered_at").values_list("pk", "campaign")[60 : 60 + _DECIDED_BY_HAND]
    ):
        advocates = [one for one, of in known if of == campaign]
        if advocates:
            intake.attribute(
                pk,
                advocate_id=advocates[7 * n % len(advocates)],
                campaign_id=campaign,
                reason="The customer named them in a letter to us.",
                source=Source.DASHBOARD,
                actor=SYSTEM,
            )
