"""Stands before sessions, logs and pages: whoever follows a share link that is open is sent on from here.

A redirect needs nothing of what a page needs, and the visitor should not wait for it. What is no open link
goes on to the views.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from referrals.links import clicking, standing, visiting
from referrals.links.landing import landing_address, read_code

PREFIX = "/r/"


class ShareLinkMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX) or request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        return onward(request, request.path_info[len(PREFIX) :]) or self.get_response(request)


def onward(request: HttpRequest, code: str) -> HttpResponse | None:
    """Where the link leads, its click being kept; None where it is closed or unknown.

    A HEAD request leads on and counts nothing. A browser that only looks ahead is told to ask again.
    """
    key = read_code(code)
    if not key:
        return None
    if visiting.looks_ahead(request):
        return _empty(HttpResponse(status=503, headers={"Retry-After": "0"}))
    now, who, counts = timezone.now(), visiting.visitor(request), request.method == "GET"
    try:
        link, click_id = clicking.follow(key, who, now) if counts else (standing.find(key), "")
    except standing.UNREACHABLE:
        return None
    if link is None or link.page is None or standing.closed(link, now) is not None:
        return None
    address = landing_address(link.page, link.code, click_id, link.campaign.window_days, request.GET)
    response = _empty(HttpResponseRedirect(address))
    if counts and not who.is_bot:
        visiting.remember(response, who)
    return response


def uncached(response: HttpResponse) -> HttpResponse:
    """Neither browsers nor proxies keep the answer, so every visit is asked of us; nor do search engines."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _empty(response: HttpResponse) -> HttpResponse:
    """No middleware behind us says how long it is."""
    response["Content-Length"] = "0"
    return uncached(response)
