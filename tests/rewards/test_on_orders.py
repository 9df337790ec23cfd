"""Rewards where orders are: a column and a filter of their table, a look ahead, and catching up."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders import intake
from orders.intake import Planned
from orders.models import Order
from orders.signals import orders_planned
from rewards import moves
from rewards.models import Entry, Reward, Status
from tests import jobs, people
from tests.orders.program import words
from tests.orders.shop import previewed
from tests.rewards import books
from tests.rewards.books import DESK, MARC, Shop, buy, known, one, refund, rewards, told, worth
from tests.rewards.test_screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def test_a_column_and_a_filter_of_the_orders_table(shop: Shop, marc: Client) -> None:
    books.rule(shop.spring)
    books.rule(shop.spring, "Welcome", to="customer", kind="flat", value="5", currency="USD")
    refund(buy("A-1", "250.00"), "50")
    buy("A-2")
    one(told("A-3"))
    moves.move_all(
        Reward.objects.filter(order=known("A-2"), rule__name="Welcome"),
        Status.APPROVED,
        actor=MARC,
        source="dashboard",
    )
    assert "24.00 USD" in page(marc, "/orders/?columns=order,rewards")

    def ids(query: str) -> list[str]:
        shown = page(marc, f"/orders/?columns=order&sort=order&{query}")
        return [name for name in ("A-1", "A-2", "A-3") if f"{name} " in shown]

    assert ids("reward=approved") == ["A-2"]
    assert ids("reward=pending") == ["A-1", "A-2"]
    assert ids("reward=none") == ["A-3"]
    assert ids("reward__in=none,approved") == ["A-2", "A-3"]
    assert ids("reward__not=none") == ["A-1", "A-2"]
    assert "24.00" in b"".join(marc.get("/orders/export/?columns=order,rewards").streaming_content).decode()  # type: ignore[attr-defined]


def foreseen(planned: list[Planned]) -> list[tuple[str, str, Decimal]]:
    answers: Any = orders_planned.send(Order, planned=planned)
    return [line for _, lines in answers for line in lines or ()]


def test_a_preview_says_what_orders_would_earn_and_writes_nothing(shop: Shop) -> None:
    books.rule(shop.spring)
    drafts = [told(f"A-{number}", short_code="XENA") for number in range(3)]
    assert foreseen(previewed(*drafts)) == [("Rewards", "USD", Decimal("30.00"))]
    books.rule(shop.spring, "First", kind="flat", value="5", currency="USD", span="first")
    assert foreseen(previewed(*drafts)) == [("Rewards, at most", "USD", Decimal("35.00"))]
    assert foreseen(previewed(told("B-1"))) == []
    assert not Reward.objects.exists()
    intake.record(drafts, source="api", actor=DESK)
    assert sum(reward.amount for reward in Reward.objects.all()) == Decimal(35)
    assert foreseen(previewed(*drafts)) == []


def test_the_form_shows_what_the_order_would_earn(shop: Shop, marc: Client) -> None:
    books.rule(shop.spring)
    sent = {"order_id": "A-1", "customer": "mia@example.com", "advocate": "xena@example.com"}
    sent |= {"campaign": "spring", "revenue_amount": "250", "currency": "USD"}
    shown = page_of(marc, sent)
    assert "Rewards 25.00 USD" in shown
    assert not Order.objects.exists()


def page_of(client: Client, sent: dict[str, str]) -> str:
    return words(client.post("/orders/new/preview/", sent))


def test_orders_from_before_the_rule_can_catch_up(shop: Shop, marc: Client) -> None:
    buy("A-1")
    one(told("A-2"))
    rule = books.rule(shop.spring)
    buy("A-3")
    assert rewards(known("A-1")) == []
    assert "1 attributed order of Spring has earned nothing so far" in page(
        marc, f"/rewards/rules/{rule.pk}/"
    )
    for _ in range(2):
        marc.post(f"/rewards/rules/{rule.pk}/catch-up/")
        jobs.run_all()
    assert (worth(known("A-1")), worth(known("A-3")), rewards(known("A-2"))) == ("10", "10", [])
    assert Entry.objects.count() == 2
