"""The program with two addresses more, each of which inserts one row: what an order can be measured by."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ambassador.wsgi import application
from core.api import callers, limits
from core.api.idempotency import once
from core.api.problems import respond
from core.api.reading import read_object

settings.ROOT_URLCONF = __name__
settings.API_RATE_LIMIT = 10**9
__all__ = ["application", "urlpatterns"]

TABLE = "bench_row"
_INSERT = f"INSERT INTO {TABLE} (text) VALUES (%s) RETURNING id"  # noqa: S608  (a name of ours)


class Checked:
    """The same key check, limit and idempotency as an order, around one row."""

    is_api = csrf_exempt = True
    methods = ("POST",)

    def __call__(self, request: Any) -> HttpResponse:
        request.caller = callers.identify(request)
        callers.allow(request.caller, "orders:write")
        limits.take(f"key:{request.caller.pk}")
        data, raw = read_object(request)
        return once(request, raw, lambda: respond({"id": _insert(data["order_id"])}, 201))


class Bare:
    """One row, and nothing else."""

    is_api = csrf_exempt = True
    methods = ("POST",)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        data, _ = read_object(request)
        return respond({"id": _insert(data["order_id"])}, 201)


def _insert(text: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [text])
        (pk,) = cursor.fetchone() or (0,)
    return int(pk)


urlpatterns = [
    path("api/bench/checked", Checked()),
    path("api/bench/bare", Bare()),
    path("", include("ambassador.urls")),
]
