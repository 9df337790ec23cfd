"""What has to be in place before the first request: tables, static files, an owner, the demo."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from ambassador import embedded
from core.accounts.first_run import ensure_owner
from orders.models import Order


def set_out(say: Callable[[str], None]) -> None:
    """Bring database and static files up to this code, and print who may sign in."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    collect_static_files()
    if _demo_is_wanted():
        say("Making the demo program: a year of a shop's referrals. This happens once.")
        call_command("demo", verbosity=0)
    email, password = ensure_owner()
    say(f"User:     {email}")
    if password:
        say(f"Password: {password}   (shown this once; change it after signing in)")
    else:
        say(f"Password: as shown at the first start   (lost it? manage.py changepassword {email})")


def _demo_is_wanted() -> bool:
    if os.environ.get("DATABASE_URL"):
        wanted = os.environ.get("DEMO") == "1"
    else:
        wanted = settings.DATABASES["default"]["NAME"] == embedded.DEMO
    return wanted and not Order.objects.exists()


def collect_static_files() -> None:
    """Collect static files, and only when something changed, for it takes seconds."""
    stamp = settings.VAR_DIR / "static.stamp"
    mark = _mark_of_static_files()
    if stamp.exists() and stamp.read_text() == mark and settings.STATIC_ROOT.exists():
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark)


def _mark_of_static_files() -> str:
    root: Path = settings.BASE_DIR
    digest = hashlib.sha256()
    named = [
        root / name for name in ("package-lock.json", "requirements.txt", "core/assets.py", "core/icons.py")
    ]
    own = sorted(path for path in (root / "static").rglob("*") if path.is_file())
    for path in [*(path for path in named if path.exists()), *own]:
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
