"""Programs written for the second version of the API: raw requests, as such programs send them."""

import json
import socket
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from core.properties.models import PropertyDefinition
from orders.models import Order
from tests import factories
from tests.callers import Caller

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
ORDER = {"order_id": "A-1", "customer_email": "mia@example.com", "revenue_amount": "49.90"}
EVENT = {"email": "mia@example.com", "revenue": "49.90", "campaign_uid": "spring"}


@pytest.fixture
def shop() -> Caller:
    spring = factories.campaign("Spring")
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), spring))
    return Caller("orders:write")


def send(
    shop: Caller, method: str, fields: dict[str, Any], *, as_json: bool = False, headers: Any = None
) -> Any:
    """The key in the address, unless there is a header."""
    token = "token" if headers else shop.token
    body = json.dumps(fields) if as_json else urlencode(fields)
    kind = "application/json" if as_json else FORM
    client = Client(raise_request_exception=False)
    path = f"/api/v2/acme/{token}/json/{method}"
    return client.post(path, body, content_type=kind, headers=headers)


@pytest.mark.parametrize("as_json", [False, True])
def test_an_order_is_recorded_in_either_form(shop: Caller, as_json: bool) -> None:
    answer = send(shop, "order/record/", {**ORDER, "short_code": "ADA"}, as_json=as_json)
    assert answer.status_code == 200
    told = answer.json()["response"]
    assert (told["code"], told["message"][:2]) == ("200", "OK")
    assert told["data"]["outcome"] == "created"
    assert told["data"]["referring_ambassador"]["email"] == "ada.adler@example.com"
    again = send(shop, "order/record", {**ORDER, "short_code": "ADA"}, as_json=as_json)
    assert again.json()["response"]["data"]["outcome"] == "unchanged"
    assert Order.objects.count() == 1


def test_the_key_may_stand_in_the_header(shop: Caller) -> None:
    answer = send(shop, "order/record/", ORDER, headers={"authorization": f"Token {shop.token}"})
    assert answer.json()["response"]["code"] == "200"
    assert send(shop, "order/record/", ORDER, headers={"authorization": "Token wrong"}).status_code == 401


def test_an_event_is_an_order_of_today(shop: Caller) -> None:
    PropertyDefinition.objects.create(noun="order", name="event_data1")
    fields = {
        **EVENT,
        "uid": "7",
        "first_name": "Mia",
        "transaction_uid": "T-1",
        "short_code": "ada",
        "event_data1": "gold",
        "event_data2": "unknown",
        "is_approved": "1",
    }
    told = send(shop, "event/record/", fields).json()["response"]["data"]
    order = Order.objects.get()
    assert (order.order_id, order.customer.uid, order.customer.first_name) == ("T-1", "7", "Mia")
    assert order.properties == {"event_data1": "gold"}
    assert order.is_attributed
    assert [one["pointer"] for one in told["warnings"]] == ["#/event_data2"]


def test_a_missing_transaction_gets_an_id(shop: Caller) -> None:
    for _ in range(2):
        assert (
            send(shop, "event/record/", {**EVENT, "transaction_uid": ""}).json()["response"]["code"] == "200"
        )
    assert Order.objects.count() == 2
    for _ in range(2):
        send(
            shop,
            "event/record/",
            EVENT,
            headers={"authorization": f"Token {shop.token}", "idempotency-key": "k"},
        )
    assert Order.objects.count() == 3


def test_errors_come_in_the_envelope(shop: Caller) -> None:
    answer = send(shop, "event/record/", {"email": "mia", "revenue": "many", "campaign_uid": "nowhere"})
    assert answer.status_code == 400
    told = answer.json()["response"]
    assert told["code"] == "400"
    assert sorted(line.partition(":")[0] for line in told["errors"]["error"]) == [
        "campaign_uid",
        "email",
        "revenue",
    ]
    refused = send(shop, "event/record/", {**EVENT, "commission_amount": "5"}).json()["response"]
    assert refused["errors"]["error"][0].startswith("commission_amount: Commissions follow")
    send(shop, "order/record", ORDER)
    conflict = send(shop, "order/record", {**ORDER, "currency": "EUR"})
    assert (conflict.status_code, conflict.json()["response"]["code"]) == (409, "409")
    assert not Order.objects.exclude(order_id="A-1").exists()


@pytest.mark.parametrize(
    ("method", "kind", "body", "status"),
    [
        ("nothing/here", FORM, b"", 404),
        ("order/record", "text/plain", b"x", 415),
        ("order/record", "application/json", b"[]", 400),
        ("order/record", "application/json", b"{", 400),
        ("order/record", "application/json", b'{"a": NaN}', 400),
        ("order/record", FORM, b"a=%ff", 400),
        ("order/record", FORM, b"&".join([b"a=1"] * 300), 400),
        ("order/record", FORM, b"\xff", 400),
        ("order/record", FORM, b"", 400),
    ],
)
def test_what_cannot_be_read(shop: Caller, method: str, kind: str, body: bytes, status: int) -> None:
    path = f"/api/v2/acme/{shop.token}/json/{method}"
    answer = Client(raise_request_exception=False).post(path, body, content_type=kind)
    assert answer.status_code == status
    assert answer.json()["response"]["code"] == str(status)
    assert answer.json()["response"]["errors"]["error"]


def test_other_methods_and_keys(shop: Caller) -> None:
    assert Client().get(f"/api/v2/acme/{shop.token}/json/order/record/").status_code == 405
    reader = Caller("orders:read")
    assert send(reader, "order/record", ORDER).json()["response"]["code"] == "403"
    assert Client().post("/api/v2/acme/amb_nonsense/json/order/record/").status_code == 401
    assert Client().post("/api/v2/acme/old-secret/json/order/record/").status_code == 401


def test_the_key_in_the_address_reaches_no_log(shop: Caller, caplog: Any, monkeypatch: Any) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError

    caplog.set_level("DEBUG")
    send(shop, "order/record", {})
    Client().post("/api/v2/acme/old-secret/json/order/record/")
    Client().post("/api/v2/acme/old-secret")
    Client().post("/api/v2/acme/old-secret/xml/order/record/")
    monkeypatch.setattr("orders.intake.record", breaks)
    assert send(shop, "order/record", ORDER).status_code == 500
    assert "/api/v2/acme/key/json/order/record" in caplog.text
    assert shop.token not in caplog.text
    assert "old-secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_bare_http_as_old_clients_send_it(shop: Caller, live_server: Any) -> None:
    host, port = live_server.url.removeprefix("http://").split(":")
    body = urlencode({**EVENT, "transaction_uid": "T-1", "short_code": "ADA"})
    request = (
        f"POST /api/v2/acme/{shop.token}/json/event/record/ HTTP/1.0\r\nHost: {host}\r\n"
        f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(request.encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    head, _, told = answer.partition(b"\r\n\r\n")
    assert head.splitlines()[0].split()[1] == b"200"
    assert json.loads(told)["response"]["code"] == "200"
    assert Order.objects.get().is_attributed
