"""Imports at work: killed, cancelled, overtaken, done twice; each row lands exactly once all the same."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from core.events.models import Event
from core.imports import importers, running, steps
from core.imports.counting import Tally
from core.imports.jobs import ATTEMPTS
from core.imports.models import Import
from orders.models import Order
from tests import jobs, people
from tests.orders import importing
from tests.orders.importing import a_file, a_row, outcomes, preview, upload

pytestmark = pytest.mark.django_db

TASK = "core.imports.apply"


class Killed(Exception):
    """Stands for the end of the worker."""


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 3)


def previewed(client: Client, count: int = 10) -> Import:
    rows = [a_row(f"A-{n}", **({"revenue_amount": "x"} if n % 4 == 3 else {})) for n in range(count)]
    return preview(client, upload(client, a_file(*rows)))


def stumbling(monkeypatch: pytest.MonkeyPatch, at: int, error: Exception) -> None:
    """Have the chunk number ``at`` fail once its orders are written, before its transaction ends."""
    of = importers.importer("order")
    count = 0

    def record(drafts: Any, errand: Any) -> Any:
        nonlocal count
        count += 1
        landed = of.record(drafts, errand)
        if count == at:
            raise error
        return landed

    changed = {**{name: getattr(of, name) for name in of.__dataclass_fields__}, "record": record}
    monkeypatch.setitem(importers.IMPORTERS, "order", importers.Importer(**changed))


def run_waiting() -> None:
    (job,) = jobs.waiting(TASK)
    jobs.run(job)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_killed_worker_is_followed_by_one_that_goes_on(
    marc: Client, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    of = importers.importer("order")
    stumbling(monkeypatch, at, Killed())
    with pytest.raises(Killed):
        run_waiting()
    kept.refresh_from_db()
    assert kept.status == Import.Status.APPLYING
    done = Tally.from_json(kept.counts if kept.began_at else {})
    assert done.rows == 3 * (at - 1)
    assert Order.objects.count() == done.outcomes["created"]

    monkeypatch.setitem(importers.IMPORTERS, "order", of)
    run_waiting()
    kept.refresh_from_db()
    assert kept.status == Import.Status.APPLIED
    assert outcomes(kept) == {"created": 8, "rejected": 2}
    assert (kept.counts["rows"], kept.counts["lines"], kept.progress) == (10, 10, 10)
    assert Order.objects.filter(imported_in=kept).count() == 8
    assert Event.objects.filter(kind="order_recorded").count() == 8
    assert kept.rows.count() == 10


def test_a_row_that_lines_make_lands_once_too(marc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [a_row(f"A-{n % 8}", revenue_amount="1") for n in range(24)]
    kept = preview(marc, upload(marc, a_file(*rows)), lines="sum")
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    of = importers.importer("order")
    stumbling(monkeypatch, 2, Killed())
    with pytest.raises(Killed):
        run_waiting()
    monkeypatch.setitem(importers.IMPORTERS, "order", of)
    run_waiting()
    assert list(Order.objects.order_by("order_id").values_list("order_id", "revenue_amount")) == [
        (f"A-{n}", Decimal(3)) for n in range(8)
    ]


def test_the_database_may_go_away_for_a_while_but_not_for_ever(
    marc: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    stumbling(monkeypatch, 2, OperationalError("gone"))
    with pytest.raises(OperationalError):
        run_waiting()
    kept.refresh_from_db()
    assert kept.status == Import.Status.APPLYING
    stumbling(monkeypatch, 1, OperationalError("gone"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET attempts = %s WHERE status = 'todo'", [ATTEMPTS])
    with pytest.raises(OperationalError):
        run_waiting()
    kept.refresh_from_db()
    assert kept.status == Import.Status.FAILED
    assert kept.counts["rows"] == 3
    page = marc.get(f"/orders/imports/{kept.pk}/").content.decode()
    assert "The program failed here" in page
    assert "Carry on" in page


def test_cancelling_stops_after_the_chunk_and_carrying_on_ends_it(
    marc: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    of = importers.importer("order")
    count = 0

    def cancel_at_second(job_kept: Import) -> None:
        nonlocal count
        count += 1
        if count == 2:
            marc.post(f"/orders/imports/{kept.pk}/cancel/")

    kept.refresh_from_db()
    with pytest.raises(running.Overtaken):
        running.apply(kept.pk, kept.run, cancel_at_second)
    jobs.run_all()
    kept.refresh_from_db()
    assert kept.status == Import.Status.CANCELLED
    assert kept.counts["rows"] == 6
    assert of is importers.importer("order")
    assert "It was cancelled half-way" in marc.get(f"/orders/imports/{kept.pk}/").content.decode()
    kept = importing.apply(marc, kept)
    assert kept.status == Import.Status.APPLIED
    assert outcomes(kept) == {"created": 8, "rejected": 2}
    assert Order.objects.count() == 8


def test_cancelling_a_preview_leads_back_to_the_columns(marc: Client) -> None:
    kept = upload(marc, a_file(a_row("A-1")))
    importing.choose(marc, kept)
    kept.refresh_from_db()
    assert kept.status == Import.Status.PREVIEWING
    marc.post(f"/orders/imports/{kept.pk}/cancel/")
    jobs.run_all()
    kept.refresh_from_db()
    assert kept.status == Import.Status.UPLOADED
    assert not kept.rows.exists()


def test_cancelling_before_the_first_row_leaves_the_preview(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    marc.post(f"/orders/imports/{kept.pk}/cancel/")
    jobs.run_all()
    kept.refresh_from_db()
    assert kept.status == Import.Status.PREVIEWED
    assert outcomes(kept) == {"created": 8, "rejected": 2}
    assert not Order.objects.exists()


def test_two_clicks_apply_once(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    answer = marc.post(f"/orders/imports/{kept.pk}/apply/", follow=True)
    assert "at work already" in answer.content.decode()
    assert len(jobs.waiting(TASK)) == 1
    jobs.run_all()
    answer = marc.post(f"/orders/imports/{kept.pk}/apply/", follow=True)
    assert "applied already" in answer.content.decode()
    assert Order.objects.count() == 8


def test_a_run_that_was_begun_anew_is_left_by_the_old_one(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    kept.refresh_from_db()
    with pytest.raises(running.Overtaken):
        running.apply(kept.pk, kept.run - 1)
    assert not Order.objects.exists()


def test_an_import_that_nobody_works_on_says_so(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    jobs.forget_all()
    kept.refresh_from_db()
    assert not steps.is_stuck(kept)
    Import.objects.update(moved_at=timezone.now() - dt.timedelta(minutes=10))
    page = marc.get(f"/orders/imports/{kept.pk}/").content.decode()
    assert "Nobody is at work on this any more." in page
    kept = importing.apply(marc, kept)
    assert kept.status == Import.Status.APPLIED


def test_progress_is_asked_for_until_there_is_a_result(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    answer = marc.get(f"/orders/imports/{kept.pk}/progress/")
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    jobs.run_all()
    answer = marc.get(f"/orders/imports/{kept.pk}/progress/")
    assert (answer.content, answer["HX-Refresh"]) == (b"", "true")


def test_a_file_that_is_gone_fails_in_words(marc: Client) -> None:
    kept = previewed(marc)
    kept.file.storage.delete(kept.file.name or "")
    kept = importing.apply(marc, kept)
    assert kept.status == Import.Status.FAILED
    assert kept.message == "The file is no longer there. Please upload it again."


def test_who_may_no_longer_write_imports_nothing(marc: Client) -> None:
    kept = previewed(marc)
    marc.post(f"/orders/imports/{kept.pk}/apply/")
    people.User.objects.update(role="analyst")
    jobs.run_all()
    kept.refresh_from_db()
    assert (kept.status, kept.message) == (Import.Status.FAILED, "Marc Manager may not import any more.")
    assert not Order.objects.exists()


def test_a_race_that_spoils_all_or_nothing_stops_it(marc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = preview(marc, upload(marc, a_file(*(a_row(f"A-{n}") for n in range(9)))), on_error="none")
    of = importers.importer("order")
    count = 0

    def record(drafts: Any, errand: Any) -> Any:
        nonlocal count
        count += 1
        landed = of.record(drafts, errand)
        if count == 2:
            landed[1].outcome = "conflict"
        return landed

    changed = {**{name: getattr(of, name) for name in of.__dataclass_fields__}, "record": record}
    monkeypatch.setitem(importers.IMPORTERS, "order", importers.Importer(**changed))
    kept = importing.apply(marc, kept)
    assert kept.status == Import.Status.FAILED
    assert kept.message == "Line 6 was in order and is not any more. Rows before its chunk are in."
    assert Order.objects.count() == 3
    assert outcomes(kept) == {"created": 3}
