"""Addresses of the import screens. A package gets them for its noun by ``import_urls(IMPORTER)``."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import requires
from core.imports.importers import Importer
from core.imports.views import choosing, files, history, showing, stepping, uploading

View = Callable[..., HttpResponseBase]


def import_urls(of: Importer) -> list[URLPattern]:
    writes = requires(f"{of.scope}:write")

    def bound(view: View) -> View:
        def of_noun(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return view(request, of, **kwargs)

        return of_noun

    def reads(view: View) -> View:
        return writes(require_safe(bound(view)))

    def acts(view: View) -> View:
        return writes(require_POST(bound(view)))

    def either(view: View) -> View:
        return writes(require_http_methods(["GET", "HEAD", "POST"])(bound(view)))

    return [
        path("", reads(history.past), name="list"),
        # The view checks the token itself, once it has set a limit to what is read of the request.
        path("new/", csrf_exempt(either(uploading.new)), name="new"),
        path("sample/", reads(files.sample), name="sample"),
        path("<int:pk>/", reads(showing.show), name="show"),
        path("<int:pk>/columns/", either(choosing.columns), name="columns"),
        path("<int:pk>/progress/", reads(showing.progress), name="progress"),
        path("<int:pk>/preview/", acts(stepping.preview), name="preview"),
        path("<int:pk>/apply/", acts(stepping.apply), name="apply"),
        path("<int:pk>/cancel/", acts(stepping.cancel), name="cancel"),
        path("<int:pk>/discard/", acts(stepping.discard), name="discard"),
        path("<int:pk>/errors/", reads(files.errors), name="errors"),
    ]
