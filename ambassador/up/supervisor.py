"""The supervisor: one loop that keeps database, web and worker up, and takes them down together."""

import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connections

from ambassador import embedded
from ambassador.up.children import MARK, Child, end_leftovers, end_with_parent, stop_all
from ambassador.up.setting_out import set_out

_STEP = 0.1
# Together under five seconds, which is what a person at the keyboard and a container both wait.
_CHILDREN_STOP_WITHIN = 2.5
_DATABASE_STOPS_WITHIN = 2.0
_OTHER_STOPS_WITHIN = 10.0
_READY_WITHIN = 60.0
_STOPPING = "stopping"


class CannotStart(Exception):
    """Something outside is in the way; the message says what, and what to do."""


class _Stop(BaseException):
    """Somebody asked us to end.

    Python swallows an exception that a signal raises inside a destructor or a fork hook; so the wish is also
    kept in ``asked``, which the loop looks at.
    """

    asked = False


def run() -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stop)
    if os.environ.get("END_WITH_PARENT") == "1":
        end_with_parent()
    try:
        with _alone(), _database() as server:
            set_out(say)
            connections.close_all()
            _serve(server)
    except _Stop:
        pass
    say("Stopped. Everything is kept.")


def say(line: str) -> None:
    print(line, flush=True)


def _serve(server: embedded.Server | None) -> None:
    env = {**os.environ, MARK: _mark(), "PYTHONUNBUFFERED": "1"}
    web, worker = Child("web", _web(), env), Child("worker", _worker(), env)
    children = [web, worker]
    announced, give_up = False, time.monotonic() + _READY_WITHIN
    try:
        while not _Stop.asked:
            if server and not server.alive():
                print("database ended; starting it again", file=sys.stderr, flush=True)
                server.revive()
                # Its jobs' transactions are gone, and it would take long to notice. Web finds back by itself.
                worker.start_over()
            for child in children:
                child.tend()
            if not announced and (_answers() or time.monotonic() > give_up):
                announced = True
                say(f"Ambassador runs at {settings.SITE_URL}   (Ctrl-C stops it)")
            time.sleep(_STEP)
    finally:
        # A second Ctrl-C must not leave half of it behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _note_file().write_text(_STOPPING)
        stop_all(children, _CHILDREN_STOP_WITHIN)


@contextmanager
def _alone() -> Iterator[None]:
    """One supervisor per folder; what a killed one left behind is ended; the port is free."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with _note_file().open("a") as lock:
        _take(lock.fileno())
        if ended := end_leftovers(_mark()):
            say(f"Ended {ended} processes that an earlier run left behind.")
        _probe_port()
        _note_file().write_text(f"process {os.getpid()}, {settings.SITE_URL}")
        yield


def _take(lock: int) -> None:
    give_up = time.monotonic() + _OTHER_STOPS_WITHIN
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _note_file().read_text()
        if holder != _STOPPING or time.monotonic() > give_up:
            raise CannotStart(
                f"Ambassador already runs from {settings.VAR_DIR} ({holder}). "
                "Stop that one first, or start this one with a folder and a port of its own: VAR=… PORT=…"
            )
        time.sleep(_STEP)


def _note_file() -> Path:
    """Locked by whoever supervises; says who that is."""
    note: Path = settings.VAR_DIR / "up.lock"
    return note


@contextmanager
def _database() -> Iterator[embedded.Server | None]:
    """The embedded server and its database, unless ``DATABASE_URL`` names another."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    name = embedded.choose(settings.VAR_DIR, default=embedded.DEMO)
    connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = name
    # The children, and whatever they start, mean the same one.
    os.environ["DEMO"] = "1" if name == embedded.DEMO else "0"
    with embedded.server(settings.VAR_DIR, stop_within=_DATABASE_STOPS_WITHIN) as server:
        embedded.prepare(settings.VAR_DIR, server.sockets, name)
        embedded.remember(settings.VAR_DIR, name)
        yield server


def _probe_port() -> None:
    family = socket.AF_INET6 if ":" in settings.LISTEN_HOST else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.LISTEN_HOST, settings.LISTEN_PORT))
        except OSError as error:
            raise CannotStart(
                f"Port {settings.LISTEN_PORT} of {settings.LISTEN_HOST} cannot be used: {error.strerror}. "
                f"Choose another one: PORT={settings.LISTEN_PORT + 1}"
            ) from None


def _answers() -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.LISTEN_HOST, settings.LISTEN_HOST)  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.LISTEN_PORT, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _web() -> list[str]:
    options = {
        "--interface": "wsgi",
        "--host": settings.LISTEN_HOST,
        "--port": str(settings.LISTEN_PORT),
        "--workers": str(settings.WEB_PROCESSES),
        "--blocking-threads": "4",
        "--workers-kill-timeout": "2",
        "--respawn-interval": "0.5",
        "--log-level": "warning",
    }
    flat = [part for option in options.items() for part in option]
    application = settings.WSGI_APPLICATION.replace(".application", ":application")
    return [sys.executable, "-m", "granian", *flat, "--respawn-failed-workers", application]


def _worker() -> list[str]:
    manage = Path(settings.BASE_DIR) / "manage.py"
    return [
        *(sys.executable, str(manage), "procrastinate", "worker"),
        *("--concurrency", "4", "--shutdown-graceful-timeout", "2"),
    ]


def _mark() -> str:
    return str(settings.VAR_DIR)


def _raise_stop(*_: object) -> None:
    _Stop.asked = True
    raise _Stop
