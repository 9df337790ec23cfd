"""What happened, in order, for good: the one log behind histories, streams and webhooks."""

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now

from core.locks import AppendOnly


class Event(models.Model):
    """One thing that happened to one row, append-only.

    ``noun`` and ``noun_id`` name the row (``"order"``, its primary key), ``kind`` is a past tense
    (``"order_refunded"``). ``data`` holds facts, never a person's name or address: those stand in
    ``personal``, which privacy erasure may blank, as it may ``actor_label``.
    """

    at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=40)
    noun = models.CharField(max_length=24)
    noun_id = models.BigIntegerField()
    actor_kind = models.CharField(max_length=12, help_text="user, key, system, automation or integration")
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=254, null=True)
    source = models.CharField(max_length=24, help_text="the door: dashboard, csv, api, …")
    data = models.JSONField(default=dict)
    personal = models.JSONField(null=True)
    transaction = models.BigIntegerField(
        db_default=Func(
            Func(function="pg_current_xact_id", template="%(function)s()::text"),
            template="(%(expressions)s)::bigint",
            output_field=models.BigIntegerField(),
        ),
        editable=False,
        help_text="who reads the log by id stops below the oldest transaction that still runs",
    )

    class Meta:
        constraints = [AppendOnly(name="event_append_only", erasable=["actor_label", "personal"])]
        indexes = [
            models.Index(fields=["noun", "noun_id", "id"], name="event_of_noun"),
            models.Index(fields=["transaction", "id"], name="event_as_committed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.noun} {self.noun_id}"
