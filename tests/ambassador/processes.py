"""Watching processes from tests: wait for what is to happen, never for a while."""

import os
import time
from collections.abc import Callable
from pathlib import Path


def until(happened: Callable[[], bool], what: str, within: float = 30.0) -> None:
    """Return as soon as ``happened`` holds; fail with ``what`` was awaited if it never does."""
    give_up = time.monotonic() + within
    while not happened():
        assert time.monotonic() < give_up, f"Waited {within:g} s in vain: {what}"
        time.sleep(0.02)


def carrying(mark: str) -> dict[int, str]:
    """Processes with ``mark`` in their environment: process id → command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or entry.name == str(os.getpid()):
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return {pid: command for pid, command in found.items() if command}


def lives(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected yet does not."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False
