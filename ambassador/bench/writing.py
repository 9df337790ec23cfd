"""``intake.record`` and ``import.apply``: orders a second through the one door, bare and from a file."""

import json
import tempfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from ambassador.bench.database import own_database, tidy
from ambassador.bench.lines import Line, line, seconds
from ambassador.bench.twins import limits
from ambassador.demo import files, seeding
from ambassador.demo.recording import CHUNK, chunks, draft
from ambassador.demo.sales import Sale
from ambassador.demo.stage import Stage
from core.events.log import SYSTEM
from orders import intake
from orders.models import Order, Source

RECORD, IMPORT = "intake.record", "import.apply"
_TARGET = 0.2
# So many are in already, and at most so many more are timed.
_BEFORE, _MOST = 10_000, 50_000


def bench_record(orders: int) -> Iterator[Line]:
    def work(sales: list[Sale], folder: Path) -> Callable[[], object]:
        batches = [[draft(sale) for sale in some] for some in chunks(sales, CHUNK)]

        def record() -> None:
            for batch in batches:
                intake.record(batch, source=Source.API, actor=SYSTEM)

        return record

    yield from _measured(RECORD, orders, work)


def bench_import(orders: int) -> Iterator[Line]:
    """The whole command: the file is kept, read, mapped and applied, and its rows are accounted for."""

    def work(sales: list[Sale], folder: Path) -> Callable[[], object]:
        file = files.one_file(sales, folder)
        mapping = json.dumps(file.mapping)
        return lambda: call_command("import_orders", str(file.path), mapping=mapping, stdout=StringIO())

    yield from _measured(IMPORT, orders, work)


def _measured(
    name: str, orders: int, work: Callable[[list[Sale], Path], Callable[[], object]]
) -> Iterator[Line]:
    with own_database(), tempfile.TemporaryDirectory(prefix="bench-") as folder:
        seeding.seed(seeding.market(min(orders, _BEFORE), 1))
        market = seeding.market(min(orders, _MOST), 2)
        stage = Stage(market)
        stage.set()
        sales = list(market.sales())
        stage.record_clicks(visit for sale in sales for visit in sale.visits)
        tidy()
        last = Order.objects.order_by("-id").values_list("id", flat=True)[0]
        ours = len(sales) / seconds(work(sales, Path(folder)))
        bare = limits(after=last)
        unit = "rows/s"
        yield line(name, unit, ours, bare.whole, target=_TARGET, better="higher")
        yield line(f"{name}.keys", unit, ours, bare.keys, better="higher")
