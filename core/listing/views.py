"""The screens of every list. A package gets them by ``listing_urls(LISTING)``; what differs is declared."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from core.accounts.permissions import may, requires
from core.listing import export, saved
from core.listing.declaration import Listing
from core.listing.facets import OPERATORS
from core.listing.screen import Screen
from core.listing.state import State

BODY_ID = "list"


def listing_urls(listing: Listing) -> list[URLPattern]:
    """The addresses of ``listing``, for the ``urlpatterns`` of its package."""
    reads, takes = requires(listing.permission("read")), requires(listing.permission("export"))

    def bound(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        def of_listing(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            return view(request, listing, **kwargs)

        return of_listing

    return [
        path("", reads(require_GET(bound(show))), name="list"),
        path("totals/", reads(require_GET(bound(totals))), name="totals"),
        path("export/", takes(require_GET(bound(take_away))), name="export"),
        path("views/save/", reads(require_POST(bound(save_view))), name="view_save"),
        path("views/<int:pk>/delete/", reads(require_POST(bound(delete_view))), name="view_delete"),
    ]


def show(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The list. htmx, changing the page in place, gets only what changes."""
    chosen = _chosen(request.GET)
    if chosen is not None:
        return redirect(f"{request.path}?{chosen}")
    screen = Screen(State(listing, request.GET, request.user))
    partial = (
        request.headers.get("HX-Target") == BODY_ID and "HX-History-Restore-Request" not in request.headers
    )
    response = render(
        request,
        listing.body_template if partial else listing.template,
        {
            "screen": screen,
            "listing": listing,
            "may_export": may(request.user, listing.permission("export")),
            "may_write": may(request.user, listing.permission("write")),
            "may_manage": may(request.user, listing.permission("manage")),
        },
    )
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def totals(request: HttpRequest, listing: Listing) -> HttpResponse:
    """The numbers above the table, asked for after the page and never holding it up."""
    if listing.totals is None:
        raise Http404
    state = State(listing, request.GET, request.user)
    context = listing.totals(state.rows, request)
    by_htmx = "HX-Request" in request.headers
    return render(
        request, listing.totals_template, {**context, "key": Screen(state).totals_key, "by_htmx": by_htmx}
    )


def take_away(request: HttpRequest, listing: Listing) -> HttpResponseBase:
    """The list as a file: the rows that are ticked, or all that match."""
    state = State(listing, request.GET, request.user)
    ids = [
        int(text)
        for text in request.GET.getlist("selected")
        if text.isascii() and text.isdigit() and len(text) < 19
    ]
    rows = state.rows if not ids or request.GET.get("all") else state.rows.filter(pk__in=ids[:1_000])
    return export.response(
        state, rows, request.GET.get("format", "csv"), with_bom=request.GET.get("bom") == "1"
    )


def save_view(request: HttpRequest, listing: Listing) -> HttpResponse:
    """Keep the list's state under a name: as a new view, or in the one it began with."""
    query = request.POST.get("query", "")
    begun = request.POST.get("view", "")
    view = None
    if begun:
        number = int(begun) if begun.isascii() and begun.isdigit() and len(begun) < 19 else 0
        view = get_object_or_404(saved.owned_by(request.user, listing.name), pk=number)
    name = request.POST.get("name", view.name if view else "")
    shared = request.POST.get("shared") == "1" if "name" in request.POST else bool(view and view.shared)
    if shared and not may(request.user, listing.permission("write")):
        shared = bool(view and view.shared)
    assert request.user.is_authenticated
    try:
        kept = saved.save(request.user, listing.name, name, query, shared=shared, view=view)
    except saved.ViewError as error:
        messages.error(request, str(error))
        return _back(listing, saved.tidy(query), view.pk if view else None)
    messages.success(request, f"The view “{kept.name}” is kept.")
    return _back(listing, kept.query, kept.pk)


def delete_view(request: HttpRequest, listing: Listing, pk: int) -> HttpResponse:
    view = get_object_or_404(saved.owned_by(request.user, listing.name), pk=pk)
    view.delete()
    messages.success(request, f"The view “{view.name}” is gone. Its rows are as they were.")
    return _back(listing, "", None)


def _back(listing: Listing, query: str, view: int | None) -> HttpResponse:
    parts = [part for part in (query, f"view={view}" if view else "") if part]
    address = redirect(listing.url_name("list"))
    address["Location"] += f"?{'&'.join(parts)}" if parts else ""
    return address


def _chosen(params: QueryDict) -> str | None:
    """The query that the filter form or the column picker means, None where neither was sent.

    So they work without JavaScript, and every address of the list stays readable.
    """
    if params.get("f"):
        return _chosen_filter(params)
    return _chosen_columns(params) if "c" in params else None


def _chosen_filter(params: QueryDict) -> str:
    """``f``, ``op`` and ``v`` become one parameter."""
    name = params.get("f", "")
    out = params.copy()
    operator = params.get("op", "")
    values = [value.strip() for value in params.getlist("v") if value.strip()]
    if operator == "between":
        ends = {"gte": params.get("v", ""), "lte": params.get("v2", "")}
    elif operator == "empty":
        ends = {"empty": "1"}
    else:
        # Several values chosen under "is" can only mean any of them.
        many = operator == "" and len(values) > 1
        ends = {"in" if many else operator if operator in OPERATORS else "": ""}
    for key in ("f", "op", "v", "v2", "add", "after", "before"):
        out.pop(key, None)
    for old in [key for key in params if key == name or key.startswith(f"{name}__")]:
        out.pop(old)
    for end, value in ends.items():
        kept = [value] if value or operator == "between" else values
        if any(kept):
            out.setlist(f"{name}__{end}" if end else name, [one for one in kept if one])
    return out.urlencode(safe=",:@")


def _chosen_columns(params: QueryDict) -> str:
    """The ticked boxes, in their order, become one parameter."""
    out = params.copy()
    out.setlist("columns", [",".join(dict.fromkeys(params.getlist("c")))])
    out.pop("c")
    out.pop("pick", None)
    return out.urlencode(safe=",:@")
