"""``order/record/batch``: every order gets an outcome, in the order in which they came."""

import json

import pytest

from orders.models import Order
from tests.callers import Caller

pytestmark = pytest.mark.django_db

GOOD = {"order_id": "A-1", "customer_email": "mia@example.com", "revenue_amount": 1}
BATCH = "order/record/batch"


@pytest.fixture
def shop() -> Caller:
    return Caller("orders:write")


def test_each_gets_its_outcome_at_its_place(shop: Caller) -> None:
    shop.record(order_id="A-0", currency="EUR")
    items = [
        GOOD,
        {"order_id": "A-2"},
        3,
        {**GOOD, "revenue_amount": 2, "colour": "red"},
        {**GOOD, "order_id": "A-0", "currency": "USD"},
    ]
    answer = shop.post(BATCH, items)
    assert answer.status_code == 200
    told = answer.json()
    assert told["counts"] == {
        "created": 1,
        "updated": 1,
        "unchanged": 0,
        "skipped": 0,
        "conflict": 1,
        "rejected": 2,
    }
    assert [(one["index"], one["outcome"]) for one in told["results"]] == [
        (0, "created"),
        (1, "rejected"),
        (2, "rejected"),
        (3, "updated"),
        (4, "conflict"),
    ]
    assert [one["pointer"] for one in told["results"][1]["errors"]] == [
        "#/1/customer_email",
        "#/1/revenue_amount",
    ]
    assert [one["pointer"] for one in told["results"][2]["errors"]] == ["#/2"]
    assert told["results"][3]["warnings"][0]["pointer"] == "#/3/colour"
    assert told["results"][4]["differences"]["currency"] == {"stored": "EUR", "given": "USD"}


def test_lines_are_read_one_by_one(shop: Caller) -> None:
    lines = [json.dumps(GOOD).encode(), b"{oops", b"", b'{"order_id": "\\ud800"}', b'{"a": 1, "a": 2}', b"[]"]
    answer = shop.post(BATCH, b"\n".join(lines), content_type="application/x-ndjson")
    told = answer.json()["results"]
    assert [one["outcome"] for one in told] == ["created", *["rejected"] * 4]
    assert [one["errors"][0]["code"] for one in told[1:]] == ["json", "surrogate", "json", "type"]
    assert [len(one["errors"]) for one in told[1:]] == [1] * 4


def test_all_or_nothing(shop: Caller) -> None:
    answer = shop.post(f"{BATCH}?on_error=none", [GOOD, {"order_id": "A-2"}])
    assert answer.status_code == 422
    assert [one["outcome"] for one in answer.json()["results"]] == ["skipped", "rejected"]
    assert not Order.objects.exists()
    assert shop.post(f"{BATCH}?on_error=none", [GOOD]).status_code == 200


def test_a_batch_of_which_nothing_was_stored_is_no_success(shop: Caller) -> None:
    answer = shop.post(BATCH, [{"order_id": "A-2"}, []])
    assert answer.status_code == 422
    assert [one["outcome"] for one in answer.json()["results"]] == ["rejected", "rejected"]


def test_a_repeated_batch_is_answered_from_what_was_kept(shop: Caller) -> None:
    items = [{key: value for key, value in GOOD.items() if key != "order_id"}] * 2
    first = shop.post(BATCH, items, idempotency_key="b1")
    again = shop.post(BATCH, items, idempotency_key="b1")
    assert first.json() == again.json()
    assert again["Idempotent-Replayed"] == "true"
    assert Order.objects.count() == 2


@pytest.mark.parametrize(("body", "status"), [({}, 422), (None, 422), ([], 200), ([{}] * 10_001, 413)])
def test_what_is_no_batch(shop: Caller, body: object, status: int) -> None:
    assert shop.post(BATCH, body).status_code == status


def test_many_at_once(shop: Caller) -> None:
    items = [{**GOOD, "order_id": f"A-{n}", "customer_email": f"c{n}@example.com"} for n in range(1_000)]
    assert shop.post(BATCH, items).json()["counts"]["created"] == 1_000
    assert Order.objects.count() == 1_000
