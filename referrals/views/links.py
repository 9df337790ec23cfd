"""The public end of share links: ``/r/CODE`` and its picture."""

from http import HTTPStatus

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.accounts.permissions import public
from referrals.links import clicking, standing, visiting
from referrals.links.landing import landing_address, read_code, share_address
from referrals.links.picture import picture


@public
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Count the click and send the visitor on; or say kindly why the link leads nowhere."""
    if visiting.looks_ahead(request):
        return _not_ahead()
    now, key = timezone.now(), read_code(code)
    try:
        link = standing.find(key) if key else None
    except (DatabaseError, InterfaceError):
        # Nothing that this page is made of may ask the database.
        return _uncached(
            HttpResponse(render_to_string("links/closed.html", {"closed": standing.LATER}), status=503)
        )
    closed = standing.closed(link, now)
    if closed is not None or link is None or link.page is None:
        page = link.page.geturl() if link and link.page and closed and closed.offers_page else ""
        context = {"closed": closed, "page": page}
        return _uncached(
            render(request, "links/closed.html", context, status=closed.status if closed else 404)
        )
    if request.method == "HEAD":
        return _onward(landing_address(link.page, link.code, "", link.campaign.window_days, request.GET))
    who = visiting.visitor(request)
    click_id = clicking.keep(link, who, now)
    response = _onward(
        landing_address(link.page, link.code, click_id, link.campaign.window_days, request.GET)
    )
    if not who.is_bot:
        visiting.remember(response, who)
    return response


@public
@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The share link as a picture, whatever the state of its campaign: it may be printed ahead."""
    key = read_code(code)
    link = standing.find(key) if key else None
    if link is None:
        return HttpResponse("There is no such link.", status=404, content_type="text/plain")
    response = HttpResponse(picture(share_address(link.code)), content_type="image/svg+xml")
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _not_ahead() -> HttpResponse:
    """An answer that no browser keeps, so that it asks again when somebody really follows the link."""
    return _uncached(HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "0"}))


def _onward(address: str) -> HttpResponse:
    return _uncached(HttpResponseRedirect(address))


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
