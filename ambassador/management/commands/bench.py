"""``manage.py bench``: what ``make bench`` runs."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ambassador.bench import api, links, rewards, table, writing
from ambassador.bench.database import Busy
from ambassador.bench.lines import Line
from ambassador.up.setting_out import collect_static_files

BENCHES: dict[str, Callable[[int], Iterator[Line]]] = {
    table.NAME: table.bench,
    writing.RECORD: writing.bench_record,
    writing.IMPORT: writing.bench_import,
    rewards.NAME: rewards.bench,
    links.NAME: links.bench,
    api.NAME: api.bench,
    api.BATCH: api.bench_batch,
}
ORDERS = 100_000


class Command(BaseCommand):
    help = (
        "Measures, in a database of its own, and prints one JSON object a line: our number, the limit of the "
        f"same run, their ratio and its target. Names: {', '.join(BENCHES)}."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="all, unless named")
        parser.add_argument("--orders", type=int, default=ORDERS, metavar="N", help="the largest program")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["names"]) - BENCHES.keys()
        if unknown:
            raise CommandError(f"There is no bench {', '.join(sorted(unknown))}: {', '.join(BENCHES)}.")
        if options["orders"] < 1:
            raise CommandError("At least one order is needed.")
        collect_static_files()
        lines: list[Line] = []
        try:
            for name in options["names"] or BENCHES:
                for line in BENCHES[name](options["orders"]):
                    lines.append(line)
                    self.stdout.write(line.text())
                    self.stdout.flush()
        except Busy as busy:
            raise CommandError(str(busy)) from None
        missed = [line.bench for line in lines if not line.holds]
        self.stderr.write(f"{len(lines) - len(missed)} of {len(lines)} as they should be.")
        for name in missed:
            self.stderr.write(f"misses its target: {name}")
