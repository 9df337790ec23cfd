"""Who is credited for an order that comes through the door, at once or late, and who is made for it."""

import uuid
from decimal import Decimal
from typing import Any

import pytest

from campaigns.models import Campaign
from core.events.models import Event
from orders.intake import Outcome, attribute
from orders.models import Decision, Order
from referrals.models import Click, Contact, Enrollment, ReferralAttribution
from tests import factories as make
from tests.orders.shop import (
    DESK,
    MIA,
    NOAH,
    Shop,
    advocate_of,
    counts,
    event,
    happened,
    known,
    later,
    one,
    outcomes,
    previewed,
    recorded,
    told,
)

pytestmark = pytest.mark.django_db
DOORS = ["api", "csv", "dashboard", "automation", "hubspot", "salesforce", "shopify", "stripe"]


@pytest.fixture(autouse=True)
def shop() -> Shop:
    return Shop()


def ties() -> list[tuple[str, str | None, str]]:
    """(advocate, customer, campaign) of every attribution."""
    rows = ReferralAttribution.objects.order_by("pk")
    return list(rows.values_list("advocate__first_name", "contact__email", "campaign__uid"))


@pytest.mark.parametrize("source", DOORS)
def test_rule_is_the_same_at_every_door(source: str, shop: Shop) -> None:
    click = Click.objects.create(
        enrollment=Enrollment.objects.get(contact=shop.xena), code="XENA", clicked_at=later(days=-3)
    )
    recorded(
        told("A-1", customer_email="a@example.com", short_code="XENA"),
        told("A-2", customer_email="b@example.com", coupon_code="xena10"),
        told("A-3", customer_email="c@example.com", advocate_email="XENA@example.com"),
        told("A-4", customer_email="d@example.com", click_id=str(click.click_id)),
        told("A-5", customer_email="a@example.com", campaign_uid="spring"),
        told("A-6", customer_email="e@example.com", short_code="NOBODY"),
        source=source,
    )
    found = Order.objects.order_by("order_id").values_list("advocate__first_name", "reason", "attention")
    assert list(found) == [
        ("Xena", "code", ""),
        ("Xena", "coupon", ""),
        ("Xena", "advocate_email", ""),
        ("Xena", "click", ""),
        ("Xena", "first_touch", ""),
        (None, "unknown_code", "unknown_code"),
    ]


@pytest.mark.parametrize("touch, advocate", [("last", "Yuri"), ("first", "Xena")])
def test_any_click_of_a_visitor_names_the_visitor(shop: Shop, touch: str, advocate: str) -> None:
    Campaign.objects.update(touch=touch)
    visitor = uuid.uuid4()
    for who, days in [(shop.xena, 9), (shop.yuri, 5), (shop.xena, 95), (shop.xena, -1)]:
        enrollment = Enrollment.objects.get(contact=who, campaign=shop.spring)
        clicked = Click.objects.create(
            enrollment=enrollment, code="X", clicked_at=later(days=-days), visitor=visitor
        )
    one(told(click_id=f" {str(clicked.click_id).upper()} "))
    assert (advocate_of(), known().reason) == (advocate, "click")


def test_bad_claims_are_stored_with_the_order_and_need_attention() -> None:
    planned = one(
        told(short_code="XENA10", coupon_code="SAVE5", advocate_email="who@example.com", click_id="?")
    )
    assert planned.outcome == Outcome.CREATED
    order = known()
    assert (order.advocate, order.reason, order.attention) == (
        None,
        "coupon_in_code_field",
        "coupon_in_code_field",
    )
    looks = Decision.objects.get().trace["looks"]
    assert [(look["claim"], look["reason"]) for look in looks] == [
        ("short_code", "coupon_in_code_field"),
        ("coupon_code", "unknown_coupon"),
        ("advocate_email", "not_enrolled"),
        ("click_id", "unknown_click"),
    ]
    assert not ReferralAttribution.objects.exists()


@pytest.mark.parametrize("source", DOORS)
def test_unknown_coupon_is_a_bad_claim_except_from_a_shop(source: str) -> None:
    one(told(coupon_code="SAVE5"), source=source)
    expected = "no_claim" if source in {"hubspot", "salesforce", "shopify", "stripe"} else "unknown_coupon"
    assert known().reason == expected
    assert known().attention == ("" if expected == "no_claim" else expected)


