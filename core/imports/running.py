"""Previewing and applying a file, chunk by chunk.

A chunk of an application, its rows to be seen, the counts and the place reached are one transaction under a
lock on the import. So whoever takes the work up after a crash goes on where the last whole chunk ended, and
two who try at once do no row twice.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.accounts.permissions import may
from core.events.log import Entry, actor_for, write
from core.imports import keeping, mapping
from core.imports.counting import Tally
from core.imports.formats import Format
from core.imports.importers import Errand, Importer, Landed, importer
from core.imports.models import Import
from core.imports.reading import opened
from core.imports.repeating import told_apart
from core.imports.summing import summed
from core.imports.translating import Row, Translator, translated

CHUNK = 2_000
Status = Import.Status
Notify = Callable[[Import], None]
_CHANGING = ("status", "message", "counts", "progress", "format", "began_at", "applied_at", "moved_at")


class Overtaken(Exception):
    """Somebody cancelled this run or began another; there is nothing left to do for this one."""


class Stopped(Exception):
    """The run cannot go on; the message is for the person who began it."""


def preview(import_id: int, run: int, notify: Notify | None = None) -> None:
    """Say of every row what would become of it. Only the import itself is written."""
    with _mine(import_id, run, Status.PREVIEWING) as locked:
        keeping.forget(import_id)
        locked.counts, locked.progress = {}, 0
    _classify(locked, run, notify)
    with _mine(import_id, run, Status.PREVIEWING) as locked:
        locked.status, locked.message = Status.PREVIEWED, ""


def apply(import_id: int, run: int, notify: Notify | None = None) -> None:
    """Let the rows in, from where an earlier attempt ended."""
    with _mine(import_id, run, Status.APPLYING) as locked:
        begins = locked.began_at is None
    if begins and locked.options.get("on_error") == "none" and not _is_faultless(locked, run, notify):
        return
    with _rows(locked) as (of, rows, land):
        tally = Tally() if begins else Tally.from_json(locked.counts)
        errand = _errand(locked)
        for chunk in _chunks(islice(rows, tally.rows, None)):
            with _mine(import_id, run, Status.APPLYING) as locked:
                _begin_or_meet(locked, tally)
                landed = land(chunk, lambda drafts: of.record(drafts, errand))
                _stop_at_a_fault(errand, chunk, landed)
                _count(locked, tally, chunk, landed)
            if notify:
                notify(locked)
    with _mine(import_id, run, Status.APPLYING) as locked:
        if locked.began_at is None:
            _begin_or_meet(locked, tally)
            locked.counts = tally.to_json()
        locked.status, locked.message, locked.applied_at = Status.APPLIED, "", timezone.now()
        _log("import_applied", locked)


def fail(import_id: int, run: int, message: str) -> None:
    """End a run that cannot go on, saying why. What it has let in stays and is accounted for."""
    with transaction.atomic():
        found = Import.objects.select_for_update(no_key=True).filter(pk=import_id, run=run).first()
        if found is not None and found.is_running:
            found.status, found.message = Status.FAILED, message
            found.save(update_fields=["status", "message"])
            _log("import_failed", found)


def _is_faultless(kept: Import, run: int, notify: Notify | None) -> bool:
    """All or nothing is decided before the first row goes in: by looking at all of them again."""
    with _mine(kept.pk, run, Status.APPLYING) as locked:
        keeping.forget(kept.pk)
        locked.counts, locked.progress = {}, 0
    tally = _classify(locked, run, notify)
    with _mine(kept.pk, run, Status.APPLYING) as locked:
        if not tally.bad:
            locked.progress = 0
            return True
        words = "1 row is wrong" if tally.bad == 1 else f"{tally.bad:,} rows are wrong"
        locked.status, locked.message = Status.PREVIEWED, f"Nothing was applied, for {words}."
    return False


def _classify(kept: Import, run: int, notify: Notify | None) -> Tally:
    tally = Tally()
    with _rows(kept) as (of, rows, land):
        errand, carry = _errand(kept), of.carry()
        for chunk in _chunks(rows):
            landed = land(chunk, lambda drafts: of.plan(drafts, carry, errand))
            with _mine(kept.pk, run, Status(kept.status)) as locked:
                _count(locked, tally, chunk, landed)
            if notify:
                notify(locked)
    with _mine(kept.pk, run, Status(kept.status)) as locked:
        locked.counts, locked.format["lines"] = tally.to_json(), tally.lines
    return tally


Act = Callable[[list[Any]], list[Landed]]
Land = Callable[[Sequence[Row], Act], list[Landed]]


@contextmanager
def _rows(kept: Import) -> Iterator[tuple[Importer, Iterator[Row], Land]]:
    """The rows of the file, and a function that lands them: those settled already are not asked about."""
    of = importer(kept.noun)
    who = kept.run_by
    if who is not None and not may(who, f"{of.scope}:write"):
        raise Stopped(f"{who} may not import any more.")
    make = of.maker(who)
    form = Format.from_json(kept.format)

    def land(rows: Sequence[Row], act: Act) -> list[Landed]:
        answers = iter(act([make(row.values, row.faults) for row in rows if not row.settled]))
        return [Landed(row.settled, faults=row.faults) if row.settled else next(answers) for row in rows]

    with opened(kept.file.name or "", form) as table:
        targets = of.targets(who)
        chosen = mapping.checked(mapping.from_json(kept.mapping), of, targets, table.columns)
        translator = Translator(chosen, targets, table.columns, form, of.zone())
        if kept.options.get("lines") == "sum":
            rows = summed(table.lines, translator, of.key)
        else:
            rows = told_apart(translated(table.lines, translator), of.apart or (of.key,))
        yield of, rows, land


def _errand(kept: Import) -> Errand:
    options = kept.options
    return Errand(
        kept.run_by,
        actor_for(kept.run_by),
        kept.pk,
        options.get("on_existing", "update"),
        options.get("on_error", "valid"),
        frozenset(options.get("flags", ())),
    )


@contextmanager
def _mine(import_id: int, run: int, status: Import.Status) -> Iterator[Import]:
    """The import, locked, to be changed; saved at the end. Raises :class:`Overtaken` if it is not ours."""
    with transaction.atomic():
        locked = Import.objects.select_for_update(no_key=True, of=("self",)).filter(pk=import_id).first()
        if locked is None or locked.run != run or locked.status != status:
            raise Overtaken
        yield locked
        locked.moved_at = timezone.now()
        locked.save(update_fields=_CHANGING)


def _begin_or_meet(locked: Import, tally: Tally) -> None:
    """Take the first step, or make sure that nobody else went on meanwhile."""
    if locked.began_at is None:
        keeping.forget(locked.pk)
        locked.began_at, locked.counts, locked.progress = timezone.now(), {}, 0
    if Tally.from_json(locked.counts).rows != tally.rows:
        raise Overtaken


def _stop_at_a_fault(errand: Errand, rows: Sequence[Row], landed: Sequence[Landed]) -> None:
    if errand.on_error != "none":
        return
    for row, one in zip(rows, landed, strict=True):
        if one.faults or one.outcome in {"conflict", "rejected"}:
            raise Stopped(
                f"Line {row.lines[0]:,} was in order and is not any more. Rows before its chunk are in."
            )


def _count(locked: Import, tally: Tally, rows: Sequence[Row], landed: Sequence[Landed]) -> None:
    keeping.keep(locked.pk, tally, rows, landed)
    tally.add(rows, landed)
    locked.counts, locked.progress = tally.to_json(), tally.lines


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _log(kind: str, kept: Import) -> None:
    data = {"noun": kept.noun, "counts": kept.counts}
    write([Entry(kind, "import", kept.pk, data)], actor=actor_for(kept.run_by), source="csv")
