"""Child processes that never outlive their supervisor, nor their own main process."""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

# Every child carries this in its environment, so that what a killed supervisor left can be told apart.
MARK = "AMBASSADOR_CHILD_OF"
_PR_SET_PDEATHSIG = 1
_LONGEST_PAUSE = 30.0
_STEADY_AFTER = 60.0
_libc = ctypes.CDLL(None)


@dataclass
class Child:
    """One command that is to run always; started again when it ends, later each time it ends soon."""

    name: str
    argv: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    start_at: float = field(default=0.0, init=False)
    falls: int = field(default=0, init=False)

    def tend(self) -> None:
        """Start it if it is due; notice if it ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self._start()
        elif (code := self.process.poll()) is not None:
            # What its main process left behind would keep the port and serve old code.
            self.kill()
            self.process = None
            self.falls = 0 if now - self.started_at > _STEADY_AFTER else self.falls + 1
            pause = min(0.25 * 2**self.falls, _LONGEST_PAUSE)
            self.start_at = now + pause
            print(
                f"{self.name} ended ({_ending(code)}); starting it again in {pause:g} s",
                file=sys.stderr,
                flush=True,
            )

    def start_over(self) -> None:
        """End it and start it at once."""
        self.kill()
        self._start()

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.terminate()

    def kill(self) -> None:
        """End the whole group at once."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _start(self) -> None:
        supervisor = os.getpid()

        def end_with_supervisor() -> None:
            end_with_parent()
            if os.getppid() != supervisor:
                os._exit(1)

        self.process = subprocess.Popen(
            self.argv,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=end_with_supervisor,
        )
        self.started_at = time.monotonic()


def end_with_parent() -> None:
    """Have the kernel ask this process to end when its parent dies, however that dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_all(children: Iterable[Child], within: float) -> None:
    """Ask all to end, and end those that have not after ``within`` seconds."""
    children = list(children)
    for child in children:
        child.ask_to_stop()
    give_up = time.monotonic() + within
    for child in children:
        if child.process:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, give_up - time.monotonic()))
        child.kill()


def end_leftovers(mark: str) -> int:
    """Kill children of a supervisor that was killed itself, and return how many there were."""
    wanted = f"{MARK}={mark}".encode()
    left = [pid for pid in _processes() if pid != os.getpid() and wanted in _environment(pid)]
    for pid in left:
        with suppress(ProcessLookupError):
            _kill_and_wait(pid, within=5.0)
    return len(left)


def _kill_and_wait(pid: int, within: float) -> None:
    # Its handle is readable once its last thread is gone, and with it every file and port it held.
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], within)
    finally:
        os.close(handle)


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _ending(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
