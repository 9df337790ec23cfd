"""Whatever is wrong with an order is said at its field, all at once, and the rest goes in."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from orders.intake import OrderDraft, Outcome, Problem
from orders.models import Order
from referrals.attribution import Claims
from tests.orders.shop import Shop, counts, define, known, one, outcomes, previewed, problems, recorded, told

pytestmark = pytest.mark.django_db
LONE_HALF = "\ud83d"
BAD: list[tuple[str, Any, str]] = [
    ("order_id", "", "required"),
    ("order_id", "   ", "required"),
    ("order_id", "x" * 256, "too_long"),
    ("order_id", "A\x001", "nul"),
    ("order_id", f"A{LONE_HALF}", "surrogate"),
    ("customer_email", "mia", "email"),
    ("customer_email", "mia@", "email"),
    ("customer_email", "mia@exa mple.com", "email"),
    ("customer_email", "x" * 250 + "@example.com", "too_long"),
    ("customer_email", "mia\x00@example.com", "nul"),
    ("customer_uid", "u" * 256, "too_long"),
    ("customer_uid", "u\x00", "nul"),
    ("customer_first_name", "M" * 121, "too_long"),
    ("customer_first_name", "Mia\x00", "nul"),
    ("customer_last_name", f"Keller{LONE_HALF}", "surrogate"),
    ("revenue_amount", None, "required"),
    ("revenue_amount", Decimal("-0.01"), "negative"),
    ("revenue_amount", Decimal("NaN"), "number"),
    ("revenue_amount", Decimal("Infinity"), "number"),
    ("revenue_amount", Decimal("-Infinity"), "number"),
    ("revenue_amount", Decimal(1000000000000), "too_large"),
    ("revenue_amount", Decimal("0.001"), "decimals"),
    ("currency", "DOLLARS", "currency"),
    ("currency", "XYZ", "currency"),
    ("currency", "\x00", "currency"),
    ("campaign_uid", "winter", "unknown_campaign"),
    ("campaign_uid", "s" * 256, "too_long"),
    ("campaign_uid", "spring\x00", "nul"),
    ("ordered_at", dt.datetime(1900, 1, 1, tzinfo=dt.UTC), "date"),
    ("ordered_at", dt.datetime(1999, 12, 31, 23, 59, 59, tzinfo=dt.UTC), "date"),
    ("ordered_at", dt.datetime(2200, 1, 1, tzinfo=dt.UTC), "date"),
    ("ordered_at", dt.datetime.min.replace(tzinfo=dt.UTC), "date"),
    ("ordered_at", dt.datetime.max.replace(tzinfo=dt.UTC), "date"),
    ("external_status", "x" * 256, "too_long"),
    ("external_status", "\x00", "nul"),
    ("hubspot_dealstage", "x" * 256, "too_long"),
    ("ip_address", "300.1.1.1", "ip_address"),
    ("ip_address", "\x00", "ip_address"),
    ("source_details", {"a": "\x00"}, "nul"),
    ("source_details", {"a": {"b\x00": 1}}, "nul"),
    ("source_details", {"a": LONE_HALF}, "json"),
    ("source_details", {"a": object()}, "json"),
    ("source_details", {"a": float("nan")}, "json"),
    ("short_code", "x" * 256, "too_long"),
    ("short_code", "\x00", "nul"),
    ("coupon_code", "x" * 256, "too_long"),
    ("coupon_code", f"{LONE_HALF}", "surrogate"),
    ("advocate_email", "xena", "email"),
    ("advocate_email", "\x00@example.com", "nul"),
    ("click_id", "x" * 256, "too_long"),
    ("click_id", "\x00", "nul"),
]
BAD_PROPERTIES = [
    ("size", "x" * 1001, "property"),
    ("size", "\x00", "property"),
    ("size", LONE_HALF, "property"),
    ("size", ["L"], "property"),
    ("count", "many", "property"),
    ("count", "1.5", "property"),
    ("count", 10**30, "property"),
    ("weight", "heavy", "property"),
    ("weight", float("nan"), "property"),
    ("gift", "perhaps", "property"),
    ("colour", "red", "unknown_property"),
    ("co\x00lour", "red", "unknown_property"),
]


@pytest.fixture(autouse=True)
def shop() -> Shop:
    define("size")
    define("count", "Integer")
    define("weight", "Decimal")
    define("gift", "Boolean")
    return Shop()


@pytest.mark.parametrize("field, value, code", BAD)
def test_bad_value_is_refused_at_its_field_and_the_rest_goes_in(field: str, value: Any, code: str) -> None:
    bad = {**({"customer_uid": "c-1"} if field == "customer_email" else {}), field: value}
    draft = told(**{"order_id": "BAD", **bad})
    planned = recorded(told("A-1"), draft, told("A-2"))
    assert outcomes(planned) == ["created", "rejected", "created"]
    assert problems(planned[1]) == {field: code}
    assert set(Order.objects.values_list("order_id", flat=True)) == {"A-1", "A-2"}


@pytest.mark.parametrize(
    "field, value, code", [row for row in BAD if row[0] != "order_id" and row[1] is not None]
)
def test_bad_value_never_gets_into_a_known_order(field: str, value: Any, code: str) -> None:
    one(told("A-1"))
    before = counts()
    planned = one(told("A-1", **{field: value}))
    assert problems(planned) == {field: code}
    assert planned.order_pk == known().pk
    assert counts() == before


@pytest.mark.parametrize("name, value, code", BAD_PROPERTIES)
def test_bad_property_is_refused_at_its_field(name: str, value: Any, code: str) -> None:
    assert problems(one(told(properties={name: value}))) == {f"properties.{name}": code}
    assert not Order.objects.exists()


def test_properties_are_read_by_their_types() -> None:
    one(told(properties={"size": " L ", "count": "3", "weight": "1.50", "gift": "yes"}))
    assert known().properties == {"size": "L", "count": 3, "weight": "1.50", "gift": True}
    same = {"size": "L", "count": 3, "weight": Decimal("1.50"), "gift": True}
    assert one(told(properties=same)).outcome == Outcome.UNCHANGED


def test_all_problems_are_told_at_once() -> None:
    define("needed", required=True)
    planned = one(
        OrderDraft(
            order_id="x" * 300,
            customer_email="mia",
            customer_uid="\x00",
            customer_first_name="M" * 121,
            customer_last_name="\x00",
            currency="DOLLARS",
            campaign_uid="winter",
            ordered_at=dt.datetime(1900, 1, 1, tzinfo=dt.UTC),
            claims=Claims("\x00", "x" * 256, "xena", "x" * 256),
            external_status="\x00",
            hubspot_dealstage="x" * 256,
            ip_address="here",
            source_details={"a": "\x00"},
            properties={"count": "many", "colour": "red"},
        )
    )
    assert problems(planned) == {
        "order_id": "too_long",
        "customer_email": "email",
        "customer_uid": "nul",
        "customer_first_name": "too_long",
        "customer_last_name": "nul",
        "revenue_amount": "required",
        "currency": "currency",
        "campaign_uid": "unknown_campaign",
        "ordered_at": "date",
        "short_code": "nul",
        "coupon_code": "too_long",
        "advocate_email": "email",
        "click_id": "too_long",
        "external_status": "nul",
        "hubspot_dealstage": "too_long",
        "ip_address": "ip_address",
        "source_details": "nul",
        "properties.count": "property",
        "properties.colour": "unknown_property",
        "properties.needed": "required",
    }


def test_order_without_anything_says_what_an_order_needs() -> None:
    assert problems(one(OrderDraft())) == {
        "order_id": "required",
        "customer_email": "required",
        "revenue_amount": "required",
    }


def test_problems_of_the_adapter_stand_beside_those_of_the_door() -> None:
    met = [Problem("revenue_amount", "“12,5” is not a number.", "number"), Problem("line", "Too many cells.")]
    planned = one(told(revenue_amount=None, customer_email="mia", problems=met))
    assert problems(planned) == {"revenue_amount": "number", "line": "invalid", "customer_email": "email"}
    assert len(met) == 2


def test_same_draft_can_be_handed_in_again() -> None:
    """A preview and the recording after it are told of the same draft."""
    draft = told(customer_email="mia")
    first = previewed(draft)[0].problems
    assert one(draft).problems == first
    assert draft.problems == []


def test_all_problems_of_a_known_order_are_told_at_once() -> None:
    one(told("A-1", campaign_uid="spring"))
    planned = one(told("A-1", revenue_amount=Decimal("0.001"), campaign_uid="winter", ip_address="here"))
    assert problems(planned) == {
        "revenue_amount": "decimals",
        "campaign_uid": "unknown_campaign",
        "ip_address": "ip_address",
    }


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("source", ["api", "csv", "dashboard", "automation", "shopify", "stripe"])
def test_required_property_is_asked_for_on_create_only(source: str, value: str | None) -> None:
    one(told("OLD"), source=source)
    define("needed", required=True)
    draft = told(properties={} if value is None else {"needed": value})
    assert problems(one(draft, source=source)) == {"properties.needed": "required"}
    assert one(told("OLD", external_status="paid"), source=source).outcome == Outcome.UPDATED
    assert one(told(properties={"needed": "yes"}), source=source).outcome == Outcome.CREATED


@pytest.mark.parametrize("source", ["hubspot", "salesforce", "shopify", "stripe"])
def test_integration_is_believed_though_it_names_an_unknown_campaign(source: str) -> None:
    planned = one(told(campaign_uid="winter"), source=source)
    assert (planned.outcome, [warning.field for warning in planned.warnings]) == (
        Outcome.CREATED,
        ["campaign_uid"],
    )
    assert (known().campaign, known().attention) == (None, "unknown_campaign")


@pytest.mark.parametrize(
    "text", ["🎁 Größe", "مرحبا", "‮abc", "<script>alert(1)</script>", "=1+1", "a'b\"c\\d\te"]
)
def test_text_of_any_kind_is_kept_as_it_is(text: str) -> None:
    planned = one(
        told(
            text,
            customer_first_name=text,
            external_status=text,
            short_code=text,
            properties={"size": text},
            source_details={text: text},
        )
    )
    assert planned.outcome == Outcome.CREATED
    order = known(text)
    assert (order.external_status, order.customer.first_name) == (text, text)
    assert (order.properties, order.source_details) == ({"size": text}, {text: text})
    assert one(told(text, external_status=text, short_code=text)).outcome == Outcome.UNCHANGED


def test_date_in_the_future_is_a_warning() -> None:
    planned = one(told(ordered_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3)))
    assert (planned.outcome, [warning.code for warning in planned.warnings]) == (Outcome.CREATED, ["future"])


def test_date_without_a_zone_is_of_the_programs() -> None:
    one(told(ordered_at=dt.datetime(2026, 11, 20, 12, 0)))  # noqa: DTZ001
    assert known().ordered_at == dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
