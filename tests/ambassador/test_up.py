"""``manage.py up`` and what it survives: each process killed, all of them killed, a port that is taken.

One installation is made for the whole module, for its first start takes seconds; each test leaves it stopped.
"""

import http.client
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from ambassador import embedded
from tests.ambassador.processes import carrying, lives, until

ROOT = Path(__file__).resolve().parent.parent.parent
STOPS_WITHIN = 5.0


class Up:
    """A supervisor, its output, and the processes it keeps."""

    def __init__(self, var: Path, port: int, **env: str) -> None:
        self.var, self.port = var, port
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"],
            cwd=ROOT,
            env={**given(), "VAR": str(var), "PORT": str(port), "DEMO": "0", "WEB_PROCESSES": "1", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.output: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def says(self, text: str, within: float = 60.0) -> str:
        """The next line with ``text`` in it."""
        give_up = time.monotonic() + within
        while True:
            line = self._lines.get(timeout=max(0.01, give_up - time.monotonic()))
            assert line is not None, f"It ended without saying {text!r}:\n" + "".join(self.output)
            if text in line:
                return line

    def children(self, text: str) -> list[int]:
        """Process ids of its children with ``text`` in their command line, mother processes first."""
        found = carrying(f"AMBASSADOR_CHILD_OF={self.var}")
        return sorted(pid for pid, command in found.items() if text in command)

    def postmaster(self) -> int:
        return int((self.var / "pg" / "data" / "postmaster.pid").read_text().splitlines()[0])

    def answer(self, path: str) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except OSError:
            return 0, {}
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.answer("/readyz")[0] == 200

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ask it to end; the seconds that took."""
        asked = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(30) == 0, "".join(self.output)
        return time.monotonic() - asked

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            self._lines.put(line)
        self._lines.put(None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(var: Path, port: int, **env: str) -> Iterator[Up]:
    up = Up(var, port, **env)
    try:
        up.says("Ambassador runs at")
        until(up.is_ready, "all is ready")
        yield up
    finally:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(30)
        print("".join(up.output))  # shown by pytest where a test fails


def given() -> dict[str, str]:
    """The environment without what would choose another database."""
    return {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DEMO"}}


def manage(var: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *argv],
        cwd=ROOT,
        env={**given(), "VAR": str(var)},
        capture_output=True,
        text=True,
    )


def users(var: Path) -> str:
    shown = manage(var, "shell", "--verbosity", "0", "-c", _USERS)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout.strip()


_USERS = "from core.accounts.models import User; print(*User.objects.values_list('email', flat=True))"


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    """An installation that was started once, told us its password, and was stopped."""
    folder = tmp_path_factory.mktemp("var")
    with running(folder, port) as up:
        printed = "".join(up.output)
        assert re.findall(r"User: +(\S+)", printed) == ["owner@example.com"]
        assert len(re.findall(r"Password: +(\S{16,})", printed)) == 1
        assert up.stop(signal.SIGINT) < STOPS_WITHIN
    return folder


def test_stops_whole_and_starts_again_with_the_same_data(var: Path, port: int) -> None:
    with running(var, port) as up:
        assert "Password: as shown at the first start" in "".join(up.output)
        assert up.answer("/healthz") == (200, {"status": "ok"})
        second = Up(var, free_port())
        assert f"already runs from {var}" in second.says("CommandError")
        assert second.process.wait(30) == 1
        everything = [*up.children(""), up.postmaster()]
        assert len(everything) >= 4
        assert up.stop() < STOPS_WITHIN
    assert [pid for pid in everything if lives(pid)] == []
    assert users(var) == "owner@example.com"


def test_taken_port_is_refused_with_a_way_out(var: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken: int = other.getsockname()[1]
        up = Up(var, taken)
        assert f"Choose another one: PORT={taken + 1}" in up.says(f"Port {taken}")
        assert up.process.wait(30) == 1


def test_each_process_that_is_killed_comes_back(var: Path, port: int) -> None:
    with running(var, port) as up:
        web, old_worker = up.children("granian"), up.children("procrastinate")
        os.kill(web[0], signal.SIGKILL)
        os.kill(old_worker[0], signal.SIGKILL)
        until(lambda: not set(web) & set(up.children("granian")), "nothing of the killed web is left")
        until(lambda: bool(set(up.children("procrastinate")) - set(old_worker)), "a new worker runs")
        until(up.is_ready, "web and worker are back")

        serving = up.children("granian")[-1]
        os.kill(serving, signal.SIGKILL)
        until(lambda: len(set(up.children("granian")) - {serving}) == 2, "granian replaced its process")
        until(up.is_ready, "the new process answers")

        killed = up.postmaster()
        os.kill(killed, signal.SIGKILL)
        up.says("database ended")
        until(up.is_ready, "the database is back")
        assert up.postmaster() != killed
        assert up.stop() < STOPS_WITHIN


def test_everything_killed_at_once_leaves_nothing_in_the_way(var: Path, port: int) -> None:
    with running(var, port) as up:
        # The web process that answers is left alive, as an orphan that holds the port.
        orphan = up.children("granian")[-1]
        for pid in {up.process.pid, up.postmaster(), *up.children("")} - {orphan}:
            os.kill(pid, signal.SIGKILL)
        up.process.wait(30)
    with running(var, port) as up:
        assert not lives(orphan)

        children = up.children("")
        assert len(children) >= 3
        os.kill(up.process.pid, signal.SIGKILL)
        up.process.wait(30)
        until(lambda: not any(lives(pid) for pid in children), "the children of a killed supervisor end, too")
    assert users(var) == "owner@example.com"
    assert not (var / "pg" / "data" / "postmaster.pid").exists()


def test_database_url_wins_and_starts_no_server(var: Path, port: int, tmp_path: Path) -> None:
    with embedded.server(var) as elsewhere:
        url = f"postgresql://ambassador@{quote(str(elsewhere.sockets), safe='')}/ambassador"
        with running(tmp_path, port, DATABASE_URL=url) as up:
            assert "User:     owner@example.com" in "".join(up.output)
            assert up.stop() < STOPS_WITHIN
        assert elsewhere.alive()
    assert not (tmp_path / "pg").exists()


def test_first_run_makes_the_demo_once_and_everything_in_it_holds(port: int, tmp_path: Path) -> None:
    for is_first in (True, False):
        with running(tmp_path, port, DEMO="") as up:
            assert ("Making the demo program" in "".join(up.output)) is is_first
            assert up.stop() < STOPS_WITHIN
    counted = manage(tmp_path, "shell", "--verbosity", "0", "-c", _ORDERS)
    assert counted.stdout.split() == ["5000", "True"], counted.stderr
    verified = manage(tmp_path, "verify")
    assert verified.returncode == 0, verified.stdout
    assert verified.stdout.endswith("Everything holds.\n")


_ORDERS = (
    "from campaigns.models import Program; from orders.models import Order;"
    " print(Order.objects.count(), Program.objects.get().is_demo)"
)
