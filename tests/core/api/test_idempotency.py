"""``Idempotency-Key``: the same request is done once, whatever the network does."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.utils import timezone

from core.api.jobs import KEPT_FOR, forget_old_answers
from core.api.models import KeptAnswer
from orders.models import Order
from tests.callers import Caller
from tests.racing import race

KEY = {"idempotency-key": "k-1"}


@pytest.mark.django_db
def test_the_same_request_gets_the_same_answer() -> None:
    shop = Caller()
    first, again = shop.record(headers=KEY), shop.record(headers={"idempotency-key": '"k-1"'})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.django_db
def test_another_request_with_the_same_key_is_refused() -> None:
    shop = Caller()
    shop.record(headers=KEY)
    answer = shop.record(headers=KEY, revenue_amount=1)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("idempotency-key-reused")
    assert Caller().record(headers=KEY, revenue_amount=2).status_code == 200


@pytest.mark.django_db
def test_a_refused_request_may_be_mended() -> None:
    shop = Caller()
    assert shop.record(headers=KEY, revenue_amount="many").status_code == 422
    assert not KeptAnswer.objects.exists()
    assert shop.record(headers=KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, "é"])
def test_a_key_that_is_none(key: str) -> None:
    assert Caller().record(headers={"idempotency-key": key}).status_code == 400
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_the_answer_is_stored_with_the_order_or_not_at_all(monkeypatch: Any) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError

    shop = Caller()
    with monkeypatch.context() as patched:
        patched.setattr(KeptAnswer.objects, "create", breaks)
        assert shop.record(headers=KEY).status_code == 500
    assert not Order.objects.exists()
    assert shop.record(headers=KEY).status_code == 201


@pytest.mark.django_db
def test_old_answers_are_forgotten() -> None:
    shop = Caller()
    shop.record(headers=KEY)
    forget_old_answers(timestamp=0)
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(kept_at=timezone.now() - KEPT_FOR - dt.timedelta(minutes=1))
    forget_old_answers(timestamp=0)
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_key_make_one_order() -> None:
    shop = Caller()
    body = {"customer_email": "mia@example.com", "revenue_amount": 5}
    answers = race(lambda _: shop.record(body, headers=KEY), range(50))
    assert Order.objects.count() == 1
    assert {one.status_code for one in answers} <= {201, 409}
    good = [one for one in answers if one.status_code == 201]
    assert len({one.content for one in good}) == 1
    assert [one for one in good if "Idempotent-Replayed" not in one] != []
    assert sum("Idempotent-Replayed" not in one for one in good) == 1
    assert all(one["Retry-After"] == "1" for one in answers if one.status_code == 409)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_with_one_order_id_make_one_order() -> None:
    shop = Caller()
    answers = race(lambda at: shop.record(headers={"x-request-id": f"r{at}"}), range(50))
    assert Order.objects.count() == 1
    outcomes = sorted(one.json()["outcome"] for one in answers)
    assert outcomes == ["created", *["unchanged"] * 49]
    assert {one.json()["order"]["id"] for one in answers} == {Order.objects.get().pk}
    assert threading.active_count() < 50
