"""Audience Activity › Clicks: the list, and one click with what came of it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.accounts.permissions import requires
from core.listing.declaration import Listing, Tab
from referrals.clicks import queries
from referrals.clicks.filters import ClickFilters
from referrals.clicks.tables import ClickTable, browser_of, opens
from referrals.models import Click

_SHOWN = 50


def totals(rows: QuerySet[Click], request: HttpRequest) -> dict[str, Any]:
    return {"totals": queries.totals(rows)}


CLICKS = Listing(
    name="clicks",
    noun="clicks",
    title="Clicks",
    singular="click",
    plural="clicks",
    table=ClickTable,
    filters=ClickFilters,
    rows=queries.visible_to,
    tie=("clicked_at", "id"),
    default_sort="-clicked",
    name_field="code",
    opens=opens,
    tabs=(
        Tab("all", "All", ""),
        Tab("people", "People", "bot=no"),
        Tab("bots", "Bots", "bot=yes"),
    ),
    search=queries.search,
    search_hint="Search by advocate or code",
    totals=totals,
    totals_template="clicks/totals.html",
    body_template="clicks/list_body.html",
)


@requires("clicks:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    rows = queries.visible_to(request.user).select_related("enrollment__contact", "enrollment__campaign")
    click = get_object_or_404(rows, pk=pk)
    context = {
        "click": click,
        "browser": browser_of(click.user_agent),
        "counts_until": queries.counts_until(click),
        "others": queries.others(click, request.user)[:_SHOWN],
        "pages": queries.pages(click)[:_SHOWN],
        "identities": queries.identities(click, request.user)[:_SHOWN],
    }
    return render(request, "clicks/click.html", context)
