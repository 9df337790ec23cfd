"""The buttons of an import: preview, apply, cancel, discard."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.imports import steps
from core.imports.importers import Importer
from core.imports.views import find, me


def preview(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    return _take(request, of, pk, steps.begin_preview)


def apply(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    return _take(request, of, pk, steps.begin_apply)


def cancel(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    return _take(request, of, pk, steps.cancel)


def discard(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    answer = _take(request, of, pk, steps.discard)
    answer["Location"] = of.url("list")
    return answer


def _take(request: HttpRequest, of: Importer, pk: int, step: Callable[..., Any]) -> HttpResponse:
    kept = find(request, of, pk)
    try:
        step(kept, by=me(request))
    except steps.NotNow as refusal:
        messages.error(request, str(refusal))
    return redirect(of.url("show", pk))
