"""API keys: ``amb_<prefix>_<secret>``, shown once, kept as a hash, found again by it."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from core import secrets
from core.accounts import scopes
from core.accounts.models import ApiKey, User

_USE_IS_NOTED_EVERY = dt.timedelta(minutes=1)
_LONGEST = 200


class ScopeRefused(ValueError):
    """A key was asked for that can more than its maker, or has a scope that does not exist."""


def create(
    name: str,
    scope_names: Sequence[str],
    *,
    maker: User | None,
    expires_at: dt.datetime | None = None,
    all_campaigns: bool = True,
) -> tuple[ApiKey, str]:
    """Make a key and return it with its token, which nobody can read again.

    ``maker`` is None for the command line. Raises :class:`ScopeRefused`.
    """
    refused = scopes.unknown(scope_names, maker)
    if refused:
        raise ScopeRefused(f"No such scope, or not yours to give: {', '.join(refused)}.")
    if not scope_names:
        raise ScopeRefused("A key needs at least one scope.")
    prefix = f"amb_{secrets.new_token(12).replace('-', '').replace('_', '')[:8]}"
    token = f"{prefix}_{secrets.new_token()}"
    key = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        hash=secrets.hashed(token),
        scopes=list(dict.fromkeys(scope_names)),
        all_campaigns=all_campaigns and (maker is None or maker.all_campaigns),
        created_by=maker,
        expires_at=expires_at,
    )
    return key, token


def authenticate(token: str) -> ApiKey | None:
    """The usable key behind ``token``; its use is noted at most once a minute."""
    if not token.startswith("amb_") or len(token) > _LONGEST:
        return None
    key = ApiKey.objects.select_related("created_by").filter(hash=secrets.hashed(token)).first()
    if key is None or not key.is_usable:
        return None
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at < now - _USE_IS_NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _USE_IS_NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
        key.last_used_at = now
    return key
