"""An uploaded file, its rows as far as somebody should see them, and mappings that are remembered."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone


class Import(models.Model):
    """A file on its way in: uploaded, mapped, previewed, applied. ``counts`` accounts for its rows.

    ``run`` numbers the previews and applications: work that finds another number here is out of date and
    stops. Once ``began_at`` is set rows are in, and only carrying on is left.
    """

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        PREVIEWING = "previewing", "Previewing"
        PREVIEWED = "previewed", "Ready to apply"
        APPLYING = "applying", "Applying"
        APPLIED = "applied", "Applied"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    noun = models.CharField(max_length=16, default="order")
    file_name = models.CharField(max_length=255)
    file = models.FileField(upload_to="imports/", max_length=255, null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    sha256 = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.UPLOADED)
    format = models.JSONField(
        default=dict, help_text="encoding, delimiter, header and such, as detected or chosen"
    )
    mapping = models.JSONField(default=dict, help_text="target → source column, fixed value or nothing")
    options = models.JSONField(default=dict, help_text="on_existing, on_error and such")
    counts = models.JSONField(default=dict, help_text="lines, rows and one count per outcome")
    progress = models.PositiveBigIntegerField(default=0, help_text="lines done")
    run = models.PositiveIntegerField(default=0)
    message = models.TextField(
        blank=True, help_text="what went wrong, in words for the person who uploaded it"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_at = models.DateTimeField(default=timezone.now)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="on whose behalf it runs; nobody: the command line",
    )
    moved_at = models.DateTimeField(default=timezone.now, help_text="when it last got on")
    began_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["noun", "-created_at"], name="import_history"),
            models.Index(fields=["sha256"], name="import_same_file"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        return self.status in {self.Status.PREVIEWING, self.Status.APPLYING}

    @property
    def percent(self) -> int:
        """How far a run has come. Until it has ended that is never all."""
        lines = self.format.get("lines") or 0
        return min(99, int(self.progress * 100 / lines)) if lines else 0


class ImportRow(models.Model):
    """What became, or would become, of one row. Of each outcome some are kept to see; all bad ones.

    ``values`` are the texts of the file by target; ``lines`` all lines that the row was made of, ``line`` the
    first of them.
    """

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    line = models.PositiveBigIntegerField()
    lines = ArrayField(models.PositiveBigIntegerField())
    outcome = models.CharField(max_length=10)
    row_pk = models.BigIntegerField(null=True)
    problems = models.JSONField(default=list, help_text="target, message, suggestion")
    warnings = models.JSONField(default=list, help_text="target, message, suggestion")
    differences = models.JSONField(default=dict, help_text="target → stored, given")
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "outcome", "line"], name="import_row_once")]

    def __str__(self) -> str:
        return f"{self.of}, line {self.line}"


class ImportMapping(models.Model):
    """A mapping kept for later: under a name, or (without one) for the next file of the same columns."""

    noun = models.CharField(max_length=16)
    name = models.CharField(max_length=80, blank=True)
    header_hash = models.CharField(max_length=64)
    mapping = models.JSONField()
    options = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                "noun",
                Lower("name"),
                condition=~Q(name=""),
                name="import_mapping_named_once",
                violation_error_message="There is a mapping of this name already.",
            ),
            models.UniqueConstraint(
                fields=["noun", "header_hash", "created_by"],
                condition=Q(name=""),
                nulls_distinct=False,
                name="import_mapping_remembered_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"columns {self.header_hash[:8]}"
