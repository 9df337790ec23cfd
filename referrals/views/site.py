"""The site script and what it tells us. The only addresses that other origins may ask."""

import json
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import http_date
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_safe

from core.accounts.permissions import public
from referrals.links.visiting import address_of
from referrals.models import SiteKey
from referrals.site import keys, limits, recording

_LONGEST_BODY = 4_096
_PREFLIGHT_AGE = "7200"


@cache
def _script() -> tuple[bytes, float]:
    """The script and the moment of its last change: it has one address for ever, so no hash stands in it."""
    found = finders.find("track/ambassador.js")
    assert isinstance(found, str)
    path = Path(found)
    return path.read_bytes(), path.stat().st_mtime


def _etag(request: HttpRequest) -> str:
    content, changed = _script()
    return f'"{int(changed)}-{len(content)}"'


@public
@require_safe
@condition(etag_func=_etag)
def script(request: HttpRequest) -> HttpResponse:
    content, changed = _script()
    headers = {
        "Cache-Control": "public, max-age=3600, stale-while-revalidate=86400",
        "Last-Modified": http_date(changed),
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return HttpResponse(content, content_type="text/javascript; charset=utf-8", headers=headers)


@public
@csrf_exempt
def visits(request: HttpRequest, key: str) -> HttpResponse:
    """A page that a referred visitor opened."""
    return _taken(request, key, recording.visit)


@public
@csrf_exempt
def identify(request: HttpRequest, key: str) -> HttpResponse:
    """The e-mail address that a referred visitor gave."""
    return _taken(request, key, recording.identify)


def _taken(request: HttpRequest, text: str, take: Callable[[SiteKey, dict[str, Any]], str]) -> HttpResponse:
    """Let ``take`` have what the script says, if key, origin and pace allow it.

    No cookie is read, so there is nothing that another site could misuse in a visitor's name.
    """
    seconds = limits.wait(address_of(request))
    if seconds:
        refused = _problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests. Wait a little.")
        refused["Retry-After"] = str(seconds)
        return refused
    key = keys.usable(text)
    if key is None:
        return _problem(HTTPStatus.NOT_FOUND, "There is no such key, or it is revoked.")
    origin = request.headers.get("Origin", "").lower()
    if origin not in key.origins:
        return _problem(HTTPStatus.FORBIDDEN, "This key is not meant for pages of this origin.")
    answer = _answer(request, key, take)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Vary"] = "Origin"
    answer["Cache-Control"] = "no-store"
    return answer


def _answer(
    request: HttpRequest, key: SiteKey, take: Callable[[SiteKey, dict[str, Any]], str]
) -> HttpResponse:
    if request.method == "OPTIONS":
        headers = {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
            "Access-Control-Max-Age": _PREFLIGHT_AGE,
        }
        return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=headers)
    if request.method != "POST":
        refused = _problem(HTTPStatus.METHOD_NOT_ALLOWED, "Send it by POST.")
        refused["Allow"] = "POST, OPTIONS"
        return refused
    try:
        outcome = take(key, _body(request))
    except recording.Refusal as refusal:
        errors = [{"pointer": f"/{refusal.field}", "detail": refusal.detail, "code": refusal.code}]
        return _problem(HTTPStatus(refusal.status), refusal.detail, errors)
    status = HTTPStatus.CREATED if outcome == "created" else HTTPStatus.OK
    return JsonResponse({"outcome": outcome}, status=status)


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent, under whatever content type: a plain one spares a preflight."""
    sent = request.read(_LONGEST_BODY + 1)
    if len(sent) > _LONGEST_BODY:
        raise recording.Refusal("", "too_long", f"At most {_LONGEST_BODY} bytes.", 413)
    try:
        told = json.loads(sent)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise recording.Refusal("", "invalid", "Send a JSON object.", 400)
    return told


def _problem(status: HTTPStatus, detail: str, errors: list[dict[str, str]] | None = None) -> JsonResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return JsonResponse(body, status=status, content_type="application/problem+json")
