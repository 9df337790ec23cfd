"""What holds at every address of the API: keys, scopes, limits, request ids, problems, origins."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.accounts.models import ApiKey
from core.api import limits
from tests import people
from tests.callers import Caller

pytestmark = pytest.mark.django_db
RECORD = "/api/v1/order/record"


def test_a_key_is_needed_and_a_session_is_none(client: Client) -> None:
    client.force_login(people.olga())
    for headers in [{}, {"authorization": "Basic abc"}, {"authorization": "Token amb_\u00e9"}]:
        answer = client.post(RECORD, "{}", content_type="application/json", headers=headers)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("scheme", ["Token", "token", "Bearer", "BEARER"])
def test_either_word_before_the_key_does(scheme: str) -> None:
    shop = Caller("orders:write")
    assert shop.record(headers={"authorization": f"{scheme} {shop.token}"}).status_code == 201


@pytest.mark.parametrize("change", ["expires_at", "revoked_at"])
def test_an_ended_key_opens_nothing(change: str) -> None:
    shop = Caller("orders:write")
    ApiKey.objects.update(**{change: timezone.now() - dt.timedelta(seconds=1)})
    assert shop.record().status_code == 401


def test_a_scope_is_needed_of_the_key_and_of_its_maker() -> None:
    refused = Caller("orders:read").record()
    assert (refused.status_code, refused.json()["scope"]) == (403, "orders:write")
    olga = people.olga()
    shop = Caller("orders:write", maker=olga)
    assert shop.record().status_code == 201
    olga.role = "analyst"
    olga.save()
    assert shop.record().status_code == 403


def test_unknown_addresses_and_methods_are_problems() -> None:
    shop = Caller()
    for path, status in [("/api/v1/nothing", 404), ("/api/", 404), ("/api/v9/order/record", 404)]:
        answer = shop.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    answer = shop.get(RECORD)
    assert answer.status_code == 405
    assert answer["Allow"] == "OPTIONS, POST"
    assert Client().options(RECORD)["Allow"] == "OPTIONS, POST"


def test_a_request_id_goes_round() -> None:
    shop = Caller()
    assert shop.record(headers={"x-request-id": "shop-7"})["X-Request-Id"] == "shop-7"
    assert len(shop.record(headers={"x-request-id": "a b"})["X-Request-Id"]) == 36


def test_what_breaks_is_a_problem_too(monkeypatch: Any, caplog: Any) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("orders.intake.record", breaks)
    answer = Caller().record()
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "secret" not in answer.content.decode()
    assert answer["RateLimit"]
    assert "api_request_failed" in caplog.text


def test_a_limit_is_counted_and_told(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "WINDOW", 10**10)
    settings.API_RATE_LIMIT = 2
    shop, other = Caller(), Caller()
    answers = [shop.record() for _ in range(3)]
    assert [one.status_code for one in answers] == [201, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"key";q=2;w=10000000000'
    assert answers[0]["RateLimit"].startswith('"key";r=1;t=')
    assert answers[1]["RateLimit"].startswith('"key";r=0;t=')
    assert int(answers[2]["Retry-After"]) > 1
    assert answers[2].json()["type"].endswith("rate-limited")
    assert other.record(order_id="A-2").status_code == 201


def test_other_origins_are_let_in_by_name_only(settings: Any) -> None:
    shop = Caller()
    origin = {"origin": "https://shop.example.com"}
    assert "Access-Control-Allow-Origin" not in shop.record(headers=origin)
    settings.API_CORS_ORIGINS = ["https://shop.example.com"]
    assert shop.record(headers=origin)["Access-Control-Allow-Origin"] == "https://shop.example.com"
    assert "Access-Control-Allow-Origin" not in shop.record(headers={"origin": "https://evil.example"})
    before = Client().options(RECORD, headers=origin)
    assert before.status_code == 204
    assert "Idempotency-Key" in before["Access-Control-Allow-Headers"]
    assert "POST" in before["Access-Control-Allow-Methods"]


def test_long_answers_are_packed() -> None:
    shop = Caller()
    short = shop.get("orders", accept_encoding="gzip")
    assert "Content-Encoding" not in short
    assert short["Content-Length"] == str(len(short.content))
    items = [{"order_id": f"A-{n}"} for n in range(50)]
    long = shop.post("order/record/batch", items, accept_encoding="gzip")
    assert long["Content-Encoding"] == "gzip"
    assert long["Content-Length"] == str(len(long.content))


def test_an_unknown_host_is_refused() -> None:
    answer = Caller().get("orders", host="evil.example")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
