"""One uploaded file and what became of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Import(models.Model):
    """A file on its way in: uploaded, mapped, previewed, applied. ``counts`` accounts for its rows."""

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
    message = models.TextField(
        blank=True, help_text="what went wrong, in words for the person who uploaded it"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["noun", "-created_at"], name="import_history")]

    def __str__(self) -> str:
        return self.file_name
