"""Orders listed, read and changed by programs."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.properties.models import PropertyDefinition
from orders.filters import OrderFilters
from orders.models import Order
from tests import factories
from tests.callers import Caller, codes
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Caller:
    return Caller()


@pytest.fixture
def mia() -> Any:
    return factories.contact("Mia Keller")


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["order_id"] for one in answer.json()["data"]]


def some(mia: Any, count: int, **fields: Any) -> None:
    rows = [
        factories.order_row(f"A-{n}", mia, ordered_at=NOON + dt.timedelta(minutes=n), **fields)
        for n in range(count)
    ]
    factories.orders(*rows)


def test_the_newest_come_first_page_by_page(shop: Caller, mia: Any) -> None:
    some(mia, 5)
    first = shop.get("orders?limit=2")
    assert ids(first) == ["A-4", "A-3"]
    cursor = first.json()["next_cursor"]
    assert first["Link"] == f'</api/v1/orders?limit=2&cursor={cursor}>; rel="next"'
    factories.order("A-9", mia, ordered_at=NOON + dt.timedelta(days=1))
    second = shop.get(f"orders?limit=2&cursor={cursor}")
    assert ids(second) == ["A-2", "A-1"]
    last = shop.get(f"orders?limit=2&cursor={second.json()['next_cursor']}")
    assert ids(last) == ["A-0"]
    assert last.json()["next_cursor"] is None
    assert "Link" not in last


def test_it_is_filtered_searched_and_ordered_as_the_table(shop: Caller, mia: Any) -> None:
    spring = factories.campaign("Spring")
    factories.order("A-1", mia, campaign=spring, revenue_amount=Decimal(5))
    factories.order("A-2", mia, revenue_amount=Decimal(50))
    factories.order("B-3", factories.contact("Max Moll"), revenue_amount=Decimal(500))
    ada = factories.contact("Ada Adler")
    factories.order("C-4", mia, by=factories.attribution(ada, mia, spring), ordered_at=NOON, source="csv")
    attributed = shop.get("orders?attributed=yes&ordering=advocate")
    assert [one["advocate"]["last_name"] for one in attributed.json()["data"]] == ["Adler"]
    assert ids(shop.get("orders?campaign=spring&attributed=no")) == ["A-1"]
    assert ids(shop.get("orders?campaign__empty=1&ordering=revenue")) == ["A-2", "B-3"]
    assert ids(shop.get("orders?revenue__gte=50&ordering=-revenue_amount&source=api")) == ["B-3", "A-2"]
    assert ids(shop.get("orders?search=moll")) == ["B-3"]
    assert ids(shop.get("orders?customer=mia.keller@example.com&ordering=order_id&source=api")) == [
        "A-1",
        "A-2",
    ]
    assert ids(shop.get("orders?date=2026-11-19")) == []


def test_every_filter_of_the_table_is_one_of_the_list(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia)
    for name, facet in OrderFilters.base_filters.items():
        operator = "empty" if "empty" in facet.offered else facet.offered[0]
        parameter = f"{name}__{operator}" if operator else name
        answer = shop.get(f"orders?{parameter}={'yes' if facet.kind != 'text' else 'x'}")
        assert answer.status_code in {200, 422}
        assert "unknown_parameter" not in answer.content.decode(), name


def test_properties_filter_and_sort(shop: Caller, mia: Any) -> None:
    PropertyDefinition.objects.create(noun="order", name="items", type="Integer", filterable=True)
    factories.order("A-1", mia, properties={"items": 3})
    factories.order("A-2", mia, properties={"items": 20})
    factories.order("A-3", mia)
    assert ids(shop.get("orders?p.items__gte=3&ordering=p.items")) == ["A-1", "A-2"]
    page = shop.get("orders?ordering=-p.items&limit=1")
    assert ids(page) == ["A-2"]
    assert ids(shop.get(f"orders?ordering=-p.items&cursor={page.json()['next_cursor']}")) == ["A-1", "A-3"]


@pytest.mark.parametrize(
    "ordering", ["customer", "-advocate", "campaign", "-imported", "status", "-recorded"]
)
def test_any_ordering_pages_through_everything(shop: Caller, mia: Any, ordering: str) -> None:
    some(mia, 7)
    seen, cursor = [], ""
    for _ in range(4):
        page = shop.get(f"orders?ordering={ordering}&limit=2&cursor={cursor}")
        seen += ids(page)
        cursor = page.json()["next_cursor"] or ""
    assert sorted(seen) == [f"A-{n}" for n in range(7)]
    assert not cursor


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("campain=spring", "campain"),
        ("campaign=nowhere", "campaign"),
        ("revenue__gte=many", "revenue__gte"),
        ("revenue__above=3", "revenue__above"),
        ("date=yesterdayish", "date"),
        ("campaign=", "campaign"),
        ("ordering=nothing", "ordering"),
        ("ordering=--date", "ordering"),
        ("cursor=nonsense", "cursor"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("fields=order_id,secret", "fields"),
        ("sort=date", "sort"),
        ("p.none=3", "p.none"),
    ],
)
def test_nothing_in_an_address_is_passed_over(shop: Caller, query: str, parameter: str) -> None:
    answer = shop.get(f"orders?{query}")
    assert answer.status_code == 422
    assert [one["parameter"] for one in answer.json()["errors"]] == [parameter]


def test_a_cursor_is_of_one_ordering(shop: Caller, mia: Any) -> None:
    some(mia, 3)
    cursor = shop.get("orders?limit=1").json()["next_cursor"]
    assert shop.get(f"orders?cursor={cursor}&ordering=order_id").status_code == 422


def test_only_some_members(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia)
    answer = shop.get("orders?fields=order_id,revenue_amount")
    assert answer.json()["data"] == [{"order_id": "A-1", "revenue_amount": "100.00"}]


def test_voided_orders_are_left_out_unless_asked_for(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia, voided_at=NOON, status="voided")
    factories.order("A-2", mia)
    assert ids(shop.get("orders")) == ["A-2"]
    assert ids(shop.get("orders?voided=yes")) == ["A-1"]
    assert shop.get("orders/A-1").json()["status"] == "voided"


def test_a_page_costs_few_queries(shop: Caller, mia: Any) -> None:
    some(mia, 60)
    with CaptureQueriesContext(connection) as asked:
        assert len(ids(shop.get("orders"))) == 50
    assert len(asked) <= 4  # the key, the limit, the program's zone, the page


def test_a_limited_key_reads_its_campaigns_only(mia: Any) -> None:
    spring, autumn = factories.campaign("Spring"), factories.campaign("Autumn")
    for name, campaign in [("A-1", spring), ("A-2", autumn), ("A-3", None)]:
        factories.order(name, mia, campaign=campaign)
    limited = Caller("orders:read", campaigns=[spring])
    assert ids(limited.get("orders")) == ["A-1"]
    assert limited.get("orders/A-1").status_code == 200
    for hidden in ["A-2", "A-3"]:
        assert limited.get(f"orders/{hidden}").status_code == 404
        assert limited.get(f"orders/{hidden}/refunds").status_code == 404
    assert limited.get("orders?campaign=autumn").status_code == 422


@pytest.mark.parametrize("order_id", ["A-1", "a/b/c", "ünï", "50%", "x y", "?", "#"])
def test_an_order_is_read_by_the_merchants_own_id(shop: Caller, mia: Any, order_id: str) -> None:
    from urllib.parse import quote

    factories.order(order_id, mia)
    answer = shop.get(f"orders/{quote(order_id, safe='')}")
    assert answer.json()["order_id"] == order_id
    again = shop.get(f"orders/{quote(order_id, safe='')}", if_none_match=answer["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_an_order_that_is_none(shop: Caller) -> None:
    for order_id in ["nothing", "%00", "x" * 5000]:
        assert shop.get(f"orders/{order_id}").status_code == 404


def test_free_facts_are_changed(shop: Caller, mia: Any) -> None:
    PropertyDefinition.objects.create(noun="order", name="channel")
    factories.order("A-1", mia, external_status="paid", properties={"channel": "web"})
    answer = shop.patch(
        "orders/A-1", {"revenue_amount": "7.50", "external_status": None, "channel": None, "colour": 1}
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["outcome"] == "updated"
    assert (told["order"]["revenue_amount"], told["order"]["external_status"]) == ("7.50", "")
    assert told["order"]["properties"] == {}
    assert [one["pointer"] for one in told["warnings"]] == ["#/colour"]
    assert shop.patch("orders/A-1", {}).json()["outcome"] == "unchanged"
    merged = shop.patch("orders/A-1", {"revenue_amount": 8}, content_type="application/merge-patch+json")
    assert merged.json()["order"]["revenue_amount"] == "8.00"


def test_what_is_permanent_stays(shop: Caller, mia: Any) -> None:
    spring = factories.campaign("Spring")
    factories.campaign("Autumn")
    ada = factories.contact("Ada Adler")
    factories.enrollment(ada, spring)
    factories.order("A-1", mia, by=factories.attribution(ada, mia, spring))
    for change in [{"order_id": "A-2"}, {"currency": "EUR"}, {"campaign_uid": "autumn"}]:
        answer = shop.patch("orders/A-1", change)
        assert answer.status_code == 409
        assert codes(answer) == {f"#/{next(iter(change))}": "locked"}
    assert codes(shop.patch("orders/A-1", {"customer_email": "x@example.com"})) == {
        "#/customer_email": "locked"
    }
    assert codes(shop.patch("orders/A-1", {"revenue_amount": None, "ordered_at": None})) == {
        "#/revenue_amount": "required",
        "#/ordered_at": "required",
    }


def test_a_change_may_insist_on_what_was_read(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia)
    seen = shop.get("orders/A-1")["ETag"]
    changed = shop.patch("orders/A-1", {"revenue_amount": 1}, if_match=seen)
    assert changed.status_code == 200
    late = shop.patch("orders/A-1", {"revenue_amount": 2}, if_match=seen)
    assert (late.status_code, late.json()["type"][-19:]) == (412, "precondition-failed")
    assert Order.objects.get().revenue_amount == Decimal(1)
    assert shop.patch("orders/A-1", {"revenue_amount": 2}, if_match=changed["ETag"]).status_code == 200
    assert shop.patch("orders/A-1", {"revenue_amount": 3}, if_match="*").status_code == 200


def test_refunds_never_exceed_the_revenue(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia)
    first = shop.post("orders/A-1/refunds", {"refund_id": "R-1", "amount": "60", "note": "broken"})
    assert (first.status_code, first.json()["outcome"]) == (201, "created")
    assert first.json()["order"]["refunded_amount"] == "60.00"
    again = shop.post("orders/A-1/refunds", {"refund_id": "R-1", "amount": 60})
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert codes(shop.post("orders/A-1/refunds", {"refund_id": "R-2", "amount": 41})) == {
        "#/amount": "too_much"
    }
    other = shop.post("orders/A-1/refunds", {"refund_id": "R-1", "amount": 61})
    assert (other.status_code, codes(other)) == (409, {"#/refund_id": "conflict"})
    assert shop.post("orders/nothing/refunds", {"refund_id": "R-2", "amount": 1}).status_code == 404
    assert codes(
        shop.post("orders/A-1/refunds", {"amount": "x", "refunded_at": "9999-12-31T23:59:59-14:00"})
    ) == {
        "#/amount": "number",
        "#/refund_id": "required",
        "#/refunded_at": "date",
    }
    assert shop.get("orders/A-1/refunds").json()["data"][0]["note"] == "broken"


def test_an_order_is_voided_and_its_id_is_free(shop: Caller, mia: Any) -> None:
    factories.order("A-1", mia)
    assert codes(shop.post("orders/A-1/void", {})) == {"#/reason": "required"}
    assert shop.post("orders/A-1/void", {"reason": "a test"}).json()["status"] == "voided"
    assert shop.post("orders/A-1/void", {"reason": "again"}).status_code == 409
    assert shop.record().status_code == 201
    assert shop.get("orders/A-1").json()["status"] == "recorded"


def test_an_order_is_attributed_late_and_once(shop: Caller, mia: Any) -> None:
    spring = factories.campaign("Spring")
    factories.enrollment(factories.contact("Ada Adler"), spring)
    factories.order("A-1", mia)
    body = {"advocate_email": "ada.adler@example.com", "campaign_uid": "Spring", "reason": "she told us"}
    assert codes(shop.post("orders/A-1/attribution", {**body, "advocate_email": ""})) == {
        "#/advocate_email": "required"
    }
    assert codes(shop.post("orders/A-1/attribution", {**body, "campaign_uid": "x"})) == {
        "#/campaign_uid": "unknown_campaign"
    }
    done = shop.post("orders/A-1/attribution", body)
    assert (done.status_code, done.json()["reason"]) == (200, "person")
    assert done.json()["advocate"]["email"] == "ada.adler@example.com"
    assert shop.post("orders/A-1/attribution", body).status_code == 409
