"""Answers for whoever watches the processes: is this one alive, and is the whole of it ready for work?"""

import datetime as dt
from collections.abc import Callable
from functools import cache

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

# Workers write a sign of life every ten seconds.
SILENCE = dt.timedelta(seconds=30)
OK = "ok"


class HealthMiddleware:
    """``/healthz`` (the process answers; reads nothing) and ``/readyz`` (503 with what is missing).

    Comes first of all: a probe has no host name that we know, no cookie and no TLS.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = {"/healthz": alive, "/readyz": ready}.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer()
        response["Cache-Control"] = "no-store"
        return response


def alive() -> JsonResponse:
    return JsonResponse({"status": OK})


def ready() -> JsonResponse:
    checks = {"database": _database()}
    if checks["database"] == OK:
        checks["migrations"] = _migrations()
        if checks["migrations"] == OK:
            checks["worker"] = _worker()
    good = len(checks) == 3 and set(checks.values()) == {OK}
    return JsonResponse({"status": OK if good else "failing", "checks": checks}, status=200 if good else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return "cannot be reached"
    return OK


def _migrations() -> str:
    missing = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    return f"{len(missing)} to apply: run manage.py migrate" if missing else OK


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Every migration that this code brings, as (app, name). Read from disk once."""
    return frozenset(MigrationLoader(None).graph.nodes)


def _worker() -> str:
    seen = (
        ProcrastinateWorker.objects.order_by("-last_heartbeat")
        .values_list("last_heartbeat", flat=True)
        .first()
    )
    if seen is None:
        return "no worker runs"
    silent = timezone.now() - seen
    return OK if silent < SILENCE else f"no sign of life for {int(silent.total_seconds())} seconds"
