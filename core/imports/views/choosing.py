"""Which column gives what, how the file is read, and what happens with known and wrong rows."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from core.imports import mapping, steps, upload
from core.imports.formats import FileRefused, Format
from core.imports.forms import ColumnsForm, FormatForm
from core.imports.importers import Importer, Target
from core.imports.mapping import Mapping
from core.imports.models import Import
from core.imports.upload import Sample
from core.imports.views import find, me


def columns(request: HttpRequest, of: Importer, pk: int) -> HttpResponseBase:
    kept = find(request, of, pk)
    if kept.began_at is not None or not kept.file or kept.is_running:
        return redirect(of.url("show", pk))
    reading = FormatForm(request.POST or None, found=Format.from_json(kept.format))
    try:
        return _choose(request, of, kept, reading)
    except FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(of.url("list"))


def _choose(request: HttpRequest, of: Importer, kept: Import, reading: FormatForm) -> HttpResponseBase:
    before = Format.from_json(kept.format)
    form, sample = before, None
    if reading.is_bound and reading.is_valid():
        form = reading.chosen
        try:
            sample = upload.look(kept, form)
        except FileRefused as refusal:
            reading.add_error(None, str(refusal))
            form = before
    known = upload.look(kept, before)
    sample = sample or known
    choice = _columns_form(request, of, kept, sample, is_other_table=sample.columns != known.columns)
    looks = "look" in request.POST or sample.columns != known.columns
    if request.method == "POST" and not looks and reading.is_valid() and choice.is_valid():
        return _preview(request, of, kept, form, choice)
    return _shown(request, of, kept, reading, choice, sample, is_checked=not looks)


def _columns_form(
    request: HttpRequest, of: Importer, kept: Import, sample: Sample, *, is_other_table: bool
) -> ColumnsForm:
    targets = of.targets(request.user)
    if is_other_table:
        chosen, data = mapping.matched(targets, sample.columns), None
    else:
        chosen = mapping.kept_to(mapping.from_json(kept.mapping), targets, sample.columns)
        data = request.POST or None
    options = kept.options or _guessed(of, chosen, sample)
    return ColumnsForm(data, of=of, targets=targets, sample=sample, chosen=chosen, options=options)


def _guessed(of: Importer, chosen: Mapping, sample: Sample) -> dict[str, str]:
    if not any(target.sums for target in of.targets(None)):
        return {}
    column = chosen.columns.get(of.key)
    return {"lines": "sum"} if column and upload.is_of_parts(sample, column) else {}


def _preview(
    request: HttpRequest, of: Importer, kept: Import, form: Format, choice: ColumnsForm
) -> HttpResponse:
    me_now = me(request)
    try:
        kept = steps.choose(kept, choice.now, choice.options, form)
        steps.remember(of, choice.sample.columns, kept, by=me_now, name=choice.cleaned_data["name"].strip())
        steps.begin_preview(kept, by=me_now)
    except steps.NotNow as refusal:
        messages.error(request, str(refusal))
    return redirect(of.url("show", kept.pk))


def _shown(
    request: HttpRequest,
    of: Importer,
    kept: Import,
    reading: FormatForm,
    choice: ColumnsForm,
    sample: Sample,
    *,
    is_checked: bool,
) -> HttpResponse:
    has_errors = is_checked and request.method == "POST"
    context: dict[str, Any] = {
        "of": of,
        "kept": kept,
        "reading": reading,
        "form": choice,
        "sample": sample,
        "is_checked": has_errors,
        "is_summed": "lines" in choice.fields and choice["lines"].value() == "sum",
        "is_unsure_of_dates": _is_unsure(choice.targets, choice.now, reading.found),
        "advice": of.advice(choice.now.targets),
        "same": steps.same_file(kept, request.user),
        "urls": {name: of.url(name, kept.pk) for name in ("columns", "discard")} | {"list": of.url("list")},
    }
    return render(request, "imports/columns.html", context, status=422 if has_errors else 200)


def _is_unsure(targets: Sequence[Target], chosen: Mapping, found: Format) -> bool:
    """Whether dates may mean either of two days, and are read at all."""
    has_dates = any(target.kind == "moment" and target.name in chosen.columns for target in targets)
    return has_dates and not found.date_order_is_sure
