"""The file comes in."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.views.decorators.csrf import csrf_protect

from core.imports import upload
from core.imports.formats import FileRefused
from core.imports.importers import Importer
from core.imports.views import me


def new(request: HttpRequest, of: Importer) -> HttpResponseBase:
    limit = upload.SizeLimit(request)
    request.upload_handlers.insert(0, limit)
    return _new(request, of, limit)


@csrf_protect
def _new(request: HttpRequest, of: Importer, limit: upload.SizeLimit) -> HttpResponseBase:
    error = ""
    if request.method == "POST":
        file = request.FILES.get("file")
        if limit.is_over:
            error = f"The file is larger than {filesizeformat(upload.LARGEST)}."
        elif file is None:
            error = "Choose a file."
        else:
            try:
                made = upload.receive(of, file, file.name or "", by=me(request))
            except FileRefused as refusal:
                error = str(refusal)
            else:
                return _go_to(request, of.url("show", made.pk))
    context = {"of": of, "error": error, "largest": upload.LARGEST, "urls": _urls(of)}
    return render(request, "imports/new.html", context, status=422 if error else 200)


def _urls(of: Importer) -> dict[str, str]:
    return {name: of.url(name) for name in ("list", "new", "sample")}


def _go_to(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that htmx follows with the whole page, not inside of it."""
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
