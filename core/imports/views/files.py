"""Files that go back to the person: what was wrong, and an example of what is right."""

from itertools import chain
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect

from core.imports import errors as error_file
from core.imports.formats import FileRefused, Format
from core.imports.importers import Importer
from core.imports.views import find


def errors(request: HttpRequest, of: Importer, pk: int) -> HttpResponseBase:
    """The rows that did not go in, as a file to be mended."""
    kept = find(request, of, pk)
    if not error_file.has_errors(kept):
        messages.info(request, "Nothing was wrong with this file.")
        return redirect(of.url("show", pk))
    parts = error_file.content(kept)
    try:
        first = next(parts)
    except FileRefused as refusal:
        messages.error(request, str(refusal))
        return redirect(of.url("show", pk))
    form = Format.from_json(kept.format)
    charset = "utf-8" if form.kind == "xlsx" else form.encoding.removesuffix("-sig")
    answer = StreamingHttpResponse(chain([first], parts), content_type=f"text/csv; charset={charset}")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(error_file.file_name(kept))}"
    answer["X-Accel-Buffering"] = "no"
    return answer


def sample(request: HttpRequest, of: Importer) -> HttpResponse:
    answer = HttpResponse(of.sample, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{of.plural}-sample.csv"'
    return answer
