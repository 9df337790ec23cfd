"""Upkeep of background work: a killed worker's jobs are done by another, old ones are forgotten."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from core.jobs.jobs import ATTEMPTS, clear_expired_sign_ins, remove_old_jobs, retry_stalled_jobs
from tests import jobs

pytestmark = [pytest.mark.alone, pytest.mark.django_db]


def sql(statement: str, *parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0] if cursor.description else None


def begun_job(*, heartbeat: dt.timedelta, attempts: int = 0) -> int:
    """A job that a worker took, whose last sign of life is ``heartbeat`` ago."""
    worker = sql(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s) RETURNING id",
        timezone.now() - heartbeat,
    )
    job: int = sql(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, worker_id)"
        " VALUES ('default', 'reckon', 'doing', %s, %s) RETURNING id",
        attempts,
        worker,
    )
    return job


def status(job: int) -> str:
    return ProcrastinateJob.objects.get(pk=job).status


def run_now(task: Any) -> None:
    task.defer(timestamp=0)
    (job,) = jobs.waiting(task.name)
    jobs.run(job)


def test_job_of_a_dead_worker_waits_again_and_that_of_a_living_one_goes_on() -> None:
    orphan = begun_job(heartbeat=dt.timedelta(minutes=2))
    running = begun_job(heartbeat=dt.timedelta(seconds=5))
    run_now(retry_stalled_jobs)
    assert (status(orphan), status(running)) == ("todo", "doing")
    assert ProcrastinateJob.objects.get(pk=orphan).attempts == 1


def test_job_that_keeps_killing_its_worker_fails() -> None:
    killer = begun_job(heartbeat=dt.timedelta(minutes=2), attempts=ATTEMPTS - 1)
    run_now(retry_stalled_jobs)
    assert status(killer) == "failed"


def test_ended_jobs_are_forgotten_failures_last() -> None:
    ages = {"succeeded": dt.timedelta(days=4), "failed": dt.timedelta(days=4)}
    for outcome, age in [*ages.items(), ("failed", dt.timedelta(days=31))]:
        job = begun_job(heartbeat=dt.timedelta(0))
        sql("UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s", outcome, job)
        sql("UPDATE procrastinate_events SET at = %s WHERE job_id = %s", timezone.now() - age, job)
    run_now(remove_old_jobs)
    kept = ProcrastinateJob.objects.filter(task_name="reckon").values_list("status", flat=True)
    assert list(kept) == ["failed"]


def test_expired_sign_ins_are_cleared_and_valid_ones_kept() -> None:
    now = timezone.now()
    Session.objects.create(session_key="gone", session_data="", expire_date=now - dt.timedelta(minutes=1))
    Session.objects.create(session_key="here", session_data="", expire_date=now + dt.timedelta(minutes=1))
    run_now(clear_expired_sign_ins)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["here"]
