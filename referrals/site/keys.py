"""Public keys of the site script: making them, and the origins that they are good for."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core import secrets
from core.events.log import Actor, Entry, write
from referrals.models import SiteKey

_LONGEST, _MOST = 260, 50
_USUAL_PORTS = {"http": 80, "https": 443}
_KEY = re.compile(r"pub_[A-Za-z0-9_-]{10,36}")
_HOST = re.compile(r"[a-z0-9.-]+")


class OriginRefused(ValueError):
    """What cannot be an origin; the message is for the person who wrote it."""


def listed() -> QuerySet[SiteKey]:
    """Every key, those in use before the revoked, the newest first."""
    return SiteKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "-pk")


def usable(key: str) -> SiteKey | None:
    """The key in use with this text."""
    return SiteKey.objects.filter(key=key, revoked_at=None).first() if _KEY.fullmatch(key) else None


def read_origins(text: str) -> list[str]:
    """The origins in ``text``, one a line or between spaces, as browsers write them.

    Raises :class:`OriginRefused`.
    """
    found = list(dict.fromkeys(_origin(word) for word in text.replace(",", " ").split()))
    if not found:
        raise OriginRefused("Name at least one, such as https://shop.example.com.")
    if len(found) > _MOST:
        raise OriginRefused(f"At most {_MOST}.")
    return found


@transaction.atomic
def make(name: str, origins: Sequence[str], *, by: Actor) -> SiteKey:
    made = SiteKey.objects.create(name=name, key=_new_key(), origins=list(origins))
    write([Entry("site_key_made", "site_key", made.pk, _facts(made))], actor=by, source="dashboard")
    return made


@transaction.atomic
def change(key_id: int, name: str, origins: Sequence[str], *, by: Actor) -> SiteKey:
    """Rename it, or let it be used elsewhere; in force at once."""
    key = SiteKey.objects.select_for_update().get(pk=key_id)
    before = _facts(key)
    key.name, key.origins = name, list(origins)
    after = _facts(key)
    if after != before:
        key.save(update_fields=["name", "origins"])
        changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
        entry = Entry("site_key_changed", "site_key", key.pk, {"changed": changed})
        write([entry], actor=by, source="dashboard")
    return key


@transaction.atomic
def revoke(key_id: int, *, by: Actor) -> SiteKey:
    """Take nothing more that comes with it, now and for good. The script goes on without it."""
    key = SiteKey.objects.select_for_update().get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        entry = Entry("site_key_revoked", "site_key", key.pk, {"name": key.name})
        write([entry], actor=by, source="dashboard")
    return key


def _facts(key: SiteKey) -> dict[str, object]:
    return {"name": key.name, "origins": list(key.origins)}


def _new_key() -> str:
    return f"pub_{secrets.new_token(18)}"


def _origin(word: str) -> str:
    """``HTTPS://Shop.example:443/`` → ``https://shop.example``: what stands in the header Origin."""
    hint = f"“{word[:60]}” is not an origin. Write it like https://shop.example.com, without a path."
    try:
        parts = urlsplit(word)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        raise OriginRefused(hint) from None
    plain = parts.path in {"", "/"} and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _USUAL_PORTS or not _HOST.fullmatch(host) or not plain or len(word) > _LONGEST:
        raise OriginRefused(hint)
    return f"{parts.scheme}://{host}" + ("" if port in {None, _USUAL_PORTS[parts.scheme]} else f":{port}")
