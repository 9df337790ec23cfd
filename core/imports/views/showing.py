"""One import at one address, whatever state it is in: so reload and Back always show what is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.imports import steps
from core.imports.importers import Importer
from core.imports.models import Import
from core.imports.report import Report
from core.imports.views import find

_ACTS = ("columns", "progress", "preview", "apply", "cancel", "discard", "errors", "show")


def show(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    kept = find(request, of, pk)
    if kept.status == Import.Status.UPLOADED and kept.file:
        return redirect(of.url("columns", pk))
    return render(request, _template(kept), _context(request, of, kept))


def progress(request: HttpRequest, of: Importer, pk: int) -> HttpResponse:
    """What the page asks for again and again while the import runs; the whole page once it does not."""
    kept = find(request, of, pk)
    if not kept.is_running:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/_progress.html", _context(request, of, kept))


def _template(kept: Import) -> str:
    if kept.is_running:
        return "imports/progress.html"
    return "imports/preview.html" if kept.status == Import.Status.PREVIEWED else "imports/result.html"


def _context(request: HttpRequest, of: Importer, kept: Import) -> dict[str, object]:
    return {
        "of": of,
        "kept": kept,
        "report": Report(of, kept, request.GET.get("rows", ""), request.GET.get("after", "")),
        "is_stuck": steps.is_stuck(kept),
        "same": steps.same_file(kept, request.user) if kept.status == Import.Status.PREVIEWED else None,
        "urls": {name: of.url(name, kept.pk) for name in _ACTS}
        | {name: of.url(name) for name in ("list", "new")},
    }
