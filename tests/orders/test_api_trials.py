"""Trials: orders with ``"test": true``, decided like others and kept apart from them."""

from typing import Any

import pytest

from orders import queries
from orders.models import Order
from tests import factories
from tests.callers import Caller, codes

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Caller:
    return Caller()


def ids(answer: Any) -> list[str]:
    return [one["order_id"] for one in answer.json()["data"]]


def test_a_trial_is_decided_and_kept_apart(shop: Caller) -> None:
    spring = factories.campaign("Spring")
    factories.code("ADA", factories.enrollment(factories.contact("Ada Adler"), spring))
    told = shop.record(test=True, short_code="ADA").json()
    assert (told["order"]["test"], told["attribution"]["reason"]) == (True, "code")
    shop.record(order_id="A-2", customer_email="max@example.com")
    assert ids(shop.get("orders")) == ["A-2"]
    assert ids(shop.get("orders?test=yes")) == ["A-1"]
    assert shop.get("orders/A-1").json()["test"]
    assert queries.totals(queries.usual(Order.objects.all(), [])).orders == 1
    shop.record(order_id="A-3", short_code="NOBODY", test=True)
    assert not queries.needing_attention(Caller().key).exists()


def test_whether_it_is_a_trial_is_for_good(shop: Caller) -> None:
    shop.record(test=True)
    assert shop.record(test=True).json()["outcome"] == "unchanged"
    answer = shop.record()
    assert (answer.status_code, codes(answer)) == (409, {"#/test": "conflict"})
    assert answer.json()["differences"] == {"test": {"stored": True, "given": False}}
    assert shop.patch("orders/A-1", {"revenue_amount": 1}).json()["outcome"] == "updated"
    assert Order.objects.get().is_test


@pytest.mark.parametrize(("given", "status"), [("yes", 422), (1, 422), ("true", 201), (None, 201)])
def test_a_flag_is_true_or_false(shop: Caller, given: Any, status: int) -> None:
    assert shop.record(test=given).status_code == status
