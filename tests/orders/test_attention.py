"""Needs attention: what failed, the dearest first, with whom it might be credited to, and crediting it."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.events.log import SYSTEM
from core.events.models import Event
from orders.models import Decision, Order
from referrals import people as persons
from referrals.attribution import Claims
from referrals.models import Contact, Enrollment, ReferralAttribution
from tests import factories, people
from tests.orders.program import Program, record, start, words

pytestmark = pytest.mark.django_db

AT = "/orders/attention/"


@pytest.fixture
def shop() -> Program:
    return start()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def failed(order_id: str, code: str = "INES1O", amount: int = 100, **fields: Any) -> Order:
    email = f"{order_id.lower()}@example.com"
    claims = fields.pop("claims", Claims(code))
    return record(order_id, customer_email=email, claims=claims, revenue_amount=Decimal(amount), **fields)


def ids(answer: Any) -> list[str]:
    return [one.order.order_id for one in answer.context["waiting"]]


def test_the_dearest_comes_first_with_whom_was_meant(manager: Client, shop: Program) -> None:
    failed("A-1", amount=10)
    failed("A-2", amount=900)
    failed("A-3", "NOTHING9", amount=50)
    record("A-4", claims=Claims("INES10"))
    record("A-5")
    answer = manager.get(AT)
    assert ids(answer) == ["A-2", "A-3", "A-1"]
    text = words(answer)
    assert "Needs attention 3 orders" in text
    assert "Unknown code Code INES1O Ines Brandt “INES1O” is one letter off INES10. Attribute" in text
    assert "Unknown code Code NOTHING9 Nobody comes to mind" in text
    assert "960.00 USD, the dearest first" in text


def test_share_of_revenue_that_nobody_is_credited_with(manager: Client, shop: Program) -> None:
    recent: dict[str, Any] = {"ordered_at": None}
    failed("A-1", amount=250, **recent)
    record("A-2", claims=Claims("INES10"), revenue_amount=Decimal(750), **recent)
    record("A-3", customer_email="old@example.com", ordered_at=factories.LONG_AGO)
    text = words(manager.get(f"{AT}share/"))
    assert "Credited to nobody, 90 days 25.0 % 250.00 USD" in text


def test_kinds_and_currencies_are_chosen_between(manager: Client, shop: Program) -> None:
    failed("A-1")
    failed("A-2", claims=Claims(advocate_email="tom.becker@example.com"), campaign_uid="spring")
    failed("A-3", currency="EUR")
    assert ids(manager.get(AT)) == ["A-2", "A-1"]
    assert ids(manager.get(f"{AT}?kind=unknown_code")) == ["A-1"]
    assert ids(manager.get(f"{AT}?currency=EUR")) == ["A-3"]
    assert ids(manager.get(f"{AT}?kind=%00&currency=ZZZ&show=%F0%9F%8E%89&after=1_x")) == ["A-2", "A-1"]


def test_pages_follow_each_other(manager: Client, shop: Program) -> None:
    for number in range(30):
        failed(f"A-{number:02}", amount=10 + number // 2)
    first = manager.get(AT)
    rest = manager.get(f"{AT}?after={first.context['next']}")
    assert len(ids(first)) == 25
    assert sorted(ids(first) + ids(rest)) == [f"A-{number:02}" for number in range(30)]
    assert rest.context["next"] == ""


def test_one_is_attributed_from_its_suggestion(manager: Client, shop: Program) -> None:
    order = failed("A-1")
    page = manager.get(AT)
    address = page.context["waiting"][0].act_url
    form = manager.get(address)
    assert "Ines Brandt" in form.content.decode()
    assert "“INES1O” is one letter off INES10." in form.content.decode()
    data = {"advocate": shop.ines.pk, "campaign": "spring", "reason": "A slip", "back": "attention"}
    done = manager.post(f"/orders/{order.pk}/attribute/", data)
    assert done["Location"] == AT
    order.refresh_from_db()
    assert (order.advocate, order.reason, order.attention) == (shop.ines, "person", "")
    decision = Decision.objects.filter(order=order).latest("pk")
    assert (decision.reason, decision.decided_by) == ("person", "user")
    assert decision.trace["looks"][0]["given"] == "A slip"
    assert ids(manager.get(AT)) == []


def test_whoever_is_not_enrolled_is_enrolled_and_credited(manager: Client, shop: Program) -> None:
    claims = Claims(advocate_email="tom.becker@example.com")
    order = failed("A-1", claims=claims, campaign_uid="spring")
    (one,) = manager.get(AT).context["waiting"]
    assert (one.suggestion.advocate_id, one.suggestion.enrols) == (shop.tom.pk, True)
    assert "Enrol and attribute" in words(manager.get(AT))
    manager.post(
        f"/orders/{order.pk}/attribute/",
        {"advocate": one.suggestion.named, "campaign": "spring", "reason": "Asked for"},
    )
    assert Order.objects.get(pk=order.pk).advocate == shop.tom
    assert Enrollment.objects.filter(contact=shop.tom, campaign=shop.spring).exists()


def test_whoever_nobody_knows_is_made_with_the_decision_only(manager: Client, shop: Program) -> None:
    claims = Claims(advocate_email="vera@example.com")
    order = failed("A-1", claims=claims, campaign_uid="spring")
    (one,) = manager.get(AT).context["waiting"]
    assert (one.suggestion.advocate_id, one.suggestion.email) == (None, "vera@example.com")
    assert "nobody you know yet" in manager.get(one.act_url).content.decode()
    data = {"advocate": "vera@example.com", "campaign": "spring"}
    assert manager.post(f"/orders/{order.pk}/attribute/", {**data, "reason": "x"}).status_code == 422
    assert manager.post(f"/orders/{order.pk}/attribute/", {**data, "new": "on"}).status_code == 422
    broken = {**data, "advocate": "vera", "reason": "x", "new": "on"}
    assert manager.post(f"/orders/{order.pk}/attribute/", broken).status_code == 422
    assert not Contact.objects.filter(email="vera@example.com").exists()
    done = manager.post(f"/orders/{order.pk}/attribute/", {**data, "reason": "x", "new": "on"})
    assert done.status_code == 302
    order.refresh_from_db()
    assert order.advocate is not None
    assert order.advocate.email == "vera@example.com"


def test_several_are_attributed_after_a_preview(manager: Client, shop: Program) -> None:
    first, second, third = failed("A-1"), failed("A-2", amount=50), failed("A-3", "NOTHING9")
    chosen = {"selected": [first.pk, second.pk, third.pk]}
    ahead = manager.post(f"{AT}credit/", chosen)
    text = words(ahead)
    assert "Attribute 2 orders" in text
    assert "150.00 USD of 2 orders." in text
    assert "1 of those selected stay as they are" in text
    assert not ReferralAttribution.objects.exists()

    keys = dict(re.findall(r'name="(suggestion-\d+)" value="([^"]+)"', ahead.content.decode()))
    assert manager.post(f"{AT}credit/", {**chosen, **keys, "confirmed": "1"}).status_code == 422
    done = manager.post(f"{AT}credit/", {**chosen, **keys, "confirmed": "1", "reason": "Slips"})
    assert done["Location"] == AT
    credited = Order.objects.filter(advocate=shop.ines).order_by("order_id")
    assert [(one.order_id, one.reason) for one in credited] == [("A-1", "person"), ("A-2", "person")]
    third.refresh_from_db()
    assert third.attention == "unknown_code"


def test_what_changed_since_the_preview_is_left_and_said(manager: Client, shop: Program) -> None:
    order = failed("A-1")
    chosen = {"selected": [order.pk]}
    ahead = manager.post(f"{AT}credit/", chosen).content.decode()
    keys = dict(re.findall(r'name="(suggestion-\d+)" value="([^"]+)"', ahead))
    persons.ban(shop.ines.pk, reason="Fraud", by=SYSTEM, source="dashboard")
    told = manager.post(f"{AT}credit/", {**chosen, **keys, "confirmed": "1", "reason": "Slip"})
    assert "0 done, 1 left as they were" in told.content.decode()
    tom = factories.code("INES1P", factories.enrollment(shop.tom, shop.spring))
    answer = manager.post(f"{AT}credit/", {**chosen, **keys, "confirmed": "1", "reason": "Slip"})
    assert "Somebody else is suggested by now, or nobody." in answer.content.decode()
    order.refresh_from_db()
    assert (order.advocate, tom.code) == (None, "INES1P")


def test_looked_at_and_left_with_a_reason(manager: Client, shop: Program) -> None:
    order = failed("A-1")
    manager.post(f"{AT}dismiss/", {"selected": [order.pk], "reason": ""})
    assert ids(manager.get(AT)) == ["A-1"]
    manager.post(f"{AT}dismiss/", {"selected": [order.pk], "reason": "A test of ours"})
    order.refresh_from_db()
    assert (order.attention, order.reason, order.advocate) == ("", "unknown_code", None)
    event = Event.objects.get(kind="order_dismissed")
    assert event.data == {"attention": "unknown_code", "reason": "A test of ours"}
    assert "Looked at, nothing to be done Unknown code “A test of ours”" in words(
        manager.get(f"/orders/{order.pk}/")
    )


def test_the_limited_and_analysts_change_nothing_of_others(client: Client, shop: Program) -> None:
    order = failed("A-1", campaign_uid="spring")
    client.force_login(factories.limit_to(people.marc(), shop.winter))
    assert ids(client.get(AT)) == []
    for act in ("credit", "dismiss"):
        client.post(f"{AT}{act}/", {"selected": [order.pk], "reason": "x", "confirmed": "1"})
    order.refresh_from_db()
    assert (order.advocate, order.attention) == (None, "unknown_code")
    client.force_login(people.anna())
    assert ids(client.get(AT)) == ["A-1"]
    assert "Attribute" not in words(client.get(AT)).replace("Referral attributions", "")
    assert client.post(f"{AT}dismiss/", {"selected": [order.pk], "reason": "x"}).status_code == 403


def test_a_page_costs_the_same_however_many_rows(
    manager: Client, shop: Program, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        failed(f"A-{number}")
    with django_assert_max_num_queries(22):
        manager.get(AT)
