"""The import of the Orders screens, from the command line."""

import json
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from core.imports import errors, mapping, running, steps, upload
from core.imports.formats import FileRefused, Format
from core.imports.importers import BAD, OUTCOMES
from core.imports.mapping import Mapping, MappingError
from core.imports.models import Import
from orders.resources import ORDERS_IMPORT

_BAR = 30


class Command(BaseCommand):
    help = (
        "Imports a file of orders as the screens do, and prints one JSON object of counts. Rows that did not "
        "go in are written beside the file, as NAME.errors.csv."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping",
            default="",
            help="The name of a mapping that is kept, or JSON. Without it, columns are found by their names. "
            'For instance: {"order_id": "Order ID", "currency": {"value": "USD"}, "lines": "sum"}',
        )
        parser.add_argument("--on-existing", choices=("update", "skip", "fail"), default="update")
        parser.add_argument("--on-error", choices=("none", "valid"), default="valid")
        parser.add_argument("--enrol-missing", action="store_true", help="Missing advocates become ones.")
        parser.add_argument("--preview", action="store_true", help="Only say what would become of each row.")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        kept = self._received(options["file"])
        begin, work = (steps.begin_apply, running.apply)
        if options["preview"]:
            begin, work = (steps.begin_preview, running.preview)
        try:
            self._choose(kept, options)
            kept = begin(kept, by=None, in_background=False)
        except (FileRefused, MappingError) as refusal:
            steps.discard(kept, by=None)
            raise CommandError(str(refusal)) from None
        try:
            work(kept.pk, kept.run, _bar if sys.stderr.isatty() else None)
        except (FileRefused, MappingError, running.Stopped) as refusal:
            running.fail(kept.pk, kept.run, str(refusal))
            raise CommandError(str(refusal)) from None
        kept.refresh_from_db()
        report = _counts(kept, is_preview=options["preview"])
        report["seconds"] = round(time.monotonic() - began, 3)
        report["error_file"] = _error_file(kept, options["file"])
        self.stdout.write(json.dumps(report))

    def _received(self, path: Path) -> Import:
        try:
            with path.open("rb") as file:
                return upload.receive(ORDERS_IMPORT, File(file), path.name, by=None)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from None

    def _choose(self, kept: Import, options: dict[str, Any]) -> None:
        """Set the mapping that was asked for, and the policies."""
        form = Format.from_json(kept.format)
        columns = upload.look(kept, form).columns
        chosen, lines = _mapping(kept, options["mapping"])
        mapping.checked(chosen, ORDERS_IMPORT, ORDERS_IMPORT.targets(None), columns)
        said = {
            "lines": lines,
            "on_existing": options["on_existing"],
            "on_error": options["on_error"],
            "flags": ["enrol_missing"] if options["enrol_missing"] else [],
        }
        steps.choose(kept, chosen, said, form)


def _mapping(kept: Import, asked: str) -> tuple[Mapping, str]:
    """The mapping, and whether lines are summed: given as JSON, kept under a name, or found by itself."""
    if not asked:
        return mapping.from_json(kept.mapping), kept.options.get("lines", "each")
    if not asked.lstrip().startswith("{"):
        named = steps.mappings_for(None, "order").filter(name__iexact=asked).first()
        if named is None:
            raise MappingError(f"No mapping is kept under the name “{asked}”.")
        return mapping.from_json(named.mapping), named.options.get("lines", "each")
    try:
        data = json.loads(asked)
    except ValueError as error:
        raise MappingError(f"The mapping is not JSON: {error}.") from None
    lines = data.pop("lines", "each")
    if lines not in {"each", "sum"}:
        raise MappingError("“lines” is each or sum.")
    return mapping.from_json(data), lines


def _counts(kept: Import, *, is_preview: bool) -> dict[str, Any]:
    counts, marks = kept.counts, kept.counts.get("marks", {})
    outcomes = {name: counts.get(name, 0) for name in OUTCOMES}
    if not is_preview and kept.status == Import.Status.PREVIEWED:
        # All or nothing, and it was nothing: what would have gone in was left out.
        outcomes["skipped"] = sum(count for name, count in outcomes.items() if name not in BAD)
        outcomes |= dict.fromkeys(("created", "updated", "unchanged"), 0)
        marks = {}
    return {
        "lines": counts.get("lines", 0),
        "rows": counts.get("rows", 0),
        **outcomes,
        "attributed": marks.get("attributed", 0),
        "rounded": marks.get("rounded", 0),
    }


def _error_file(kept: Import, path: Path) -> str | None:
    if not errors.has_errors(kept):
        return None
    beside = path.resolve().with_name(errors.file_name(kept))
    try:
        _write(beside, errors.content(kept))
    except OSError:
        beside = Path(tempfile.mkdtemp(prefix="import-")) / beside.name
        _write(beside, errors.content(kept))
    return str(beside)


def _write(path: Path, parts: Iterator[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(parts)


def _bar(kept: Import) -> None:
    """Draw how far it is, for who watches."""
    done = kept.percent * _BAR // 100
    rows = kept.counts.get("rows", 0)
    print(
        f"\r[{'█' * done}{'·' * (_BAR - done)}] {kept.percent:3d} %  {rows:,} rows",
        end="",
        file=sys.stderr,
        flush=True,
    )
