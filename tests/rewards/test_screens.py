"""The screens of rewards: the table, one reward, the panels on other pages, bulk approval, rules."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from rewards.models import Reward, Rule, RuleVersion, Status
from tests import factories as make
from tests import jobs, people
from tests.orders.program import words
from tests.rewards import books
from tests.rewards.books import Shop, buy, known, refund, rewards

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    return shop


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def page(client: Client, address: str, status: int = 200, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.content.decode()[:500]
    return words(answer)


def test_the_table_shows_searches_filters_and_adds_up(shop: Shop, marc: Client) -> None:
    buy("A-1", "250.00")
    buy("B-2", code="YURI", customer_email="nora@example.com")
    shown = page(marc, "/rewards/")
    assert "A-1" in shown
    assert "25.00 USD" in shown
    assert "B-2" not in page(marc, "/rewards/?q=A-1")
    assert "A-1" not in page(marc, "/rewards/?recipient=yuri@example.com")
    for sort in ("earned", "-amount", "recipient", "campaign", "status"):
        assert "A-1" in page(marc, f"/rewards/?sort={sort}")
    assert "35.00 USD" in page(marc, "/rewards/totals/")
    exported = b"".join(marc.get("/rewards/export/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "A-1,xena@example.com" in exported.replace(",Xena Ito", "") or "A-1" in exported


def test_an_empty_table_teaches(client: Client) -> None:
    client.force_login(people.marc())
    assert "first rule" in page(client, "/rewards/")


def test_the_limited_see_their_campaigns_rewards_only(shop: Shop, client: Client) -> None:
    books.rule(shop.summer)
    buy("A-1")
    buy("S-1", code="YURISUN", customer_email="nora@example.com")
    client.force_login(make.limit_to(people.marc(), shop.summer))
    shown = page(client, "/rewards/")
    assert ("S-1" in shown, "A-1" in shown) == (True, False)
    hidden = Reward.objects.get(order=known("A-1"))
    assert client.get(f"/rewards/{hidden.pk}/").status_code == 404
    assert client.get(f"/rewards/of/{hidden.order_id}/").status_code == 404
    assert client.post(f"/rewards/{hidden.pk}/move/", {"to": "approved"}).status_code == 404
    client.post("/rewards/review/?do=approved&all=1")
    assert rewards(known("A-1")) == [("Xena", "10", "pending")]
    assert rewards(known("S-1")) == [("Yuri", "10", "approved")]


def test_one_reward_says_how_it_came_to_its_amount(shop: Shop, marc: Client) -> None:
    order = buy("A-1", "250.00")
    refund(order, "50")
    shown = page(marc, f"/rewards/{Reward.objects.get().pk}/")
    assert "10 % of an order of 250.00 USD." in shown
    assert "That made 25.00 USD. 50.00 USD of the order were refunded since." in shown
    assert "Accrued Cost of rewards Earned, not approved 25.00 USD" in shown
    assert "25.00 → 20.00 USD" in shown


def test_the_orders_page_shows_its_rewards_or_why_there_is_none(shop: Shop, marc: Client) -> None:
    books.rule(shop.spring, "Big orders", minimum="200", currency="USD")
    order = buy("A-1")
    assert f'hx-get="/rewards/of/{order.pk}/"' in marc.get(f"/orders/{order.pk}/").content.decode()
    shown = page(marc, f"/rewards/of/{order.pk}/", HX_Request="true")
    assert "10.00 USD to Xena Ito Pending" in shown
    assert "Big orders No reward The order is below the rule’s minimum." in shown
    books.one(books.told("B-2"))
    assert "no campaign" in page(marc, f"/rewards/of/{known('B-2').pk}/")


def test_the_orders_table_adds_up_rewards(shop: Shop, marc: Client) -> None:
    buy("A-1", "250.00")
    assert "Rewards 25.00 USD" in page(marc, "/orders/totals/")


@pytest.mark.parametrize(
    ("to", "status"), [("approved", "approved"), ("denied", "denied"), ("flagged", "flagged")]
)
def test_many_are_moved_after_their_effect_was_shown(shop: Shop, marc: Client, to: str, status: str) -> None:
    for number in range(3):
        buy(f"A-{number}", customer_email=f"c{number}@example.com")
    Reward.objects.filter(order__order_id="A-2").update(status=Status.FULFILLED)
    address = f"/rewards/review/?do={to}&all=1"
    shown = page(marc, address)
    assert "USD 2 1 20.00 USD" in shown
    assert "1 of those selected stay as they are" in shown
    assert Reward.objects.filter(status=to).count() == 0
    answer = marc.post(address, {"reason": "Looked at"})
    assert "2 done, 1 left as they were" in words(answer)
    assert Reward.objects.filter(status=to).count() == 2


def test_a_denial_of_many_needs_a_reason(shop: Shop, marc: Client) -> None:
    buy("A-1")
    answer = marc.post("/rewards/review/?do=denied&all=1", {})
    assert answer.status_code == 422
    assert rewards(known()) == [("Xena", "10", "pending")]


def test_those_ticked_and_those_filtered_are_moved_and_no_others(shop: Shop, marc: Client) -> None:
    for number in range(4):
        buy(f"A-{number}", code=("XENA", "YURI")[number % 2], customer_email=f"c{number}@example.com")
    first = Reward.objects.get(order__order_id="A-0")
    marc.post(f"/rewards/review/?do=approved&selected={first.pk}")
    assert Reward.objects.filter(status="approved").count() == 1
    marc.post("/rewards/review/?do=approved&all=1&recipient=yuri@example.com")
    left = Reward.objects.filter(status="pending").values_list("order__order_id", flat=True)
    assert list(left) == ["A-2"]
    marc.post("/rewards/review/?do=approved")
    assert Reward.objects.filter(status="approved").count() == 3


def test_what_came_after_the_effect_was_shown_is_not_moved(shop: Shop, marc: Client) -> None:
    buy("A-1")
    upto = Reward.objects.get().pk
    buy("A-2")
    marc.post("/rewards/review/?do=approved&all=1", {"upto": upto})
    assert (rewards(known("A-1")), rewards(known("A-2"))) == (
        [("Xena", "10", "approved")],
        [("Xena", "10", "pending")],
    )


def test_very_many_are_moved_by_a_job(shop: Shop, marc: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rewards.views.review.MOST_AT_ONCE", 1)
    buy("A-1")
    buy("A-2")
    marc.post("/rewards/review/?do=approved&all=1")
    assert rewards(known("A-1")) == [("Xena", "10", "pending")]
    assert jobs.run_all() == 1
    assert Reward.objects.filter(status="approved").count() == 2


def test_one_is_moved_from_its_page(shop: Shop, marc: Client) -> None:
    buy("A-1")
    address = f"/rewards/{Reward.objects.get().pk}/move/"
    marc.post(address, {"to": "denied"})
    assert rewards(known()) == [("Xena", "10", "pending")]
    marc.post(address, {"to": "denied", "reason": "Fraud"})
    assert rewards(known()) == [("Xena", "0", "denied")]
    marc.post(address, {"to": "fulfilled"})
    marc.post(address, {"to": "nonsense"})
    assert rewards(known()) == [("Xena", "0", "denied")]
    assert "Fraud" in page(marc, f"/rewards/{Reward.objects.get().pk}/")


RULE: dict[str, Any] = {
    "name": "Ten",
    "recipient": "advocate",
    "kind": "percent",
    "value": "10",
    "span": "every",
    "approval": "automatic",
    "hold_days": "30",
}


def test_a_rule_is_drafted_published_followed_by_another_and_stopped(shop: Shop, marc: Client) -> None:
    answer = marc.post(
        f"/rewards/of-campaign/{shop.summer.pk}/new/",
        {
            **RULE,
            "ladder": "orders",
            "tiers": "2: 12.5\n3: 15",
            "conditions": "/orders/?revenue__gte=50&sort=date",
        },
    )
    rule = Rule.objects.get(campaign=shop.summer)
    assert answer["Location"] == f"/rewards/rules/{rule.pk}/"
    assert rewards(buy("S-0", code="YURISUN", campaign_uid="summer")) == []
    marc.post(f"/rewards/rules/{rule.pk}/publish/")
    for number, worth in ((1, "10"), (2, "12.5"), (3, "15")):
        assert rewards(buy(f"S-{number}", code="YURISUN", campaign_uid="summer"))[0][1] == worth
    shown = page(marc, f"/rewards/rules/{rule.pk}/")
    assert "10 % for every order. From the advocate’s order number 2 on: 12.5 %." in shown
    assert "Only where Revenue ≥ 50." in shown
    marc.post(f"/rewards/rules/{rule.pk}/edit/", {**RULE, "name": "Twenty", "value": "20"})
    assert [version.is_draft for version in rule.versions.all()] == [False, True]
    marc.post(f"/rewards/rules/{rule.pk}/publish/")
    assert RuleVersion.objects.get(rule=rule, number=2).starts_at is not None
    assert Reward.objects.filter(rule=rule, version__number=1).count() == 3
    marc.post(f"/rewards/rules/{rule.pk}/stop/")
    assert Rule.objects.get(pk=rule.pk).stopped_at is not None
    assert "Stopped" in page(marc, f"/rewards/of-campaign/{shop.summer.pk}/", HX_Request="true")


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("value", {"value": "100.5"}),
        ("value", {"value": "-1"}),
        ("currency", {"kind": "flat", "value": "5"}),
        ("budget", {"currency": "USD", "budget": "0"}),
        ("tiers", {"ladder": "orders", "tiers": "9: 5\n3: 7"}),
        ("tiers", {"ladder": "orders", "tiers": "lots"}),
        ("conditions", {"conditions": "nonsense=1"}),
        ("conditions", {"conditions": "revenue__gte=lots"}),
        ("span_length", {"span": "first_n"}),
        (
            "quantity_property",
            {"kind": "flat", "value": "5", "currency": "USD", "quantity_property": "seats"},
        ),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(
    shop: Shop, marc: Client, field: str, wrong: dict[str, str]
) -> None:
    answer = marc.post(f"/rewards/of-campaign/{shop.summer.pk}/new/", {**RULE, **wrong})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Rule.objects.filter(campaign=shop.summer).exists()


def test_a_draft_can_be_discarded_unless_it_is_all_there_is(shop: Shop, marc: Client) -> None:
    rule = Rule.objects.get()
    marc.post(f"/rewards/rules/{rule.pk}/edit/", {**RULE, "value": "11"})
    assert rule.versions.count() == 2
    marc.post(f"/rewards/rules/{rule.pk}/discard/")
    assert rule.versions.get().value == Decimal(10)
    marc.post(f"/rewards/rules/{rule.pk}/discard/")
    assert rule.versions.count() == 1


def test_an_analyst_looks_and_changes_nothing(shop: Shop, client: Client) -> None:
    buy("A-1")
    client.force_login(people.anna())
    assert "Approve" not in page(client, f"/rewards/{Reward.objects.get().pk}/").replace("Approves", "")
    assert client.post("/rewards/review/?do=approved&all=1").status_code == 403
