"""Rewards for programs: in the answer of recording, listed and read."""

import pytest

from rewards.models import Reward
from tests.callers import Caller
from tests.rewards import books
from tests.rewards.books import Shop, buy

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    return shop


def test_recording_an_order_says_what_it_earned(shop: Shop) -> None:
    answer = Caller().record(revenue_amount="99.95", short_code="XENA")
    assert answer.status_code == 201, answer.content
    reward = Reward.objects.get()
    assert answer.json()["rewards"] == [
        {
            "id": reward.pk,
            "recipient": shop.xena.pk,
            "side": "advocate",
            "amount": "10.00",
            "currency": "USD",
            "status": "pending",
        }
    ]


def test_rewards_are_listed_and_read(shop: Shop) -> None:
    buy("A-1")
    buy("A-2", code="YURI", customer_email="nora@example.com")
    caller = Caller()
    listed = caller.get("rewards?ordering=-created_at").json()["data"]
    assert [one["order_id"] for one in listed] == ["A-2", "A-1"]
    (yuris,) = caller.get("rewards?recipient=yuri@example.com").json()["data"]
    read = caller.get(f"rewards/{yuris['id']}").json()
    assert (read["amount"], read["recipient"]["email"], read["version"]) == ("10.00", "yuri@example.com", 1)
    assert read == yuris
    assert caller.get("rewards/999999").status_code == 404
    assert caller.get("rewards?status=nonsense").status_code == 422
