"""Making and revoking API keys, with their history."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from core.accounts import keys
from core.accounts.models import ApiKey, User
from core.events.log import SYSTEM, Entry, actor_for, write


def listed() -> QuerySet[ApiKey]:
    """Every key, those in use before the revoked, the newest first."""
    keys_of_all = ApiKey.objects.select_related("created_by").annotate(campaigns=Count("campaign_access"))
    return keys_of_all.order_by(F("revoked_at").desc(nulls_first=True), "-pk")


@transaction.atomic
def make(
    name: str,
    scopes: Sequence[str],
    *,
    by: User | None,
    expires_at: dt.datetime | None = None,
    all_campaigns: bool = True,
) -> tuple[ApiKey, str]:
    """The key and its token. ``by`` is None for the command line. Raises keys.ScopeRefused."""
    key, token = keys.create(name, scopes, maker=by, expires_at=expires_at, all_campaigns=all_campaigns)
    data = {"name": name, "scopes": key.scopes, "all_campaigns": key.all_campaigns}
    actor = actor_for(by) if by else SYSTEM
    write(
        [Entry("api_key_made", "api_key", key.pk, data)], actor=actor, source="dashboard" if by else "command"
    )
    return key, token


@transaction.atomic
def revoke(key_id: int, *, by: User) -> ApiKey:
    """End a key, now and for good."""
    key = ApiKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        entry = Entry("api_key_revoked", "api_key", key.pk, {"name": key.name})
        write([entry], actor=actor_for(by), source="dashboard")
    return key