def test_known_order_is_decided_again_when_it_brings_a_new_claim() -> None:
    one(told())
    planned = one(told(short_code="XENA"))
    assert planned.outcome == Outcome.UPDATED
    assert planned.verdict is not None
    assert planned.verdict.is_attributed
    assert planned.differences["advocate"] == (None, known().advocate_id)
    assert planned.differences["campaign"] == (None, "spring")
    assert (advocate_of(), known().reason, known().attention) == ("Xena", "code", "")
    assert happened() == ["order_recorded", "order_updated", "order_attributed"]
    assert known().attributed_at is not None


def test_bad_claim_again_is_nothing_new_and_a_good_one_mends_it() -> None:
    one(told(short_code="NOBODY"))
    before = counts()
    assert one(told(short_code=" nobody ")).outcome == Outcome.UNCHANGED
    assert counts() == before
    assert one(told(short_code="NOBODY", coupon_code="XENA10")).outcome == Outcome.UPDATED
    assert (advocate_of(), known().reason, known().attention) == ("Xena", "coupon", "")


def test_another_bad_claim_is_looked_at_once() -> None:
    one(told(short_code="NOBODY"))
    one(told(short_code="NOBODY2"))
    assert Decision.objects.count() == 2
    before = counts()
    assert one(told(short_code="NOBODY2")).outcome == Outcome.UNCHANGED
    assert one(told(short_code="NOBODY")).outcome == Outcome.UNCHANGED
    assert counts() == before


def test_first_campaign_brings_the_first_touch(shop: Shop) -> None:
    one(told())
    make.attribution(shop.xena, known().customer, shop.spring)
    assert one(told(external_status="paid")).outcome == Outcome.UPDATED
    assert advocate_of() == ""
    one(told(campaign_uid="spring"))
    assert (advocate_of(), known().reason) == ("Xena", "first_touch")


def test_later_referral_never_sweeps_old_orders(shop: Shop) -> None:
    recorded(told("OLD-1", campaign_uid="spring"), told("OLD-2"))
    recorded(told("NEW-1", short_code="XENA", ordered_at=later(days=1)))
    recorded(
        told("OLD-1", campaign_uid="spring", external_status="paid"),
        told("OLD-2", external_status="paid"),
        told("NEW-2", campaign_uid="spring", ordered_at=later(days=2)),
    )
    assert [advocate_of(order_id) for order_id in ("OLD-1", "OLD-2", "NEW-1", "NEW-2")] == [
        "",
        "",
        "Xena",
        "Xena",
    ]


def test_of_two_orders_of_a_new_customer_in_one_batch_the_earlier_decides() -> None:
    recorded(
        told("A-2", short_code="YURI", ordered_at=later(hours=1)),
        told("A-1", short_code="XENA"),
        told("A-3", short_code="YURI", ordered_at=later(hours=2)),
    )
    assert [advocate_of(order_id) for order_id in ("A-1", "A-2", "A-3")] == ["Xena"] * 3
    assert [known(order_id).reason for order_id in ("A-1", "A-2", "A-3")] == [
        "code",
        "first_touch",
        "first_touch",
    ]
    assert ties() == [("Xena", MIA, "spring")]


def test_of_two_orders_at_the_same_moment_the_first_in_the_file_decides() -> None:
    recorded(told("B-1", short_code="YURI"), told("A-1", short_code="XENA"))
    assert [advocate_of("A-1"), advocate_of("B-1")] == ["Yuri", "Yuri"]


def test_one_customer_has_one_advocate_in_each_campaign() -> None:
    recorded(told("A-1", short_code="XENA"), told("A-2", short_code="YURISUN", currency="EUR"))
    assert sorted(ties()) == [("Xena", MIA, "spring"), ("Yuri", MIA, "summer")]


def test_order_older_than_the_referral_leaves_it_be() -> None:
    one(told("NEW", short_code="XENA"))
    recorded(
        told("OLD-1", short_code="YURI", ordered_at=later(days=-9)),
        told("OLD-2", short_code="XENA", ordered_at=later(days=-9)),
        told("OLD-3", campaign_uid="spring", ordered_at=later(days=-9)),
    )
    found = [(known(order_id).reason, known(order_id).attention) for order_id in ("OLD-1", "OLD-2", "OLD-3")]
    assert found == [
        ("slot_taken", "slot_taken"),
        ("before_referral", "before_referral"),
        ("before_referral", ""),
    ]
    assert ties() == [("Xena", MIA, "spring")]


