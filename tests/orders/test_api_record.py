"""``order/record``: one call makes order, contact and attribution, or says all that is wrong."""

import json
from decimal import Decimal
from typing import Any

import pytest

from core.events.models import Event
from core.properties.models import PropertyDefinition
from orders.models import Order, Source
from referrals.models import Contact, ReferralAttribution
from tests import factories
from tests.callers import Caller, codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Caller:
    return Caller("orders:write")


@pytest.fixture
def spring() -> Any:
    """Ada refers in Spring with the code ADA."""
    campaign = factories.campaign("Spring")
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), campaign))
    return campaign


def test_one_call_makes_order_contact_and_attribution(shop: Caller, spring: Any) -> None:
    answer = shop.record(short_code="ada", customer_first_name="Mia", ordered_at="2026-11-20T12:00:00+01:00")
    assert answer.status_code == 201
    told = answer.json()
    order = Order.objects.get()
    assert told["outcome"] == "created"
    assert told["order"]["id"] == order.pk
    assert told["order"]["revenue_amount"] == "49.90"
    assert told["order"]["ordered_at"] == "2026-11-20T11:00:00+00:00"
    assert told["order"]["referral_attribution"] == ReferralAttribution.objects.get().pk
    assert told["order"]["inactive_referral_attribution"] is None
    assert told["contact"]["email"] == "mia@example.com"
    assert told["contact"]["is_new"]
    attribution = told["attribution"]
    assert attribution["advocate"]["email"] == "ada.adler@example.com"
    assert (attribution["reason"], attribution["campaign_uid"], attribution["is_new"]) == (
        "code",
        "spring",
        True,
    )
    assert told["rewards"] == []
    assert told["warnings"] == []
    assert order.source == Source.API
    event = Event.objects.get(kind="order_recorded")
    assert (event.actor_kind, event.actor_id, event.source) == ("key", shop.key.pk, "api")


def test_a_bad_claim_is_no_reason_to_lose_the_order(shop: Caller, spring: Any) -> None:
    answer = shop.record(short_code="nobody", campaign_uid="spring")
    assert answer.status_code == 201
    told = answer.json()["attribution"]
    assert (told["id"], told["reason"], told["explanation"]) == (
        None,
        "unknown_code",
        "There is no such referral code.",
    )
    assert told["claims"] == [{"claim": "short_code", "result": "refused", "reason": "unknown_code"}]


def test_the_same_again_is_unchanged_and_free_facts_are_updated(shop: Caller) -> None:
    assert shop.record().status_code == 201
    again = shop.record()
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    more = shop.record(revenue_amount=59, external_status="paid")
    assert (more.status_code, more.json()["outcome"]) == (200, "updated")
    assert more.json()["changes"] == {
        "revenue_amount": {"stored": "49.90", "given": "59.00"},
        "external_status": {"stored": "", "given": "paid"},
    }
    assert Order.objects.get().revenue_amount == Decimal(59)


def test_what_is_permanent_conflicts_field_by_field(shop: Caller, spring: Any) -> None:
    shop.record(short_code="ada")
    answer = shop.record(currency="EUR", customer_email="max@example.com", revenue_amount=1)
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["outcome"] == "conflict"
    assert told["differences"] == {
        "currency": {"stored": "USD", "given": "EUR"},
        "customer": {"stored": "mia@example.com", "given": "max@example.com"},
        "revenue_amount": {"stored": "49.90", "given": "1.00"},
    }
    assert {"#/currency": "conflict", "#/customer_email": "conflict"}.items() <= codes(answer).items()
    assert Order.objects.get().revenue_amount == Decimal("49.90")
    assert not Contact.objects.filter(email="max@example.com").exists()


def test_all_errors_come_at_once(shop: Caller) -> None:
    PropertyDefinition.objects.create(noun="order", name="channel", required=True)
    body = {
        "order_id": [],
        "customer_email": "mia",
        "revenue_amount": "1,000.00",
        "currency": "XXY",
        "campaign_uid": "nowhere",
        "ordered_at": "yesterday",
        "ip_address": "999.1.1.1",
        "external_status": {},
        "properties": {"size": 3},
    }
    answer = shop.record(body)
    assert answer.status_code == 422
    assert codes(answer) == {
        "#/order_id": "type",
        "#/customer_email": "email",
        "#/revenue_amount": "number",
        "#/currency": "currency",
        "#/campaign_uid": "unknown_campaign",
        "#/ordered_at": "date",
        "#/ip_address": "ip_address",
        "#/external_status": "type",
        "#/properties/size": "unknown_property",
        "#/properties/channel": "required",
    }
    assert not Order.objects.exists()
    assert not Contact.objects.exists()


