"""Changing one order that is there: edit, an attribution that somebody decides, and who may do it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from orders.intake import (
    OrderDraft,
    Outcome,
    Planned,
    RefundDraft,
    attribute,
    edit,
    refund,
    void,
)
from orders.models import Decision
from referrals.models import Contact, Enrollment, ReferralAttribution
from tests import factories as make
from tests import people
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
    refusal,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> Shop:
    return Shop()


def edited(of: str = "A-1", who: Any = None, **changes: Any) -> Planned:
    return edit(known(of).pk, OrderDraft(**changes), source="dashboard", actor=DESK, who=who)


def attributed(order_id: str, advocate: Contact, campaign: Any, reason: str = "They called us") -> str:
    pk = known(order_id).pk
    verdict = attribute(
        pk, advocate_id=advocate.pk, campaign_id=campaign.pk, reason=reason, source="dashboard", actor=DESK
    )
    assert verdict.is_attributed
    return verdict.reason


def test_edit_changes_free_facts_and_says_so() -> None:
    one(told(short_code="XENA"))
    planned = edited(external_status="paid", revenue_amount=Decimal("90.00"))
    assert planned.outcome == Outcome.UPDATED
    assert (known().external_status, known().revenue_amount, advocate_of()) == ("paid", Decimal(90), "Xena")
    said = event("order_updated")
    assert (said.source, said.actor_label) == ("dashboard", "Olga Owner")
    assert known().source == "api"
    assert edited(external_status="paid").outcome == Outcome.UNCHANGED


def test_edit_of_what_is_locked_is_refused_at_its_field() -> None:
    one(told(short_code="XENA"))
    assert refusal(lambda: edited(customer_email=NOAH, currency="EUR", campaign_uid="summer")) == {
        "customer": "locked",
        "currency": "locked",
        "campaign": "locked",
    }


def test_edit_may_name_customer_and_campaign_while_nobody_is_credited(shop: Shop) -> None:
    one(told())
    edited(customer_email=NOAH, campaign_uid="spring")
    assert (known().customer.email, known().campaign) == (NOAH, shop.spring)


def test_edit_of_nonsense_is_refused_at_its_field() -> None:
    one(told())
    assert refusal(
        lambda: edited(revenue_amount=Decimal(-1), customer_email="mia", campaign_uid="winter")
    ) == {
        "revenue_amount": "negative",
        "customer_email": "email",
        "campaign_uid": "unknown_campaign",
    }


def test_edit_never_names_another_order() -> None:
    one(told("A-1"))
    one(told("A-2"))
    edited("A-1", order_id="A-2", external_status="paid")
    assert (known("A-1").external_status, known("A-2").external_status) == ("paid", "")


def test_nothing_is_done_to_a_voided_or_an_unknown_order(shop: Shop) -> None:
    one(told())
    pk = known().pk
    void(pk, "Entered twice", source="dashboard", actor=DESK)
    draft = RefundDraft(refund_id="R-1", amount=Decimal(1))
    works: list[Callable[[int], object]] = [
        lambda pk: edit(pk, OrderDraft(external_status="x"), source="api", actor=DESK),
        lambda pk: refund(pk, draft, source="api", actor=DESK),
        lambda pk: void(pk, "Again", source="api", actor=DESK),
        lambda pk: attribute(
            pk, advocate_id=shop.xena.pk, campaign_id=shop.spring.pk, reason="x", source="api", actor=DESK
        ),
    ]
    for work in works:
        assert refusal(lambda work=work: work(pk)) == {"": "voided"}  # type: ignore[misc]
        assert refusal(lambda work=work: work(pk + 99)) == {"": "unknown_order"}  # type: ignore[misc]


def test_person_ties_an_order_to_an_advocate_once(shop: Shop) -> None:
    one(told(short_code="NOBODY"))
    assert attributed("A-1", shop.xena, shop.spring) == "person"
    order = known()
    assert (order.advocate, order.campaign, order.reason, order.attention) == (
        shop.xena,
        shop.spring,
        "person",
        "",
    )
    assert order.attributed_at is not None
    assert happened() == ["order_recorded", "order_attributed"]
    latest = Decision.objects.order_by("pk").last()
    assert latest is not None
    assert (latest.decided_by, latest.trace["looks"][0]["given"]) == (
        "user",
        "They called us",
    )
    assert refusal(lambda: attributed("A-1", shop.yuri, shop.spring)) == {"advocate": "locked"}


def test_person_enrols_whom_they_name(shop: Shop) -> None:
    vera = make.contact("Vera Lund", email="vera@example.com")
    one(told())
    attributed("A-1", vera, shop.summer)
    assert Enrollment.objects.filter(contact=vera, campaign=shop.summer).exists()
    assert advocate_of() == "Vera"


def test_person_activates_what_was_deactivated(shop: Shop) -> None:
    one(told("A-1", short_code="XENA"))
    ReferralAttribution.objects.update(is_active=False, deactivated_at=later(days=1))
    one(told("A-2", short_code="XENA", ordered_at=later(days=2)))
    assert advocate_of("A-2") == ""
    attributed("A-2", shop.xena, shop.spring)
    tie = ReferralAttribution.objects.get()
    assert (tie.is_active, tie.deactivated_at) == (True, None)
    assert known("A-2").referral_attribution == known("A-1").referral_attribution == tie
    assert event("attribution_activated").noun_id == tie.pk


def test_person_gives_no_second_advocate_to_a_customer(shop: Shop) -> None:
    one(told("A-1", short_code="XENA"))
    one(told("A-2", ordered_at=later(days=-9)))
    assert refusal(lambda: attributed("A-2", shop.yuri, shop.spring)) == {"advocate": "slot_taken"}
    attributed("A-2", shop.yuri, shop.summer)
    assert advocate_of("A-2") == "Yuri"


def test_person_keeps_to_the_orders_campaign_and_never_credits_the_buyer(shop: Shop) -> None:
    one(told("A-1", campaign_uid="summer"))
    assert refusal(lambda: attributed("A-1", shop.xena, shop.spring)) == {"campaign": "other_campaign"}
    one(told("A-2", customer_email="x.ena+1@example.com"))
    assert refusal(lambda: attributed("A-2", shop.xena, shop.spring)) == {"advocate": "self_referral"}
    assert refusal(lambda: attributed("A-1", shop.yuri, shop.summer, reason=" ")) == {"reason": "required"}


@pytest.mark.parametrize("status", ["banned", "unsubscribed"])
def test_who_is_out_is_not_enrolled_by_the_way(shop: Shop, status: str) -> None:
    vera = make.contact("Vera Lund", email="vera@example.com", status=status)
    one(told())
    assert refusal(lambda: attributed("A-1", vera, shop.spring)) == {"advocate": "not_enrolled"}


def test_limited_person_sees_and_writes_only_orders_of_their_campaigns(shop: Shop) -> None:
    marc = make.limit_to(people.marc(), shop.spring)
    one(told("IN", campaign_uid="spring"))
    one(told("OUT", campaign_uid="summer"))
    one(told("NONE"))

    def refused(draft: OrderDraft) -> dict[str, str]:
        before = counts()
        planned = one(draft, who=marc)
        assert planned.outcome == Outcome.REJECTED
        assert counts() == before
        return {problem.field: problem.code for problem in planned.problems}

    assert one(told("IN", external_status="paid", campaign_uid="spring"), who=marc).outcome == Outcome.UPDATED
    assert one(told("NEW", campaign_uid="spring", customer_email=NOAH), who=marc).outcome == Outcome.CREATED
    assert one(told("NEW-2", short_code="XENA", customer_email=NOAH), who=marc).outcome == Outcome.CREATED
    assert refused(told("OUT", external_status="paid")) == {"order_id": "taken"}
    assert refused(told("NONE", external_status="paid")) == {"order_id": "taken"}
    assert refused(told("NONE", campaign_uid="spring")) == {"order_id": "taken"}
    assert refused(told("N-1", campaign_uid="summer")) == {"campaign_uid": "unknown_campaign"}
    assert refused(told("N-2", campaign_uid="winter")) == {"campaign_uid": "unknown_campaign"}
    assert refused(told("N-3")) == {"campaign_uid": "required"}
    assert refused(told("N-4", short_code="YURISUN")) == {"campaign_uid": "required"}
    assert refused(told("IN", campaign_uid="summer")) == {"campaign_uid": "unknown_campaign"}
    assert refusal(lambda: edited("OUT", who=marc, external_status="x")) == {"order_id": "taken"}
    assert known("IN").customer.email == MIA
