"""A web server as it runs for people, asked over HTTP by several visitors at once."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.db import connection

VISITORS = 8
# Of the view that ``ambassador.bench.empty`` adds.
EMPTY, EMPTY_PATH = "ambassador.bench.empty:application", "/bench/empty/"
_READY_WITHIN = 30.0


@contextmanager
def served(application: str) -> Iterator[int]:
    """The port at which ``application`` answers, over the database of this process's connection."""
    port = _free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(settings.WEB_PROCESSES)]
    argv = [sys.executable, "-m", "granian", "--interface", "wsgi", *options]
    argv += ["--blocking-threads", "4", "--log-level", "error", application]
    env = {**os.environ, "DATABASE_URL": _address(), "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(argv, env=env, cwd=settings.BASE_DIR, start_new_session=True)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@dataclass(frozen=True, slots=True)
class Timed:
    """Answers a second, how many of each status, and the milliseconds that all but one in a hundred took."""

    rate: float
    statuses: dict[int, int]
    p99: float


def answers(port: int, path: Callable[[], str], seconds: float) -> tuple[float, dict[int, int]]:
    """Answers a second to visitors who ask for ``path()`` again and again, and how many of each status."""
    found = timed(port, lambda: _get(path()), seconds)
    return found.rate, found.statuses


def timed(port: int, request: Callable[[], bytes], seconds: float, *, visitors: int = VISITORS) -> Timed:
    """What visitors see who send ``request()`` again and again, each at least once."""
    found: list[tuple[int, float]] = []
    until = time.perf_counter() + seconds

    def visit() -> None:
        with socket.create_connection(("127.0.0.1", port)) as line:
            while True:
                start = time.perf_counter()
                status = _ask(line, request())
                found.append((status, time.perf_counter() - start))
                if time.perf_counter() >= until:
                    return

    threads = [threading.Thread(target=visit) for _ in range(visitors)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(found) / (time.perf_counter() - start)
    slowest = sorted(taken for _, taken in found)[-1 - len(found) // 100]
    return Timed(rate, dict(Counter(status for status, _ in found)), 1000 * slowest)


def _get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Firefox/140.0\r\n\r\n".encode()


def _ask(line: socket.socket, request: bytes) -> int:
    line.sendall(request)
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(line)
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(text.split(b":")[1])
            for text in head.split(b"\r\n")
            if text.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += _more(line)
    return int(head[9:12])


def _more(line: socket.socket) -> bytes:
    received = line.recv(65_536)
    if not received:
        raise ConnectionError("the web server closed the line")
    return received


def _wait(port: int) -> None:
    give_up = time.monotonic() + _READY_WITHIN
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as line:
                _ask(line, _get("/healthz"))
                return
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _address() -> str:
    """This process's database, as another process is told of it."""
    given = connection.settings_dict
    person = quote(given["USER"], safe="")
    if given.get("PASSWORD"):
        person += f":{quote(given['PASSWORD'], safe='')}"
    host = quote(given["HOST"], safe="") + (f":{given['PORT']}" if given.get("PORT") else "")
    return f"postgresql://{person}@{host}/{quote(given['NAME'], safe='')}"
