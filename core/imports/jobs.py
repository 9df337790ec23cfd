"""Previews and applications in the background, one at a time for each import."""

from collections.abc import Callable

import structlog
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from core.imports import running
from core.imports.formats import FileRefused
from core.imports.mapping import MappingError
from core.imports.models import Import

log = structlog.get_logger(__name__)

ATTEMPTS = 5
_PATIENCE = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=3)


def lock_of(import_id: int) -> str:
    return f"import-{import_id}"


def ask_for_preview(kept: Import) -> None:
    preview.configure(lock=lock_of(kept.pk)).defer(import_id=kept.pk, run=kept.run)


def ask_for_apply(kept: Import) -> None:
    apply.configure(lock=lock_of(kept.pk)).defer(import_id=kept.pk, run=kept.run)


@app.task(name="core.imports.preview", retry=_PATIENCE, pass_context=True)
def preview(context: JobContext, import_id: int, run: int) -> None:
    _patiently(running.preview, context, import_id, run)


@app.task(name="core.imports.apply", retry=_PATIENCE, pass_context=True)
def apply(context: JobContext, import_id: int, run: int) -> None:
    _patiently(running.apply, context, import_id, run)


def _patiently(
    work: Callable[[int, int, running.Notify], None], context: JobContext, import_id: int, run: int
) -> None:
    """Do it; say so where it cannot be done; try again later where it is we who failed."""

    def between_chunks(kept: Import) -> None:
        # A worker that is to end hands the work back; the next one goes on from here.
        if context.should_abort():
            raise JobAborted

    try:
        work(import_id, run, between_chunks)
    except running.Overtaken:
        log.info("import overtaken", import_id=import_id, run=run)
    except (FileRefused, MappingError, running.Stopped) as refusal:
        running.fail(import_id, run, str(refusal))
    except JobAborted:
        raise
    except Exception:
        if context.job.attempts >= ATTEMPTS:
            running.fail(import_id, run, "The program failed here, several times. What is in is counted.")
        raise