def test_deactivated_advocate_is_not_credited_again_and_old_orders_stay() -> None:
    one(told("A-1", short_code="XENA"))
    ReferralAttribution.objects.update(is_active=False, deactivated_at=later(days=1))
    recorded(
        told("A-2", short_code="XENA", ordered_at=later(days=2)),
        told("A-3", campaign_uid="spring", ordered_at=later(days=2)),
    )
    assert [advocate_of(order_id) for order_id in ("A-1", "A-2", "A-3")] == ["Xena", "", ""]
    assert [known(order_id).reason for order_id in ("A-2", "A-3")] == ["deactivated", "no_claim"]
    one(told("A-4", short_code="YURI", ordered_at=later(days=3)))
    assert (advocate_of("A-4"), advocate_of("A-1")) == ("Yuri", "Xena")


def test_ended_campaign_credits_whom_it_had_and_nobody_new() -> None:
    one(told("A-1", short_code="XENA"))
    Campaign.objects.update(ends_at=later(days=1))
    recorded(
        told("A-2", campaign_uid="spring", ordered_at=later(days=2)),
        told("B-1", customer_email=NOAH, short_code="XENA", ordered_at=later(days=2)),
        told("C-1", customer_email="c@example.com", short_code="XENA", ordered_at=later(hours=2)),
    )
    assert [known(order_id).reason for order_id in ("A-2", "B-1", "C-1")] == [
        "first_touch",
        "campaign_ended",
        "code",
    ]


def test_new_contacts_are_made_once_as_prospects() -> None:
    recorded(
        told("A-1", customer_email="Mia@example.com", customer_first_name="Mia"),
        told("A-2", customer_email="MIA@EXAMPLE.COM", customer_last_name="Keller"),
        told("A-3", customer_email="", customer_uid="c-9"),
        told("A-4", customer_email="mia@example.com", customer_uid="c-1"),
        told("A-5", customer_email="", customer_uid="c-1"),
    )
    found = Contact.objects.exclude(first_name__in=["Xena", "Yuri"]).order_by("pk")
    assert {(one.email, one.uid, one.status) for one in found} == {
        ("mia@example.com", "c-1", "prospect"),
        (None, "c-9", "prospect"),
    }
    customers = [known(f"A-{number}").customer_id for number in (1, 2, 4, 5)]
    assert len(set(customers)) == 1
    assert Event.objects.filter(kind="contact_created").count() == 2


def test_known_contact_learns_what_it_lacks_and_loses_nothing() -> None:
    make.contact("Mia Keller", email=MIA)
    one(told("A-1", customer_uid="c-1", customer_first_name="Maria", customer_last_name="Kell"))
    mia = Contact.objects.get(email=MIA)
    assert (mia.uid, str(mia)) == ("c-1", "Mia Keller")
    assert event("contact_completed").personal == {"email": MIA, "uid": "c-1", "name": "Mia Keller"}


def test_contact_learns_from_an_order_that_is_as_it_was() -> None:
    one(told())
    again = one(told(customer_uid="c-1", customer_first_name="Mia", customer_last_name="Keller"))
    assert again.outcome == Outcome.UNCHANGED
    mia = Contact.objects.get(email=MIA)
    assert (mia.uid, str(mia)) == ("c-1", "Mia Keller")
    before = counts()
    assert one(told(customer_uid="c-1", customer_first_name="Maria")).outcome == Outcome.UNCHANGED
    assert counts() == before


@pytest.mark.parametrize("outcome", ["rejected", "conflict"])
def test_no_contact_is_made_for_an_order_that_is_not_stored(outcome: str) -> None:
    one(told("A-1", short_code="XENA"))
    before = counts()
    refused = {"revenue_amount": Decimal(-1)} if outcome == "rejected" else {"currency": "EUR"}
    order_id = "A-2" if outcome == "rejected" else "A-1"
    planned = one(told(order_id, customer_email=NOAH, customer_uid="c-2", short_code="YURI", **refused))
    assert planned.outcome == outcome
    assert counts() == before


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize(
    "wrong, outcome",
    [
        ({"revenue_amount": Decimal(-1)}, "rejected"),
        ({"campaign_uid": "winter"}, "rejected"),
        ({"revenue_amount": Decimal("0.001")}, "rejected"),
        ({"order_id": "K-1", "currency": "EUR"}, "conflict"),
    ],
)
def test_no_contact_learns_from_an_order_that_is_not_stored(
    is_known: bool, wrong: dict[str, Any], outcome: str
) -> None:
    one(told("K-1", customer_email=NOAH))
    if is_known:
        make.contact("", email=MIA)
    bad = told(**{"order_id": "A-1", "customer_uid": "c-1", "customer_first_name": "Wrong", **wrong})
    good = [told("A-2", customer_first_name="Mia"), told("A-3", customer_email="", customer_uid="c-1")]
    planned = recorded(bad, *good, told("A-4", customer_email="b@example.com"))
    assert outcomes(planned) == [outcome, "created", "created", "created"]
    assert [one.is_new_contact for one in planned] == [False, not is_known, True, True]
    mia, other = known("A-2").customer, known("A-3").customer
    assert (mia.email, mia.uid, mia.first_name) == (MIA, None, "Mia")
    assert (other.email, other.uid, other.first_name) == (None, "c-1", "")


