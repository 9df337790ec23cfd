"""``manage.py seed``: a believable program of any size."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ambassador.demo import seeding


class Command(BaseCommand):
    help = "Adds a believable program of N orders, for trials and benchmarks; prints what became of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, required=True, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other orders")

    def handle(self, *args: Any, **options: Any) -> None:
        market = seeding.market(options["orders"], options["seed"])
        done = seeding.seed(market, say=self._progress if options["verbosity"] else lambda line: None)
        summary = {
            "orders": done.rows,
            **done.outcomes,
            "attributed": done.attributed,
            "refunds": done.refunds,
            "voids": done.voids,
            "seconds": round(done.seconds, 2),
            "rows_per_second": round(done.rows_per_second),
        }
        self.stdout.write(json.dumps(summary))

    def _progress(self, line: str) -> None:
        self.stderr.write(line)
