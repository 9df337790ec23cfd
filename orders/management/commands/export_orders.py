"""The export of the Orders screen, from the command line."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from django.utils import timezone

from campaigns.program import program, zone
from core.listing import export
from core.listing.state import State
from orders.views.listing import ORDERS


class Everyone:
    """Who works at the command line sees what an unlimited owner sees."""

    all_campaigns = True
    pk = None


class Command(BaseCommand):
    help = "Writes orders as the screen's export does: the same filters, columns and sort."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--query", default="", help="As in the list's address: campaign=spring&date=this_month"
        )
        parser.add_argument("--columns", default="", help="Names with commas between: order,date,revenue")
        parser.add_argument("--format", choices=sorted(export.FORMATS), default="csv")
        parser.add_argument("--bom", action="store_true", help="Begin with a byte order mark, for Excel.")
        parser.add_argument("-o", "--output", default="-", help="A file; without it, standard output.")

    def handle(self, *args: Any, **options: Any) -> None:
        params = QueryDict(options["query"].lstrip("?"), mutable=True)
        if options["columns"]:
            params["columns"] = options["columns"]
        with timezone.override(zone(program())):
            state = State(ORDERS, params, Everyone())
            self._refuse_mistakes(state)
            lines = export.lines(state, state.rows, options["format"], with_bom=options["bom"])
            if options["output"] == "-":
                for line in lines:
                    self.stdout.write(line, ending="")
                return
            try:
                with open(options["output"], "w", encoding="utf-8", newline="") as file:
                    file.writelines(lines)
            except OSError as error:
                raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from None

    def _refuse_mistakes(self, state: State) -> None:
        """A script should hear of a mistyped filter or column, not get a file of something else."""
        problems = [f"{name}: {error}" for name, error in state.filters.errors.items()]
        asked = [name for name in state.params.get("columns", "").split(",") if name]
        problems += [f"There is no column “{name}”." for name in asked if name not in state.all_columns]
        known = {*state.filters.filters, "sort", "columns", "q"}
        problems += [
            f"There is no filter “{name}”." for name in state.params if name.partition("__")[0] not in known
        ]
        if problems:
            raise CommandError("\n".join(problems))
