"""Past imports."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.imports import steps
from core.imports.importers import Importer
from core.imports.report import Report

PAGE = 50


def past(request: HttpRequest, of: Importer) -> HttpResponse:
    rows = steps.visible_to(request.user, of.noun).select_related("created_by").order_by("-pk")
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context = {
        "of": of,
        "reports": [Report(of, kept) for kept in found[:PAGE]],
        "next": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "is_first": not before,
        "urls": {"new": of.url("new"), "list": of.url("list")},
    }
    return render(request, "imports/list.html", context)
