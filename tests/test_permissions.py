"""Every address names who may open it, and keeps to that, for each role and for strangers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.accounts.models import User
from core.accounts.permissions import may
from tests import people

pytestmark = pytest.mark.django_db

# Addresses with these in them are tried with a row that is not there: the answer may be 404, never 500.
VALUES = {
    "int": "999999",
    "str": "nothing",
    "slug": "nothing",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
REGEX_PATHS = {"account_reset_password_from_key": "account/password/reset/key/1-nothing/"}
ANSWERS = {200, 204, 302, 303, 304, 400, 404, 405, 410, 422, 503}


def addresses(
    patterns: list[Any] | None = None, prefix: str = "", names: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Path, name and view of every address of the project."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{names}{pattern.namespace}:" if pattern.namespace else names
            yield from addresses(pattern.url_patterns, prefix + _filled(pattern), inner)
        elif isinstance(pattern, URLPattern):
            name = names + (pattern.name or "")
            yield REGEX_PATHS.get(name, prefix + _filled(pattern)), name, pattern.callback


def _filled(pattern: URLPattern | URLResolver) -> str:
    route = str(pattern.pattern)
    for name, converter in pattern.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        value = VALUES.get(kind, "nothing")
        route = route.replace(f"<{kind}:{name}>", value).replace(f"<{name}>", value)
    return route


ALL = [pytest.param(path, view, id=name or path or "/") for path, name, view in addresses()]


def permission_of(view: Any) -> str:
    permission = getattr(view, "permission", None) or getattr(
        getattr(view, "view_class", None), "permission", None
    )
    assert permission, (
        f"{view.__module__}.{view.__qualname__} names no permission: use @requires, @signed_in or @public."
    )
    return str(permission)


def test_there_are_addresses_to_walk() -> None:
    names = {name for _, name, _ in addresses()}
    assert {"account_login", "team:members", "mail:mail", "properties:list", "campaigns:program"} <= names


def test_what_makes_no_sense_has_no_address() -> None:
    names = {name for _, name, _ in addresses()}
    assert not names & {"account_signup", "account_email", "account_set_password", "mfa_signup_webauthn"}


@pytest.mark.parametrize(("path", "view"), ALL)
def test_each_address_names_its_permission(path: str, view: Any) -> None:
    permission = permission_of(view)
    assert permission in {"public", "signed-in"} or permission.partition(":")[2] in {
        "read",
        "export",
        "write",
        "manage",
    }


@pytest.mark.parametrize("who", ["stranger", "analyst", "manager", "owner"])
@pytest.mark.parametrize(("path", "view"), ALL)
def test_each_address_keeps_to_its_permission(path: str, view: Any, who: str, client: Client) -> None:
    permission = permission_of(view)
    user: User | None = {"analyst": people.anna, "manager": people.marc, "owner": people.olga}.get(
        who, lambda: None
    )()
    if user:
        client.force_login(user)
    client.raise_request_exception = False
    answer = client.get(f"/{path}")
    if getattr(view, "is_api", False):
        # A session opens nothing there: only keys do.
        assert answer.status_code == 401 or (permission != "public" and answer.status_code == 405)
    elif permission == "public":
        assert answer.status_code in ANSWERS | {401, 403, 415}
    elif user is None:
        assert answer.status_code in {302, 401}
        if answer.status_code == 302:
            assert answer["Location"].startswith("/account/login/?next=")
    elif permission == "signed-in" or may(user, permission):
        assert answer.status_code in ANSWERS
    else:
        assert answer.status_code == 403


JUNK = {
    **dict.fromkeys(
        ["name", "login", "password", "password1", "oldpassword", "code", "email", "to"], "a\x00b"
    ),
    **dict.fromkeys(["role", "reach", "type", "currency", "time_zone", "theme", "expires_on"], "\ud7ff🎉"),
    **dict.fromkeys(["campaigns", "scopes", "required", "next"], "//evil.example"),
    "credential": '{"id": [], "response": 7}',
}


@pytest.mark.parametrize("who", ["stranger", "owner"])
@pytest.mark.parametrize(("path", "view"), ALL)
def test_no_address_breaks_on_junk(path: str, view: Any, who: str, client: Client) -> None:
    if who == "owner":
        client.force_login(people.olga())
    client.raise_request_exception = False
    for junk in (JUNK, {}):
        answer = client.post(f"/{path}", junk)
        assert answer.status_code < 500
        assert "evil.example" not in answer.headers.get("Location", "").partition("?")[0]
    assert client.get(f"/{path}?page=%00&next=//evil.example&q=%ff&sort=%00&id=%00").status_code < 500