def test_properties_stand_anywhere_and_unknown_fields_are_named(shop: Caller) -> None:
    PropertyDefinition.objects.create(noun="order", name="channel")
    PropertyDefinition.objects.create(noun="order", name="items", type="Integer")
    answer = shop.record(channel="web", properties={"items": 2}, colour="red")
    assert answer.json()["order"]["properties"] == {"channel": "web", "items": 2}
    assert [(one["pointer"], one["code"]) for one in answer.json()["warnings"]] == [
        ("#/colour", "unknown_field")
    ]
    assert codes(shop.record(order_id="A-2", items="many")) == {"#/items": "property"}
    assert codes(shop.record(order_id="A-2", properties={"items": "many"})) == {
        "#/properties/items": "property"
    }


@pytest.mark.parametrize(
    ("given", "stored"),
    [(49.9, "49.90"), (29.989999999999998, "29.99"), (0, "0.00"), ("0.5", "0.50"), (1e3, "1000.00")],
)
def test_an_amount_is_text_or_a_number(shop: Caller, given: Any, stored: str) -> None:
    assert shop.record(revenue_amount=given).json()["order"]["revenue_amount"] == stored


@pytest.mark.parametrize("given", ["1,000.00", "12.345", 12.345, 1e308, -1, True, [], {}, "", "NaN", "1e400"])
def test_an_amount_that_is_none_is_refused(shop: Caller, given: Any) -> None:
    answer = shop.record(revenue_amount=given)
    assert answer.status_code == 422
    assert list(codes(answer)) == ["#/revenue_amount"]
    assert not Order.objects.exists()


@pytest.mark.parametrize("value", [None, 7, 1.5, True, "x", [], {}, [[]], {"a": {}}, "\x00", "x" * 100_000])
def test_no_field_breaks_on_a_wrong_type(shop: Caller, value: Any) -> None:
    from orders.api.translating import FIELDS

    for name in FIELDS:
        assert shop.record(**{name: value}).status_code in {200, 201, 409, 422}, name


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"order_id": "1", "order_id": "2"}', 400),
        (b'{"revenue_amount": NaN}', 400),
        (b'{"revenue_amount": -Infinity}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 30 + b"1" + b"}" * 30, 400),
        (b'{"revenue_amount": ' + b"9" * 5000 + b"}", 400),
        (b'{"order_id": "\\ud800"}', 422),
        (b'{"\\udc00": 1}', 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"null", 422),
    ],
)
def test_what_can_be_read_in_two_ways_is_not_read(shop: Caller, body: bytes, status: int) -> None:
    answer = shop.record(body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert not Order.objects.exists()


def test_a_body_has_a_type_and_a_size(shop: Caller) -> None:
    body = json.dumps({"order_id": "A-1"}).encode()
    assert shop.record(body, headers={"content-type": "text/plain"}).status_code == 415
    assert shop.record(body, headers={"content-encoding": "gzip"}).status_code == 415
    assert shop.record(b" " * 2_000_001).status_code == 413
    charset = shop.record(headers={"content-type": "application/json; charset=utf-8"})
    assert charset.status_code == 201


def test_without_an_id_nothing_is_recorded_unless_a_retry_can_be_told(shop: Caller) -> None:
    body = {"customer_email": "mia@example.com", "revenue_amount": 5}
    assert codes(shop.record(body)) == {"#/order_id": "required"}
    made = shop.record(body, headers={"idempotency-key": "first"})
    assert made.status_code == 201
    assert made.json()["order"]["order_id"] == Order.objects.get().order_id


def test_a_limited_key_records_in_its_campaigns_only(spring: Any) -> None:
    autumn = factories.campaign("Autumn")
    limited = Caller("orders:write", campaigns=[autumn])
    assert codes(limited.record(campaign_uid="spring")) == {"#/campaign_uid": "unknown_campaign"}
    assert codes(limited.record(short_code="ada")) == {"#/campaign_uid": "required"}
    assert codes(limited.record()) == {"#/campaign_uid": "required"}
    assert limited.record(campaign_uid="autumn").status_code == 201
    Caller("orders:write").record(order_id="A-2", campaign_uid="spring")
    taken = limited.record(order_id="A-2", campaign_uid="autumn")
    assert codes(taken) == {"#/order_id": "taken"}
    assert "differences" not in taken.json()


@pytest.mark.parametrize("on_existing", ["skip", "fail"])
def test_a_known_order_is_left_alone_where_that_is_asked_for(shop: Caller, on_existing: str) -> None:
    shop.record()
    facts = {"order_id": "A-1", "customer_email": "mia@example.com", "revenue_amount": 1}
    answer = shop.post(f"order/record?on_existing={on_existing}", facts)
    assert answer.status_code == {"skip": 200, "fail": 409}[on_existing]
    assert answer.json()["outcome"] == {"skip": "skipped", "fail": "conflict"}[on_existing]
    assert Order.objects.get().revenue_amount == Decimal("49.90")
    assert shop.post("order/record?on_existing=guess", facts).status_code == 422


def test_a_time_without_an_offset_is_the_programs(shop: Caller) -> None:
    from campaigns.models import Program

    Program.objects.update(time_zone="America/New_York")
    told = shop.record(ordered_at="2026-07-01T08:00:00").json()
    assert told["order"]["ordered_at"] == "2026-07-01T12:00:00+00:00"
