"""Upkeep: answers are kept for retries, and nobody retries after a week."""

import datetime as dt

from django.utils import timezone
from procrastinate.contrib.django import app

from core.api.models import KeptAnswer

KEPT_FOR = dt.timedelta(days=7)


@app.periodic(cron="27 3 * * *")
@app.task(name="core.api.forget_old_answers", queueing_lock="forget_old_answers")
def forget_old_answers(timestamp: int) -> None:
    KeptAnswer.objects.filter(kept_at__lt=timezone.now() - KEPT_FOR).delete()
