"""``manage.py verify``: every invariant, checked against the data."""

import sys
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand

from core.invariants import invariants

_SHOWN = 20


class Command(BaseCommand):
    help = "Checks every invariant against the data. Prints what breaks one; then the exit code is 1."
    requires_migrations_checks = True

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for says, check in invariants().items():
            found = iter(check())
            shown = list(islice(found, _SHOWN))
            more = sum(1 for _ in found)
            if not shown:
                self._say(f"holds   {says}", options)
                continue
            broken += 1
            self.stdout.write(f"BROKEN  {says}")
            self.stdout.writelines(f"        {line}" for line in shown)
            if more:
                self.stdout.write(f"        and {more:,} more")
        self._say(f"{broken} of {len(invariants())} broken." if broken else "Everything holds.", options)
        if broken:
            sys.exit(1)

    def _say(self, line: str, options: dict[str, Any]) -> None:
        if options["verbosity"]:
            self.stdout.write(line)
