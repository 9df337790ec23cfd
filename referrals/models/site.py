"""What the merchant's own pages tell: which pages referred visitors saw, and who they say they are."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from core.locks import AppendOnly, LockedOnceSet
from referrals.models.codes import Click


class SiteKey(models.Model):
    """A public key of the site script: anybody can read it, so it is good from its own origins only.

    It may add visits and identities, which are hints. It never records an order and never decides on one.
    """

    name = models.CharField(max_length=80, help_text="Which site it is for: “Shop”.")
    key = models.CharField(max_length=40, unique=True, editable=False)
    origins = ArrayField(models.CharField(max_length=260), help_text="scheme://host[:port], in small letters")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [LockedOnceSet(field="key", name="site_key_locked")]

    def __str__(self) -> str:
        return self.name


class SiteVisit(models.Model):
    """A page of the merchant's that a referred visitor opened."""

    click = models.ForeignKey(Click, on_delete=models.PROTECT, related_name="site_visits", db_index=False)
    site_key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="visits", db_index=False)
    page = models.CharField(max_length=500, help_text="without its query")
    referrer = models.CharField(max_length=500, blank=True)
    visited_at = models.DateTimeField(default=timezone.now)

    class Meta:
        # It serves the page of a click.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["click", "visited_at", "id"], name="site_visit_of_click"),
        ]

    def __str__(self) -> str:
        return self.page


class VisitorIdentity(models.Model):
    """An e-mail address that a visitor gave on the merchant's site. A hint: it came by a public key."""

    visitor = models.UUIDField()
    click = models.ForeignKey(Click, on_delete=models.PROTECT, related_name="identities", db_index=False)
    site_key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="identities", db_index=False)
    email = models.EmailField(max_length=254, null=True)
    identified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            AppendOnly(name="visitor_identity_append_only", erasable=["email"]),
            models.UniqueConstraint(fields=["visitor", "email"], name="visitor_identity_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="visitor_identity_lower"),
        ]
        # Whose visits an address may stand for.
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["email", "identified_at"], name="visitor_identity_of_email"),
        ]

    def __str__(self) -> str:
        return self.email or f"Erased identity {self.pk}"
