"""Background jobs in tests: see what was enqueued, or run what waits, inside the test's own transaction."""

import inspect
import time

from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def waiting(task: str | None = None) -> list[ProcrastinateJob]:
    """Jobs that nobody ran yet, oldest first; only those of ``task`` where it is named."""
    jobs = ProcrastinateJob.objects.filter(status="todo").order_by("id")
    return list(jobs.filter(task_name=task) if task else jobs)


def run_all(limit: int = 1000) -> int:
    """Run jobs until none waits, in the order they came, and return how many ran; errors are raised."""
    ran = 0
    while jobs := waiting():
        for job in jobs:
            assert ran < limit, f"More than {limit} jobs ran: one enqueues itself for ever."
            run(job)
            ran += 1
    return ran


def run(job: ProcrastinateJob) -> None:
    """Run one job now, as a worker would, and mark it done."""
    task = app.tasks[job.task_name]
    work = async_to_sync(task.func) if inspect.iscoroutinefunction(task.func) else task.func
    context = JobContext(
        app=app, job=job.procrastinate_job, start_timestamp=time.time(), abort_reason=lambda: None
    )
    work(*([context] if task.pass_context else []), **job.args)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [job.pk])


def forget_all() -> None:
    """Empty procrastinate's tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers,"
            " procrastinate_workers RESTART IDENTITY CASCADE"
        )
