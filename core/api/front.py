"""Stands before sessions, cookies and CSRF: addresses of the API are answered here, with keys alone.

Whatever goes wrong, the answer is a problem in JSON; whatever comes, it carries its request id.
"""

import re
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import UnreadablePostError
from django.middleware.gzip import GZipMiddleware
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers

from core.api.problems import ApiProblem

log = structlog.get_logger(__name__)

PREFIX = "/api/"
WORTH_PACKING = 1_200  # bytes
_GIVEN_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
# Old clients send their key as part of the address. It is taken out before anything can write it down.
_TOKEN_IN_PATH = re.compile(r"(/api/v2/[^/]*/)(?!token(?:/|$))([^/]+)((?:/.*)?)", re.DOTALL)
HIDDEN = "key"
_EXPOSED = "ETag, Idempotent-Replayed, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
_ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
_gzip = GZipMiddleware(lambda request: HttpResponse())


class ApiMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        token = _hide_token(request)
        try:
            match = resolve(request.path_info.rstrip("/") or "/")
        except Resolver404:
            match = None
        if match is not None and not getattr(match.func, "is_api", False):
            return self.get_response(request)
        request.resolver_match = match
        request.request_id = _request_id(request)  # type: ignore[attr-defined]
        request.token_in_path = token  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            response = answer(request, match)
        return _finish(request, response)


def answer(request: HttpRequest, match: Any) -> HttpResponse:
    """What the view answers, or the problem that it ended with."""
    try:
        request.get_host()
        if match is None:
            raise ApiProblem(404, "not-found", "There is no such address. See /api/v1/docs.")
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(match.func.methods)})
        found: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return found
    except Exception as error:
        return failed(request, error)


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """``error`` as an answer. What nobody foresaw is written down."""
    problem = problem_of(error)
    if problem.status == 500:
        log.error("api_request_failed", method=request.method, path=request.path, exc_info=error)
    problem.more.setdefault("request_id", getattr(request, "request_id", ""))
    return problem.response()


def problem_of(error: Exception) -> ApiProblem:
    if isinstance(error, ApiProblem):
        return error
    if isinstance(error, RequestDataTooBig):
        return ApiProblem(413, "too-large", "The body is too large.")
    if isinstance(error, SuspiciousOperation):
        return ApiProblem(400, "bad-request", "This host is not answered here.")
    if isinstance(error, UnreadablePostError):
        return ApiProblem(400, "bad-request", "The body ended too early.")
    return ApiProblem(500, "internal-error", "Tell us the request id, and we can look what it was.")


def _request_id(request: HttpRequest) -> str:
    given = request.META.get("HTTP_X_REQUEST_ID", "")
    return given if _GIVEN_ID.fullmatch(given) else str(uuid.uuid4())


def _hide_token(request: HttpRequest) -> str:
    match = _TOKEN_IN_PATH.fullmatch(request.path_info)
    if match is None:
        return ""
    hidden = f"{match[1]}{HIDDEN}{match[3]}"
    request.path = request.path.removesuffix(request.path_info) + hidden
    request.path_info = request.META["PATH_INFO"] = hidden
    for name in ("REQUEST_URI", "RAW_URI"):
        request.META.pop(name, None)
    return match[2]


def _finish(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
    response.headers.setdefault("Cache-Control", "no-store")
    patch_vary_headers(response, ("Authorization",))
    _open_to_origin(request, response)
    # What fits a packet gains nothing by being smaller.
    if len(response.content) > WORTH_PACKING:
        _gzip.process_response(request, response)
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _open_to_origin(request: HttpRequest, response: HttpResponse) -> None:
    """CORS, for the origins that the operator named, and for nobody where none was."""
    if not settings.API_CORS_ORIGINS:
        return
    patch_vary_headers(response, ("Origin",))
    origin = request.META.get("HTTP_ORIGIN", "")
    if origin not in settings.API_CORS_ORIGINS:
        return
    response["Access-Control-Allow-Origin"] = origin
    response["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        response["Access-Control-Allow-Methods"] = response.get("Allow", "")
        response["Access-Control-Allow-Headers"] = _ALLOWED_HEADERS
        response["Access-Control-Max-Age"] = "600"
