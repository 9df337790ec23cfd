"""Start the embedded server with its first user and stop it with its last.

Users are counted by a shared lock on a file, which the kernel lets go of when a process dies, however it
dies. Starting, joining and leaving happen one at a time behind a second lock, the gate.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping

from ambassador.embedded.gates import held, lock_file, only_holder
from ambassador.embedded.owner import as_owner, owner_of, private_folder
from ambassador.embedded.places import ROLE, binary, home, socket_folder

_STEP = 0.02
# The memory of a killed server stays in use until its last backend notices, seconds later.
_PATIENCE = 20.0

# For a small machine. Nothing here weakens durability.
_FLAGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "200",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}


class EmbeddedError(Exception):
    """The embedded server cannot serve; the message says what to do about it."""


@dataclass
class Server:
    """The server as one of its users sees it."""

    pg: Path
    sockets: Path
    uid: int
    gate: int
    process: subprocess.Popen[bytes] | None = None

    def alive(self) -> bool:
        """Whether its process is there; costs no connection."""
        pid = _pid(self.pg / "data")
        return pid is not None and _is_postgres(pid)

    def revive(self) -> None:
        """Start it again if it died under its users; the log brings back every committed row."""
        with held(self.gate):
            self._ensure()

    def join(self, users: int) -> None:
        """Start it if need be and be counted, in one step, so that nobody stops it in between."""
        with held(self.gate):
            self._ensure()
            fcntl.flock(users, fcntl.LOCK_SH)

    def stop(self, within: float) -> None:
        """Stop it: politely first, and after ``within`` seconds at once, which loses nothing either."""
        _stop(self.pg / "data", within)
        if self.process:
            self.process.wait()

    def _ensure(self) -> None:
        if not answers(self.sockets):
            self.process = _start(self.pg, self.sockets, self.uid, self.process)


@contextmanager
def server(var: Path, *, stop_within: float = 10.0) -> Iterator[Server]:
    """Use the server under ``var`` for as long as the block runs."""
    pg = home(var)
    uid = owner_of(pg / "data")
    private_folder(pg, uid)
    gate, users = lock_file(pg / "gate.lock"), lock_file(pg / "users.lock")
    running = Server(pg, socket_folder(var), uid, gate)
    try:
        running.join(users)
        try:
            yield running
        finally:
            with held(gate):
                if only_holder(users):
                    running.stop(stop_within)
    finally:
        os.close(gate)
        os.close(users)


def answers(sockets: Path) -> bool:
    """Whether a server is there and takes connections, even if it has no room for one more now."""
    address = make_conninfo(host=str(sockets), user=ROLE, dbname="postgres", connect_timeout=2)
    return PGconn.ping(address.encode()) == Ping.OK


def _start(
    pg: Path, sockets: Path, uid: int, former: subprocess.Popen[bytes] | None
) -> subprocess.Popen[bytes] | None:
    """``former`` is our server of before. Until it is reaped, the next one takes it for a living rival."""
    data = pg / "data"
    private_folder(sockets, uid)
    log = pg / "server.log"
    with log.open("ab") as output:
        if os.geteuid() == 0:
            os.chown(log, uid, -1)
        _initialise(data, uid, output.fileno(), log)
        _refuse_other_version(data)
        _forget_dead_server(data)
        command: list[str | Path] = [binary("postgres"), "-D", data, "-k", sockets]
        command += [part for name, value in _FLAGS.items() for part in ("-c", f"{name}={value}")]
        give_up = time.monotonic() + _PATIENCE
        while time.monotonic() < give_up:
            if former is not None:
                former.poll()
            process = subprocess.Popen(
                as_owner(command, uid),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                env={"PATH": os.environ.get("PATH", os.defpath)},
            )
            # A server that recovers from a crash may take long; it is given up only when it ends.
            while process.poll() is None:
                if answers(sockets):
                    return process
                time.sleep(_STEP)
            if answers(sockets):
                return None
            time.sleep(10 * _STEP)
    raise EmbeddedError(f"The embedded PostgreSQL did not start. Its log says why: {log}\n{_tail(log)}")


def _initialise(data: Path, uid: int, output: int, log: Path) -> None:
    """Make the data folder beside its place and move it there: a half-made one never looks whole."""
    if (data / "PG_VERSION").exists():
        return
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    private_folder(draft, uid)
    options = ["-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-instructions"]
    made = subprocess.run(
        as_owner([binary("initdb"), "-D", draft, *options], uid),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
    )
    if made.returncode:
        raise EmbeddedError(f"The database folder {data} could not be made. See {log}\n{_tail(log)}")
    draft.rename(data)


def _refuse_other_version(data: Path) -> None:
    kept = (data / "PG_VERSION").read_text().strip()
    version = subprocess.run([binary("postgres"), "--version"], capture_output=True, text=True, check=True)
    ours = version.stdout.split()[2].split(".")[0]
    if kept != ours:
        raise EmbeddedError(
            f"{data} was made by PostgreSQL {kept}, and this is PostgreSQL {ours}. "
            f"Dump it with version {kept} and load it again, or name another folder with VAR=."
        )


def _forget_dead_server(data: Path) -> None:
    """Remove the note of a killed server whose process id now belongs to another program."""
    with suppress(FileNotFoundError):
        if (pid := _pid(data)) and Path("/proc/self").exists() and not _is_postgres(pid):
            (data / "postmaster.pid").unlink()


def _stop(data: Path, within: float) -> None:
    pid = _pid(data)
    if not pid or not _is_postgres(pid):
        return
    os.kill(pid, signal.SIGINT)
    hurry_at = time.monotonic() + within
    while (data / "postmaster.pid").exists() and _is_postgres(pid):
        if time.monotonic() > hurry_at:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGQUIT)
            hurry_at += within
        time.sleep(_STEP)


def _pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    if not Path("/proc/self").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].endswith(b"postgres")
    except OSError:
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-5:])
