"""Who calls: the API key in the ``Authorization`` header, and whether it may."""

from typing import Any

from django.http import HttpRequest

from core.accounts import keys
from core.accounts.models import ApiKey
from core.accounts.permissions import may
from core.api.problems import ApiProblem

_SCHEMES = frozenset({"token", "bearer"})
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Ambassador API"'}


class ApiRequest(HttpRequest):
    """A request whose caller is known."""

    caller: ApiKey
    request_id: str


class KeyInHeader:
    """How the OpenAPI document says it. The checking is done before an operation is even looked for."""

    openapi_security_schema = {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of Settings › API keys. `Authorization: Token <key>` does the same.",
    }

    def __call__(self, request: Any) -> ApiKey:
        caller: ApiKey = request.caller
        return caller


def identify(request: HttpRequest) -> ApiKey:
    """The key that is calling. Raises :class:`ApiProblem` (401)."""
    given = request.META.get("HTTP_AUTHORIZATION", "")
    if not given:
        raise unknown("Send your API key: Authorization: Token <key>.")
    scheme, _, token = given.partition(" ")
    if scheme.lower() not in _SCHEMES:
        raise unknown("Use Authorization: Token <key>, or Bearer.")
    return identify_token(token.strip())


def identify_token(token: str) -> ApiKey:
    """The usable key behind ``token``. Raises :class:`ApiProblem` (401)."""
    key = keys.authenticate(token) if token.isascii() and "\0" not in token else None
    if key is None:
        raise unknown("This API key does not exist, has expired or was revoked.")
    return key


def allow(caller: ApiKey, permission: str) -> None:
    """Raises :class:`ApiProblem` (403) where the key, or whoever made it, lacks ``permission``."""
    if not may(caller, permission):
        raise ApiProblem(403, "forbidden", f"This needs the scope {permission}.", scope=permission)


def unknown(detail: str) -> ApiProblem:
    return ApiProblem(401, "unauthorized", detail, headers=_CHALLENGE)
