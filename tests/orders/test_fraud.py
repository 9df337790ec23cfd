"""Fraud rules from the door to the screen: blocked, flagged, allowed; seen, held, and never in the way."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from orders import intake
from orders.attention import waiting
from orders.explaining import explain
from orders.models import Order
from orders.neighbours import read_neighbours
from referrals import domains
from referrals.attribution import Claims
from referrals.evidence import Evidence
from referrals.models import ReferralAttribution
from rewards import moves
from tests import factories, people
from tests.orders.shop import Shop, known, one, told
from tests.rewards import books

pytestmark = pytest.mark.django_db
HERE = "203.0.113.9"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def rules(**given: str) -> None:
    Campaign.objects.filter(uid="spring").update(**given)


def by(name: str, order_id: str = "", **said: Any) -> Any:
    email = said.pop("customer_email", f"{name}@example.com")
    return told(order_id or name.upper(), customer_email=email, short_code="XENA", **said)


def burst(number: int, ip: str = HERE) -> list[Any]:
    at = factories.NOON
    return [by(f"b{n}", ip_address=ip, ordered_at=at + dt.timedelta(minutes=n)) for n in range(number)]


def test_a_blocked_claim_leaves_the_order_stored_and_seen(shop: Shop, client: Client) -> None:
    rules(same_company="block")
    one(by("mia"))
    order = known("MIA")
    assert (order.advocate, order.reason, order.attention) == (None, "same_company", "same_company")
    assert not ReferralAttribution.objects.exists()
    assert "same company" in explain(order).lines[0].why
    client.force_login(people.marc())
    assert client.get("/orders/attention/").context["waiting"] == []
    answer = client.get("/orders/attention/?show=blocked")
    assert [each.order.order_id for each in answer.context["waiting"]] == ["MIA"]
    assert "MIA" in client.get("/orders/?reason=same_company").content.decode()
    # Nobody is suggested for what a rule blocked; a person may still decide otherwise.
    assert waiting([order], None)[0].suggestion is None


def test_what_is_flagged_counts_and_its_rewards_wait(shop: Shop, client: Client) -> None:
    books.rule(Campaign.objects.get(uid="spring"), hold_days=0, approval="automatic")
    one(by("mia", customer_email="mia@mailinator.com"))
    order = known("MIA")
    tie = ReferralAttribution.objects.get()
    assert (order.advocate, order.attention, tie.flagged) == (tie.advocate, "disposable_email", True)
    assert [status for _, _, status in books.rewards(order)] == ["flagged"]
    assert moves.approve_due(factories.NOON + dt.timedelta(days=99)).done == []
    assert "thrown away after use" in " ".join(explain(order).sentences)
    client.force_login(people.marc())
    answer = client.get("/orders/attention/?show=credited")
    assert [each.order.order_id for each in answer.context["waiting"]] == ["MIA"]
    client.post(f"/attributions/{tie.pk}/flag/", {"reason": "Known to us"})
    tie.refresh_from_db()
    assert not tie.flagged
    one(by("mia", "MIA-2", customer_email="mia@mailinator.com"))
    assert [status for _, _, status in books.rewards(known("MIA-2"))] == ["pending"]
    client.post(f"/attributions/{tie.pk}/flag/", {"reason": "", "to": "on"})
    tie.refresh_from_db()
    assert not tie.flagged


@pytest.mark.parametrize("size", [1, 3, 9])
def test_a_burst_is_met_in_whatever_batches_it_comes(shop: Shop, size: int) -> None:
    rules(ip_burst="block")
    drafts = burst(8)
    for at in range(0, len(drafts), size):
        intake.record(drafts[at : at + size], source="api", actor=books.DESK)
    got = [known(f"B{n}").reason for n in range(8)]
    assert got == ["code"] * 5 + ["ip_burst"] * 3


def test_the_preview_of_many_chunks_says_what_recording_does(shop: Shop) -> None:
    rules(ip_burst="flag")
    carry, drafts = intake.Carry(), burst(8)
    planned = [one for at in range(0, 8, 2) for one in intake.plan(drafts[at : at + 2], carry, source="csv")]
    recorded = intake.record(burst(8), source="csv", actor=books.DESK)
    for before, after in zip(planned, recorded, strict=True):
        assert before.verdict is not None
        assert after.verdict is not None
        assert before.verdict.attention == after.verdict.attention
    assert [known(f"B{n}").attention for n in range(8)] == [""] * 5 + ["ip_burst"] * 3


def test_a_known_customers_order_of_a_burst_waits_and_keeps_its_advocate(shop: Shop) -> None:
    rules(ip_burst="block")
    one(by("mia", ordered_at=factories.NOON - dt.timedelta(days=9)))
    intake.record(burst(5), source="api", actor=books.DESK)
    one(told("MIA-2", customer_email="mia@example.com", short_code="XENA", campaign_uid="spring",
             ip_address=HERE, ordered_at=factories.NOON + dt.timedelta(hours=1)))  # fmt: skip
    order = known("MIA-2")
    tie = ReferralAttribution.objects.get(orders=order)
    assert (order.reason, order.attention, tie.flagged) == (
        "first_touch", "ip_burst", False,
    )  # fmt: skip


def test_the_shops_own_server_is_no_household(shop: Shop) -> None:
    """Who sends their server's address with every order gets no self-referrals out of it."""
    one(told("X-1", customer_email="xena@example.com", ip_address=HERE))
    intake.record([told(f"Y-{n}", customer_email=f"y{n}@example.com", ip_address=HERE) for n in range(4)],
                  source="api", actor=books.DESK)  # fmt: skip
    one(by("mia", ip_address=HERE, ordered_at=factories.NOON + dt.timedelta(hours=1)))
    assert (known("MIA").reason, known("MIA").attention) == ("code", "")
    one(by("noa", ip_address="198.51.100.7"))
    assert known("NOA").attention == ""


def test_whoever_buys_where_the_advocate_buys_is_flagged(shop: Shop) -> None:
    one(told("X-1", customer_email="xena@example.com", ip_address=HERE))
    one(by("mia", ip_address=HERE, ordered_at=factories.NOON + dt.timedelta(hours=1)))
    assert (known("MIA").reason, known("MIA").attention) == ("code", "same_address")


def test_a_plain_save_goes_by_the_same_rules(shop: Shop) -> None:
    rules(disposable_email="block")
    mia = factories.contact("Mia Miller", email="mia@yopmail.com")
    order = factories.order_row("P-1", mia)
    order.claims = Claims("XENA")
    order.save()
    assert Order.objects.get(order_id="P-1").reason == "disposable_email"


def test_orders_without_an_address_cost_no_statement(shop: Shop, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        read_neighbours(Evidence(), [])
    with django_assert_num_queries(1):
        read_neighbours(Evidence(), [(HERE, factories.NOON)] * 2_000)


def test_the_lists_of_domains_are_domains() -> None:
    for known_domains in (domains.FREE_MAIL, domains.DISPOSABLE):
        assert all(name == name.lower() and "." in name and "@" not in name for name in known_domains)
    assert not domains.FREE_MAIL & domains.DISPOSABLE
    assert domains.domain_of("Mia@Example.COM.") == "example.com"
    assert domains.domain_of("") == ""
