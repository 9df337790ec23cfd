"""Answers kept for retries, and how much of its limit each key has used."""

from django.db import models
from django.utils import timezone

from core.accounts.models import ApiKey


class KeptAnswer(models.Model):
    """The answer to a request that came with an ``Idempotency-Key``, written along with what it did.

    ``fingerprint`` tells whether a later request with the same key is the same request.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["kept_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return self.key


class RateCount(models.Model):
    """Requests of one subject in the window that began at ``window``, counted by all processes together.

    The table is not logged: a crash may forget a minute's counts, and counting waits for no disk.
    """

    subject = models.CharField(primary_key=True, max_length=64)
    window = models.BigIntegerField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.subject}: {self.used}"
