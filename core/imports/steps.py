"""The steps of an import that a person takes: choose, preview, apply, cancel, discard."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from core.accounts.models import User
from core.events.log import Entry, actor_for, write
from core.imports.formats import Format
from core.imports.importers import Importer
from core.imports.jobs import ask_for_apply, ask_for_preview, lock_of
from core.imports.mapping import Mapping, header_hash
from core.imports.models import Import, ImportMapping

Status = Import.Status
PATIENCE = dt.timedelta(minutes=2)


class NotNow(Exception):
    """A step that cannot be taken in this state; the message is for the person who tried."""


def visible_to(who: Any, noun: str) -> QuerySet[Import]:
    """The imports that ``who`` may see. Who is limited to some campaigns sees their own only."""
    rows = Import.objects.filter(noun=noun)
    return rows if getattr(who, "all_campaigns", False) else rows.filter(created_by=who)


@transaction.atomic
def choose(kept: Import, mapping: Mapping, options: dict[str, Any], form: Format) -> Import:
    """Set how the file is read and what its columns mean. Not once rows of it are in."""
    locked = _locked(kept)
    if locked.began_at is not None or _is_at_work(locked):
        raise NotNow("This import has begun; its columns cannot be changed any more.")
    locked.mapping, locked.options, locked.format = mapping.to_json(), options, form.to_json()
    locked.status, locked.counts, locked.progress, locked.message = Status.UPLOADED, {}, 0, ""
    locked.run += 1
    locked.save()
    return locked


@transaction.atomic
def begin_preview(kept: Import, *, by: User | None, in_background: bool = True) -> Import:
    locked = _locked(kept)
    if locked.began_at is not None or not locked.file:
        raise NotNow("This import cannot be previewed any more.")
    if _is_at_work(locked):
        raise NotNow("This import is at work already.")
    return _run(locked, Status.PREVIEWING, by, ask_for_preview if in_background else None)


@transaction.atomic
def begin_apply(kept: Import, *, by: User | None, in_background: bool = True) -> Import:
    """Apply a previewed import, or carry on with one that was cancelled or failed half-way.

    In the foreground, where a script decides, it need not have been previewed.
    """
    locked = _locked(kept)
    if _is_at_work(locked):
        raise NotNow("This import is at work already.")
    if locked.status == Status.APPLIED:
        raise NotNow("This import is applied already.")
    is_seen = locked.status in {Status.PREVIEWED, Status.APPLYING}
    if in_background and locked.began_at is None and not is_seen:
        raise NotNow("Preview this import before applying it.")
    return _run(locked, Status.APPLYING, by, ask_for_apply if in_background else None)


@transaction.atomic
def cancel(kept: Import, *, by: User | None) -> Import:
    """Stop a run after its current chunk. A preview goes back to the choice of columns."""
    locked = _locked(kept)
    if not locked.is_running:
        raise NotNow("There is nothing to cancel: this import is not running.")
    previews = locked.status == Status.PREVIEWING
    locked.status = Status.UPLOADED if previews else Status.CANCELLED if locked.began_at else Status.PREVIEWED
    locked.run += 1
    locked.message = ""
    locked.save(update_fields=["status", "run", "message"])
    if locked.status == Status.CANCELLED:
        _log("import_cancelled", locked, by)
    return locked


def discard(kept: Import, *, by: User | None) -> None:
    """Give up an import of which nothing is in: its file and rows are removed, its entry stays."""
    with transaction.atomic():
        locked = _locked(kept)
        if locked.began_at is not None or _is_at_work(locked):
            raise NotNow("Rows of this import are in, or on their way; it cannot be discarded.")
        locked.rows.all().delete()
        name, storage = locked.file.name, locked.file.storage
        locked.status, locked.file, locked.counts, locked.run = Status.CANCELLED, None, {}, locked.run + 1
        locked.save()
        _log("import_discarded", locked, by)
    if name:
        storage.delete(name)


def remember(of: Importer, columns: list[str], kept: Import, *, by: User | None, name: str = "") -> None:
    """Keep the mapping for the next file of the same columns, and under ``name`` where one is given."""
    said = {"mapping": kept.mapping, "options": kept.options, "used_at": timezone.now()}
    key = header_hash(columns)
    ImportMapping.objects.update_or_create(
        noun=of.noun, name="", header_hash=key, created_by=by, defaults=said
    )
    if name:
        ImportMapping.objects.update_or_create(
            noun=of.noun,
            name__iexact=name,
            defaults={**said, "header_hash": key},
            create_defaults={**said, "name": name, "header_hash": key, "created_by": by},
        )


def mappings_for(who: Any, noun: str) -> QuerySet[ImportMapping]:
    """Remembered mappings that ``who`` may use, the latest first."""
    rows = ImportMapping.objects.filter(noun=noun).order_by("-used_at")
    return rows if who is None or getattr(who, "all_campaigns", False) else rows.filter(created_by=who)


def same_file(kept: Import, who: Any) -> Import | None:
    """The last import that let this very file in."""
    rows = Import.objects.filter(noun=kept.noun) if who is None else visible_to(who, kept.noun)
    found = rows.filter(sha256=kept.sha256, began_at__isnull=False).exclude(pk=kept.pk).exclude(sha256="")
    return found.order_by("-began_at").first()


def is_stuck(kept: Import) -> bool:
    """Whether it says that it runs, and nobody will ever run it."""
    return kept.is_running and not _is_at_work(kept)


def _is_at_work(kept: Import) -> bool:
    """Whether a job of it waits or runs, or (for runs outside of jobs) it got on a moment ago."""
    if not kept.is_running:
        return False
    return kept.moved_at > timezone.now() - PATIENCE or _has_job(kept)


def _has_job(kept: Import) -> bool:
    return ProcrastinateJob.objects.filter(
        status__in=("todo", "doing"), lock=lock_of(kept.pk), args__run=kept.run
    ).exists()


def _locked(kept: Import) -> Import:
    return Import.objects.select_for_update(no_key=True).get(pk=kept.pk)


def _run(locked: Import, status: Import.Status, by: User | None, ask: Any) -> Import:
    locked.status, locked.run, locked.run_by, locked.message = status, locked.run + 1, by, ""
    locked.moved_at = timezone.now()
    if locked.began_at is None:
        locked.progress = 0
    locked.save(update_fields=["status", "run", "run_by", "message", "progress", "moved_at"])
    if ask is not None:
        ask(locked)
    return locked


def _log(kind: str, kept: Import, by: User | None) -> None:
    data = {"noun": kept.noun, "counts": kept.counts}
    write([Entry(kind, "import", kept.pk, data)], actor=actor_for(by), source="dashboard")
