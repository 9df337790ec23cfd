"""What orders earn in their own transaction, and why some earn nothing."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.events.models import Event
from core.locks import violated
from orders import intake
from orders.models import Order
from referrals.models import Contact, ReferralAttribution
from rewards.models import Entry, Reward
from tests import factories as make
from tests.orders.shop import define
from tests.rewards import books
from tests.rewards.books import DESK, Shop, accounts, buy, known, misses, one, rewards, told, worth

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def test_an_attributed_order_earns_in_its_own_transaction(shop: Shop) -> None:
    rule = books.rule(shop.spring)
    order = buy("A-1", "99.95")
    reward = Reward.objects.get()
    assert rewards(order) == [("Xena", "10", "pending")]
    assert (reward.rule, reward.version.number, reward.campaign) == (rule, 1, shop.spring)
    assert reward.due_at == order.ordered_at + books.days(30)
    assert books.entries() == [("accrued", "cost", "pending", "10")]
    event = Event.objects.get(noun="reward")
    assert (event.kind, event.noun_id, event.data["amount"]) == ("reward_earned", reward.pk, "10.00")


def test_no_order_no_reward(shop: Shop) -> None:
    books.rule(shop.spring)
    with transaction.atomic():
        buy("A-1")
        transaction.set_rollback(True)
    assert not Reward.objects.exists()
    assert not Entry.objects.exists()


def test_an_order_without_a_campaign_is_tracked_and_earns_nothing(shop: Shop) -> None:
    books.rule(shop.spring)
    one(told("A-1"))
    one(told("A-2", campaign_uid="spring"))
    assert (rewards(known("A-1")), rewards(known("A-2"))) == ([], [])
    assert accounts() == {}


def test_both_sides_earn_each_by_its_rule(shop: Shop) -> None:
    books.rule(shop.spring)
    books.rule(shop.spring, "Welcome", to="customer", kind="flat", value="5", currency="USD", span="first")
    assert rewards(buy("A-1")) == [("Xena", "10", "pending"), ("", "5", "pending")]
    assert rewards(buy("A-2")) == [("Xena", "10", "pending")]
    assert misses(known("A-2")) == ["not_first"]
    assert accounts() == {"cost": "-25", "pending": "25"}


def test_the_same_order_again_earns_nothing_more(shop: Shop) -> None:
    books.rule(shop.spring)
    for _ in range(3):
        buy("A-1")
    one(told("A-1", external_status="shipped"))
    assert rewards(known()) == [("Xena", "10", "pending")]
    assert len(books.entries()) == 1


def test_one_reward_for_each_order_rule_and_recipient_is_kept_by_the_database(shop: Shop) -> None:
    books.rule(shop.spring)
    buy("A-1")
    again = Reward.objects.get()
    again.pk = None
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        again.save(force_insert=True)
    assert violated(caught.value) == "reward_once"


def test_a_campaign_added_later_earns_then(shop: Shop) -> None:
    books.rule(shop.spring)
    one(told("A-1"))
    assert rewards(known()) == []
    buy("A-1", campaign_uid="spring")
    assert rewards(known()) == [("Xena", "10", "pending")]


def test_an_order_attributed_by_a_person_earns_then(shop: Shop) -> None:
    books.rule(shop.spring)
    one(told("A-1"))
    intake.attribute(
        known().pk,
        advocate_id=shop.xena.pk,
        campaign_id=shop.spring.pk,
        reason="By phone",
        source="dashboard",
        actor=DESK,
    )
    assert rewards(known()) == [("Xena", "10", "pending")]


@pytest.mark.parametrize(
    ("terms", "amount", "why"),
    [
        ({"minimum": "100.01", "currency": "USD"}, "100.00", "below_minimum"),
        ({"currency": "EUR"}, "100.00", "other_currency"),
        ({}, "0.04", "nothing"),
        ({"conditions": "external_status=paid"}, "100.00", "conditions"),
        ({"conditions": "campaign=summer"}, "100.00", "conditions"),
        ({"starts_at": make.NOON + dt.timedelta(seconds=1)}, "100.00", "not_in_force"),
    ],
)
def test_why_an_order_earned_nothing_is_kept(
    shop: Shop, terms: dict[str, Any], amount: str, why: str
) -> None:
    books.rule(shop.spring, **terms)
    order = buy("A-1", amount)
    assert (rewards(order), misses(order)) == ([], [why])


def test_test_orders_earn_nothing(shop: Shop) -> None:
    books.rule(shop.spring)
    assert misses(buy("A-1", is_test=True)) == ["test_order"]


@pytest.mark.parametrize(
    ("state", "fields"),
    [
        ("ended", {"ends_at": make.NOON}),
        ("paused", {"paused_from": make.LONG_AGO}),
        ("draft", {"launched_at": None}),
    ],
)
def test_a_campaign_that_was_not_active_pays_nothing(shop: Shop, state: str, fields: dict[str, Any]) -> None:
    books.rule(shop.spring)
    make.attribution(shop.xena, make.contact("Mia", email="mia@example.com"), shop.spring)
    type(shop.spring).objects.filter(pk=shop.spring.pk).update(**fields)
    order = buy("A-1")
    assert order.is_attributed
    assert misses(order) == [f"campaign_{state}"]


def test_who_had_left_earns_nothing_and_who_is_flagged_waits_for_a_look(shop: Shop) -> None:
    books.rule(shop.spring)
    mia = make.contact("Mia", email="mia@example.com")
    make.attribution(shop.xena, mia, shop.spring)
    Contact.objects.filter(pk=shop.xena.pk).update(flagged=True)
    assert rewards(buy("A-1")) == [("Xena", "10", "flagged")]
    assert Reward.objects.get().reason == "flagged_contact"
    Contact.objects.filter(pk=shop.xena.pk).update(flagged=False, status=Contact.Status.BANNED)
    assert misses(buy("A-2")) == ["recipient_out"]


def test_a_flagged_attribution_waits_for_a_look(shop: Shop) -> None:
    books.rule(shop.spring)
    mia = make.contact("Mia", email="mia@example.com")
    ReferralAttribution.objects.filter(pk=make.attribution(shop.xena, mia, shop.spring).pk).update(
        flagged=True
    )
    assert rewards(buy("A-1")) == [("Xena", "10", "flagged")]
    assert accounts() == {"cost": "-10", "pending": "10"}


def test_conditions_are_the_filters_of_the_orders_table(shop: Shop) -> None:
    define("channel").__class__.objects.update(filterable=True)
    books.rule(shop.spring, conditions="revenue__gte=50&p.channel=web&external_status__not=cancelled")
    assert worth(buy("A-1", properties={"channel": "web"})) == "10"
    assert misses(buy("A-2", properties={"channel": "shop"})) == ["conditions"]
    assert misses(buy("A-3", "49.99", properties={"channel": "web"})) == ["conditions"]


def test_a_flat_amount_is_multiplied_by_a_property(shop: Shop) -> None:
    define("seats", "Integer")
    books.rule(shop.spring, kind="flat", value="2.50", currency="USD", quantity_property="seats")
    assert worth(buy("A-1", properties={"seats": 4})) == "10"
    assert misses(buy("A-2")) == ["nothing"]


def test_an_order_earns_by_the_version_in_force_when_it_was_placed(shop: Shop) -> None:
    rule = books.rule(shop.spring)
    books.publish(rule, value="20", starts_at=make.NOON + books.days(1))
    assert worth(buy("A-1")) == "10"
    assert worth(buy("A-2", ordered_at=make.NOON + books.days(1))) == "20"
    type(rule).objects.filter(pk=rule.pk).update(stopped_at=make.NOON + books.days(2))
    assert misses(buy("A-3", ordered_at=make.NOON + books.days(2))) == ["not_in_force"]


def test_a_published_version_is_locked(shop: Shop) -> None:
    version = books.rule(shop.spring).versions.get()
    for change in (
        {"value": Decimal(20)},
        {"budget": Decimal(5)},
        {"tiers": [["2", "3"]]},
        {"starts_at": make.NOON},
    ):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            type(version).objects.filter(pk=version.pk).update(**change)
        assert violated(caught.value) == "rule_version_locked"


def batch(number: int) -> list[Any]:
    return [
        told(
            f"B-{at}",
            short_code="XENA",
            customer_email=f"c{at % 40}@example.com",
            ordered_at=make.NOON + dt.timedelta(minutes=at),
        )
        for at in range(number)
    ]


def test_a_batch_remembers_within_itself(shop: Shop) -> None:
    books.rule(shop.spring, "First", kind="flat", value="5", currency="USD", span="first", budget="42")
    books.rule(shop.spring, "Tiers", value="1", ladder="orders", tiers=[["3", "2"], ["5", "3"]])
    intake.record(batch(6), source="api", actor=DESK)
    tiers = Reward.objects.filter(rule__name="Tiers").order_by("order__ordered_at")
    assert [books.plain(one.amount) for one in tiers] == ["1", "1", "2", "2", "3", "3"]
    intake.record(batch(60)[6:], source="api", actor=DESK)
    firsts = Reward.objects.filter(rule__name="First").order_by("order__ordered_at")
    assert [books.plain(one.amount) for one in firsts] == ["5"] * 8 + ["2"]
    assert firsts.last().inputs["cut_by"] == ["budget"]  # type: ignore[union-attr]
    reasons = [misses(order) for order in Order.objects.order_by("ordered_at")]
    assert reasons[9:40] == [["budget"]] * 31
    assert reasons[40:48] == [["not_first"]] * 8


def test_the_queries_do_not_grow_with_the_batch(shop: Shop) -> None:
    books.rule(shop.spring, "First", kind="flat", value="5", currency="USD", span="first", budget="42")
    books.rule(shop.spring, conditions="revenue__gte=50")
    drafts = batch(80)

    def asked(some: list[Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            intake.record(some, source="api", actor=DESK)
        return len([query for query in queries if "rewards_" in query["sql"]])

    asked(drafts[:1])
    assert asked(drafts[1:12]) == asked(drafts[12:])


def test_a_rule_that_remembers_nothing_holds_nobody_up(shop: Shop) -> None:
    books.rule(shop.spring)
    with CaptureQueriesContext(connection) as queries:
        buy("A-1")
    asked = [query["sql"] for query in queries if "rewards_" in query["sql"]]
    assert not [sql for sql in asked if "FOR UPDATE" in sql]
    assert len(asked) <= 6


def test_a_voided_order_takes_back_what_it_earned(shop: Shop) -> None:
    books.rule(shop.spring, span="first")
    order = buy("A-1")
    intake.void(order.pk, "A mistake", source="dashboard", actor=DESK)
    assert rewards(order) == [("Xena", "0", "denied")]
    assert accounts() == {}
    assert worth(buy("A-1")) == "10"
