"""The OpenAPI document and its page: every address is in it, and what it promises is kept."""

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.urls import get_resolver
from schemathesis.config import SchemathesisConfig

from ambassador.api import PREFIX, v1
from core.accounts import keys
from core.api.document import document, operations
from core.api.endpoints import Address
from tests.callers import ALL_SCOPES, Caller

DOCUMENT = document(v1, PREFIX)
pytestmark = pytest.mark.django_db


def addresses(patterns: Any = None, prefix: str = "") -> Any:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, route)
        elif isinstance(pattern.callback, Address):
            yield "/" + re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", route), pattern.callback


def test_the_document_and_its_page_are_for_everybody(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    page = client.get("/api/v1/docs")
    assert page.status_code == 200
    text = page.content.decode()
    for operation in operations(DOCUMENT):
        assert escape(operation["summary"]) in text
    assert "<script>" not in text
    assert 'style="' not in text


def test_every_address_is_in_the_document() -> None:
    found = {path: {method.upper() for method in methods} for path, methods in DOCUMENT["paths"].items()}
    views = dict(addresses())
    assert found == {path: set(view.operations) - {"HEAD"} for path, view in views.items()}


def test_every_endpoint_needs_a_key_and_its_scope() -> None:
    for path, view in addresses():
        address = re.sub(r"\{[a-z_]+\}", "1", path)
        for method, permission in view.permissions.items():
            send = getattr(Client(raise_request_exception=False), method.lower())
            assert send(address).status_code == 401, address
            other = "campaigns:write" if permission != "campaigns:write" else "orders:read"
            headers = {"authorization": f"Token {Caller(other).token}"}
            refused = send(address, headers=headers)
            assert refused.status_code == 403, address
            headers = {"authorization": f"Token {Caller(permission).token}"}
            assert send(address, headers=headers).status_code not in {401, 403, 500}, address


# What is well formed may still name nothing: a campaign, a code, an order of the program.
ACCEPTED = ["2xx", "404", "409", "412", "422"]
schema = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=SchemathesisConfig.from_dict(
        {
            "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
            "phases": {"coverage": {"enabled": False}},
        }
    ),
)
schema.app = WSGIHandler()


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The end of a request closes connections; here it is the test's own."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@schema.parametrize()
@hypothesis.settings(max_examples=20, suppress_health_check=list(hypothesis.HealthCheck))
def test_what_the_document_promises_is_kept(case: Any, settings: Any, one_connection: None) -> None:
    settings.API_RATE_LIMIT = 10**9
    _, token = keys.create("Trial", ALL_SCOPES, maker=None)
    case.call_and_validate(headers={"Authorization": f"Token {token}", "Accept-Encoding": "identity"})
