"""``manage.py demo``: the program that is shown at first."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ambassador.demo import making


class Command(BaseCommand):
    help = (
        "Makes the demo in an empty program: an invented shop with a year of referrals, by importing files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=making.ORDERS, metavar="N")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, other orders")

    def handle(self, *args: Any, **options: Any) -> None:
        start = time.perf_counter()
        speaks = options["verbosity"] > 0
        say = self.stderr.write if speaks else lambda line: None
        try:
            counts = making.make(orders=options["orders"], seed=options["seed"], say=say)
        except making.NotEmpty as refusal:
            raise CommandError(str(refusal)) from None
        if speaks:
            self.stdout.write(json.dumps({**counts, "seconds": round(time.perf_counter() - start, 2)}))
