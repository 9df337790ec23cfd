"""Upkeep of the background work itself: what a killed worker left, and what is too old to keep."""

import logging

from django.core.management import call_command
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status

log = logging.getLogger(__name__)

ATTEMPTS = 5
KEEP_SUCCEEDED_HOURS = 3 * 24
KEEP_ALL_HOURS = 30 * 24


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Give jobs of workers that died to the living.

    A job that was begun ``ATTEMPTS`` times and never ended is more likely what kills them: it fails.
    """
    for job in await app.job_manager.get_stalled_jobs():
        log.warning("stalled job %s of task %s, begun %s times", job.id, job.task_name, job.attempts + 1)
        if job.attempts + 1 >= ATTEMPTS:
            await _fail(job)
            continue
        try:
            await app.job_manager.retry_job(job)
        except (AlreadyEnqueued, ConnectorException):
            # The same work was enqueued again in the meantime and will be done under that number.
            await _fail(job)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="remove_old_jobs", pass_context=True)
async def remove_old_jobs(context: JobContext, timestamp: int) -> None:
    """Forget jobs that succeeded days ago, and any other ended job after a month."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_SUCCEEDED_HOURS)
    await app.job_manager.delete_old_jobs(
        nb_hours=KEEP_ALL_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


@app.periodic(cron="37 3 * * *")
@app.task(queueing_lock="clear_expired_sign_ins")
def clear_expired_sign_ins(timestamp: int) -> None:
    """Remove the rows of sign-ins that have run out."""
    call_command("clearsessions")


async def _fail(job: Job) -> None:
    assert job.id is not None
    await app.job_manager.finish_job_by_id_async(job.id, status=Status.FAILED, delete_job=False)
