"""The public end of share links: the page of one that is closed, and the picture of any."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.accounts.permissions import public
from referrals.links import standing
from referrals.links.front import onward, uncached
from referrals.links.landing import read_code, share_address
from referrals.links.picture import picture


@public
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Say kindly why the link leads nowhere. One that is open was followed before it got here."""
    key = read_code(code)
    try:
        link = standing.find(key) if key else None
    except standing.UNREACHABLE:
        return _later()
    closed = standing.closed(link, timezone.now())
    if closed is None:
        return onward(request, code) or _later()
    page = link.page.geturl() if closed.offers_page and link and link.page else ""
    context = {"closed": closed, "page": page}
    return uncached(render(request, "links/closed.html", context, status=closed.status))


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


def _later() -> HttpResponse:
    """Nothing that this page is made of asks the database."""
    page = render_to_string("links/closed.html", {"closed": standing.LATER})
    return uncached(HttpResponse(page, status=standing.LATER.status))