def test_uid_goes_before_the_email_and_nothing_is_merged() -> None:
    by_uid = make.contact("Mia Keller", email="old@example.com", uid="c-1")
    by_email = make.contact("Noah Berg", email=NOAH)
    planned = one(told(customer_uid="c-1", customer_email=NOAH))
    assert known().customer == by_uid
    assert [warning.code for warning in planned.warnings] == ["two_contacts"]
    assert known().attention == "two_contacts"
    before = {(one.pk, one.email, one.uid) for one in Contact.objects.all()}
    assert {(by_uid.pk, "old@example.com", "c-1"), (by_email.pk, NOAH, None)} <= before


def test_merged_contact_stands_for_the_one_it_was_merged_into() -> None:
    mia = make.contact("Mia Keller", email=MIA)
    make.contact("Mia Keller", email="mia@old.example.com", merged_into=mia)
    one(told(customer_email="mia@old.example.com"))
    assert known().customer == mia


def test_self_referral_is_refused_and_seen() -> None:
    recorded(
        told("A-1", customer_email="xena@example.com", short_code="XENA"),
        told("A-2", customer_email="x.e.n.a+shop@example.com", short_code="XENA"),
    )
    assert [known(order_id).reason for order_id in ("A-1", "A-2")] == ["self_referral"] * 2
    Campaign.objects.update(self_referral="flag")
    one(told("A-3", customer_email="xena@example.com", short_code="XENA"))
    tie = known("A-3").referral_attribution
    assert tie is not None
    assert tie.flagged


def test_enrol_missing_makes_an_advocate_of_whoever_is_named(shop: Shop) -> None:
    drafts = [
        told("A-1", campaign_uid="summer", advocate_email="xena@example.com"),
        told("A-2", campaign_uid="summer", advocate_email="new@example.com", customer_email=NOAH),
        told("A-3", campaign_uid="summer", advocate_email="new@example.com", customer_email="a@example.com"),
        told("A-4", advocate_email="new2@example.com", customer_email="b@example.com"),
    ]
    assert [one.verdict.reason for one in previewed(*drafts, enrol_missing=True) if one.verdict] == [
        "advocate_email",
        "advocate_email",
        "advocate_email",
        "not_enrolled",
    ]
    recorded(*drafts, enrol_missing=True)
    found = [known(f"A-{number}").reason for number in range(1, 5)]
    assert found == ["advocate_email"] * 3 + ["not_enrolled"]
    made = Enrollment.objects.filter(campaign=shop.summer).exclude(contact=shop.yuri)
    assert {one.contact.email for one in made} == {"xena@example.com", "new@example.com"}
    assert not Contact.objects.filter(email="new2@example.com").exists()
    assert Event.objects.filter(kind="contact_enrolled").count() == 2


def test_without_that_option_nobody_is_enrolled() -> None:
    before = counts()
    one(told(campaign_uid="summer", advocate_email="xena@example.com"))
    assert known().reason == "not_enrolled"
    assert counts()["Enrollment"] == before["Enrollment"]


def test_person_decides_for_good(shop: Shop) -> None:
    planned = one(told(short_code="NOBODY", campaign_uid="spring"))
    assert planned.order_pk is not None
    attribute(
        planned.order_pk,
        advocate_id=shop.xena.pk,
        campaign_id=shop.spring.pk,
        reason="They called us",
        source="dashboard",
        actor=DESK,
    )
    assert (advocate_of(), known().reason, known().attention) == ("Xena", "person", "")
    again = one(told(short_code="YURI", campaign_uid="spring"))
    assert again.outcome == Outcome.UNCHANGED
    assert advocate_of() == "Xena"


def test_referral_dates_from_the_first_order() -> None:
    recorded(told("A-1", short_code="XENA", ordered_at=later(days=3)))
    assert ReferralAttribution.objects.get().referred_at == later(days=3)


def test_outcomes_come_in_the_order_of_the_drafts() -> None:
    planned = recorded(*(told(f"A-{number % 7}", ordered_at=later(hours=-number)) for number in range(20)))
    assert [one.draft.order_id for one in planned] == [f"A-{number % 7}" for number in range(20)]
    assert outcomes(planned) == ["created"] * 7 + ["updated"] * 13
