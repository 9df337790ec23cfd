"""The first owner, made once, so that a new installation can be signed in to."""

import os

from django.db import connection, transaction

from core import secrets
from core.accounts.models import Role, User

_LOCK = 0x616D62_01  # any number of our own: two first runs at once make one owner


def ensure_owner() -> tuple[str, str | None]:
    """The owner's e-mail, and the password the first time only (afterwards None: nobody can know it).

    ``OWNER_EMAIL`` and ``OWNER_PASSWORD`` in the environment are respected; without them the address is
    ``owner@example.com`` and the password is random.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        owner = User.objects.filter(role=Role.OWNER, is_active=True).order_by("pk").first()
        if owner is not None:
            return owner.email, None
        email = os.environ.get("OWNER_EMAIL", "").strip().lower() or "owner@example.com"
        password = os.environ.get("OWNER_PASSWORD") or secrets.new_token(12)
        User.objects.create_user(email, password, role=Role.OWNER)
        return email, password
