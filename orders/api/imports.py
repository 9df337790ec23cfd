"""Imports of order files for programs: how far they are, and what became of their rows."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from campaigns.access import is_limited
from core.api.answers import moment
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, Parameter, endpoint
from core.api.lists import MOST
from core.api.problems import ApiProblem, Fault, respond
from core.imports.models import Import
from orders.queries import visible_to

router = Router(tags=["Imports"])


class ImportOut(Schema):
    id: int
    file_name: str
    status: str
    counts: dict[str, Any] = Field(..., description="Lines, rows, and one count for each outcome.")
    progress: int = Field(..., description="Lines that are done.")
    percent: int
    message: str
    created_at: dt.datetime
    applied_at: dt.datetime | None


class ImportPage(Schema):
    data: list[ImportOut]
    next_cursor: str | None


@endpoint(
    router,
    "GET",
    "imports",
    answers={200: ImportPage},
    summary="List imports",
    declared=Declared(
        permission="imports:read",
        problems=(422,),
        parameters=(
            Parameter(
                "cursor",
                "`next_cursor` of the page before.",
                {"type": "string", "pattern": "^([1-9][0-9]{0,17})?$"},
            ),
            Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST}),
        ),
    ),
)
def list_imports(request: ApiRequest) -> HttpResponse:
    """The newest first."""
    values: dict[str, int] = {}
    faults = []
    for name, most in (("limit", MOST), ("cursor", 2**63 - 1)):
        text = request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 20 and 1 <= int(text) <= most:
            values[name] = int(text)
        elif text:
            faults.append(Fault("", "This cannot be read.", name, parameter=name))
    if faults:
        raise ApiProblem(422, "invalid", "A parameter cannot be read.", faults)
    limit, rows = values.get("limit", 50), _visible(request)
    if "cursor" in values:
        rows = rows.filter(pk__lt=values["cursor"])
    found = list(rows.order_by("-pk")[: limit + 1])
    more = str(found[limit - 1].pk) if len(found) > limit else None
    return respond({"data": [_import_json(one) for one in found[:limit]], "next_cursor": more})


@endpoint(
    router,
    "GET",
    "imports/{int:number}",
    answers={200: ImportOut},
    summary="Read an import",
    declared=Declared(permission="imports:read", problems=(404,)),
)
def get_import(request: ApiRequest, number: int) -> HttpResponse:
    found = _visible(request).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no import {number}.")
    return respond(_import_json(found))


def _visible(request: ApiRequest) -> QuerySet[Import]:
    """The limited see imports that brought orders of theirs."""
    rows = Import.objects.filter(noun="order")
    if is_limited(request.caller):
        rows = rows.filter(Exists(visible_to(request.caller).filter(imported_in=OuterRef("pk"))))
    return rows


def _import_json(one: Import) -> dict[str, Any]:
    return {
        "id": one.pk,
        "file_name": one.file_name,
        "status": one.status,
        "counts": one.counts,
        "progress": one.progress,
        "percent": one.percent,
        "message": one.message,
        "created_at": moment(one.created_at),
        "applied_at": moment(one.applied_at),
    }
