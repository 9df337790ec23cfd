"""Which user the server runs as: PostgreSQL refuses root, so root hands it to somebody else."""

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

_CAP_DAC_READ_SEARCH = 2


def owner_of(data: Path) -> int:
    """The user id that owns, or will own, the data folder.

    Root leaves a folder that a plain user made to that user, so that both can run it in turn.
    """
    if os.geteuid():
        return os.geteuid()
    if data.exists() and data.stat().st_uid:
        return data.stat().st_uid
    return pwd.getpwnam("nobody").pw_uid


def private_folder(folder: Path, uid: int) -> None:
    """Make ``folder`` with mode 0700 for ``uid``; refuse one that somebody else put there."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), uid}:
            raise PermissionError(
                f"{folder} belongs to somebody else. Remove it, or name another folder with VAR=."
            ) from None
        folder.chmod(0o700)
    if os.geteuid() == 0:
        os.chown(folder, uid, pwd.getpwuid(uid).pw_gid if _known(uid) else uid, follow_symlinks=False)


def as_owner(argv: Sequence[str | Path], uid: int) -> list[str]:
    """``argv`` so that it runs as ``uid``.

    Behind a parent folder that is closed to others the server also keeps the right to walk through it.
    """
    plain = [os.fspath(part) for part in argv]
    if os.geteuid() == uid:
        return plain
    if not shutil.which("setpriv"):
        raise PermissionError(
            "PostgreSQL does not run as root, and setpriv is missing: start this as a plain user."
        )
    group = pwd.getpwuid(uid).pw_gid if _known(uid) else uid
    walk: list[str] = []
    if not all(_open_to_all(part) for part in argv if isinstance(part, Path)):
        right = "dac_read_search" if _capabilities() >> _CAP_DAC_READ_SEARCH & 1 else "dac_override"
        # initdb asks access(2), which drops the effective capabilities unless no_setuid_fixup is set.
        walk = [f"--inh-caps=+{right}", f"--ambient-caps=+{right}", "--securebits=+no_setuid_fixup"]
    return ["setpriv", f"--reuid={uid}", f"--regid={group}", "--clear-groups", *walk, "--", *plain]


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)


def _capabilities() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1], 16) for line in lines if line.startswith("CapEff"))


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
