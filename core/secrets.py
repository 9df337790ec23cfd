"""Keys from the environment, or made once under ``VAR/keys``; values sealed at rest; tokens hashed."""

import hashlib
import os
import secrets as random
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet


def key(name: str, var_dir: Path) -> str:
    """Return the key called ``name`` from the environment, else from a private file made on first use."""
    return os.environ.get(name) or _kept(var_dir / "keys" / name.lower(), lambda: random.token_urlsafe(50))


def field_keys(var_dir: Path) -> list[str]:
    """Keys that seal secrets in the database; the first seals, all open (``FIELD_KEYS``, newest first)."""
    given = os.environ.get("FIELD_KEYS", "").replace(",", " ").split()
    return given or [_kept(var_dir / "keys" / "field_key", lambda: Fernet.generate_key().decode())]


def seal(text: str, keys: list[str]) -> str:
    """Encrypt ``text`` with the newest of ``keys``."""
    return MultiFernet([Fernet(key) for key in keys]).encrypt(text.encode()).decode()


def unseal(sealed: str, keys: list[str]) -> str:
    """Undo :func:`seal`; raises ``cryptography.fernet.InvalidToken`` when no key fits."""
    return MultiFernet([Fernet(key) for key in keys]).decrypt(sealed.encode()).decode()


def new_token(size: int = 32) -> str:
    """A random token, ``size`` bytes of entropy, safe in URLs."""
    return random.token_urlsafe(size)


def hashed(token: str) -> str:
    """SHA-256 in hex. Only for tokens of ours: they are long and random, so a slow hash adds nothing."""
    return hashlib.sha256(token.encode()).hexdigest()


def _kept(path: Path, make: Callable[[], str]) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written aside and linked into place, so that two processes starting at once agree on one key.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(make())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
