"""People, and the campaigns in which they refer others."""

import datetime as dt
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, Lower, NullIf, Trim
from django.utils import timezone

from campaigns.models import Campaign
from core.locks import LockedOnceSet


def _spoken(*names: str) -> Concat:
    """The columns' texts with spaces between; one without a value adds nothing."""
    parts: list[F | Value] = []
    for name in names:
        parts += [Value(" "), F(name)] if parts else [F(name)]
    return Concat(*parts, output_field=models.TextField())


def _called() -> Coalesce:
    """What a person is called: by name, else by e-mail, else by uid."""
    name = NullIf(Trim(_spoken("first_name", "last_name")), Value(""))
    return Coalesce(name, F("email"), F("uid"), Value(""), output_field=models.TextField())


class Contact(models.Model):
    """A person, known by e-mail or by the merchant's uid. Customer and advocate are roles of a contact.

    Never deleted: privacy erasure blanks the person and keeps the facts.
    """

    class Status(models.TextChoices):
        PROSPECT = "prospect", "Prospect"
        ENROLLED = "enrolled", "Enrolled"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"
        BANNED = "banned", "Banned"

    email = models.EmailField("e-mail", max_length=254, null=True, blank=True, unique=True)
    uid = models.CharField(
        "uid",
        max_length=255,
        null=True,
        blank=True,
        unique=True,
        help_text="The merchant's own id for this person.",
    )
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PROSPECT)
    status_since = models.DateTimeField(default=timezone.now)
    flagged = models.BooleanField(default=False)
    properties = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    erased_at = models.DateTimeField(null=True, blank=True)
    label = models.GeneratedField(
        expression=_called(), output_field=models.CharField(max_length=255), db_persist=True
    )
    sort_key = models.GeneratedField(
        expression=Lower(_called()), output_field=models.CharField(max_length=255), db_persist=True
    )
    search_text = models.GeneratedField(
        expression=Lower(_spoken("first_name", "last_name", "email", "uid")),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="contact_email_lower"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(uid__isnull=False) | Q(erased_at__isnull=False),
                name="contact_is_named",
                violation_error_message="A contact needs an e-mail address or a uid.",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sort_key", "id"], name="contact_by_name"),
            models.Index(fields=["created_at", "id"], name="contact_by_age"),
            models.Index(fields=["status", "id"], name="contact_by_status"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="contact_search"),
        ]

    def __str__(self) -> str:
        if self.erased_at:
            return f"Erased contact {self.pk}"
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.uid or ""

    def counts_at(self, moment: dt.datetime) -> bool:
        """Whether this person's codes count for an order placed at ``moment``."""
        out = self.status in {self.Status.UNSUBSCRIBED, self.Status.BANNED}
        return not (out and self.status_since <= moment)


class Enrollment(models.Model):
    """A contact who refers in a campaign. Inactive within its last gap, active outside it."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="enrollments")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="enrollments", db_index=False
    )
    enrolled_at = models.DateTimeField(default=timezone.now)
    inactive_from = models.DateTimeField(null=True, blank=True)
    inactive_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Codes belong to an enrolment: to change whose it is would change whose they are.
            LockedOnceSet(field="contact", along=["campaign"], name="enrollment_locked"),
            models.UniqueConstraint(
                fields=["contact", "campaign"],
                name="enrollment_once",
                violation_error_message="This contact is enrolled in this campaign already.",
            ),
        ]
        # They serve the list of advocates: newest first, and one campaign's.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["enrolled_at", "id"], name="enrollment_by_date"),
            models.Index(fields=["campaign", "enrolled_at", "id"], name="enrollment_by_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} in {self.campaign}"

    def is_active_at(self, moment: dt.datetime) -> bool:
        if self.inactive_from is None or moment < self.inactive_from:
            return True
        return self.inactive_until is not None and moment >= self.inactive_until

    @property
    def is_active(self) -> bool:
        return self.is_active_at(timezone.now())
