"""A plain ``save()`` of one order: the same rule, the same history, and the same lock, said kindly."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.events.models import Event
from core.locks import violated
from orders.models import Decision, Order
from orders.signals import AttributionLocked
from referrals.attribution import Claims
from referrals.models import ReferralAttribution
from tests import factories as make
from tests.orders.shop import MIA, Shop, advocate_of, counts, happened, known, later, one, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def unsaved(order_id: str = "A-1", claims: Claims | None = None, **fields: Any) -> Order:
    order = make.order_row(order_id, make.contact("Mia Keller", email=MIA), **fields)
    order.claims = claims
    return order


def test_saving_an_order_that_carries_claims_decides_it(shop: Shop) -> None:
    unsaved(claims=Claims(short_code="NOBODY", coupon_code="XENA10")).save()
    order = known()
    assert (advocate_of(), order.reason, order.campaign, order.attention) == (
        "Xena",
        "coupon",
        shop.spring,
        "",
    )
    tie = ReferralAttribution.objects.get()
    assert (order.referral_attribution, tie.referred_at) == (tie, order.ordered_at)
    assert happened() == ["order_recorded", "order_attributed"]
    decision = Decision.objects.get()
    assert (decision.reason, decision.referral_attribution) == ("coupon", tie)
    assert [look["reason"] for look in decision.trace["looks"]] == ["unknown_code", "coupon"]


def test_saving_an_order_without_claims_follows_the_first_touch(shop: Shop) -> None:
    order = unsaved(campaign=shop.spring)
    tie = make.attribution(shop.xena, order.customer, shop.spring)
    order.save()
    assert (known().referral_attribution, known().reason) == (tie, "first_touch")


def test_saving_a_bad_claim_stores_the_order_with_the_reason(shop: Shop) -> None:
    unsaved(claims=Claims(short_code="NOBODY")).save()
    assert (advocate_of(), known().reason, known().attention) == ("", "unknown_code", "unknown_code")


def test_claims_are_decided_once_and_never_kept_on_the_instance(shop: Shop) -> None:
    order = unsaved(claims=Claims(short_code="XENA"))
    order.save()
    assert order.claims is None
    before = counts()
    order.save()
    assert counts() == before


def test_late_claim_is_decided_though_only_another_field_is_saved(shop: Shop) -> None:
    order = unsaved()
    order.save()
    order.claims, order.external_status = Claims(short_code="XENA"), "paid"
    order.save(update_fields=["external_status"])
    assert (advocate_of(), known().external_status) == ("Xena", "paid")


@pytest.mark.parametrize("name", ["referral_attribution", "campaign", "customer", "advocate"])
def test_second_attribution_is_refused_in_words(shop: Shop, name: str) -> None:
    one(told(short_code="XENA"))
    order, before = known(), counts()
    other = make.attribution(shop.yuri, order.customer, shop.summer)
    values = {
        "referral_attribution": other,
        "campaign": shop.summer,
        "customer": shop.yuri,
        "advocate": shop.yuri,
    }
    setattr(order, name, values[name])
    with pytest.raises(AttributionLocked) as caught:
        order.save()
    assert isinstance(caught.value, ValidationError)
    assert caught.value.messages == ["The attribution of order A-1 is permanent."]
    assert advocate_of() == "Xena"
    assert counts() == {**before, "ReferralAttribution": before["ReferralAttribution"] + 1}


def test_attribution_is_never_taken_off_either(shop: Shop) -> None:
    one(told(short_code="XENA"))
    order = known()
    order.referral_attribution = order.advocate = order.attributed_at = None
    with pytest.raises(AttributionLocked):
        order.save()
    assert advocate_of() == "Xena"


def test_naming_an_attribution_late_completes_the_order(shop: Shop) -> None:
    one(told())
    order = known()
    order.referral_attribution = make.attribution(shop.xena, order.customer, shop.spring)
    order.save()
    assert (advocate_of(), known().campaign) == ("Xena", shop.spring)
    assert known().attributed_at is not None
    assert "order_attributed" in happened()


def test_stale_instance_saves_its_own_fields_and_leaves_the_attribution_alone(shop: Shop) -> None:
    one(told())
    stale = known()
    one(told(short_code="XENA"))
    stale.external_status = "paid"
    stale.save(update_fields=["external_status"])
    assert (advocate_of(), known().external_status) == ("Xena", "paid")
    with pytest.raises(AttributionLocked):
        stale.save()


def test_change_is_told_in_the_history(shop: Shop) -> None:
    one(told(short_code="XENA"))
    order = known()
    order.external_status, order.ordered_at = "paid", later(hours=1)
    order.revenue_amount = Decimal("80.5")
    order.save()
    changed = Event.objects.get(kind="order_updated").data["changed"]
    assert changed == {
        "external_status": ["", "paid"],
        "ordered_at": ["2026-11-20T12:00:00+00:00", "2026-11-20T13:00:00+00:00"],
        "revenue_amount": ["100.00", "80.50"],
    }


def test_history_tells_only_what_was_saved(shop: Shop) -> None:
    one(told())
    order = known()
    order.external_status, order.hubspot_dealstage = "paid", "won"
    order.save(update_fields=["external_status"])
    assert list(Event.objects.get(kind="order_updated").data["changed"]) == ["external_status"]
    assert known().hubspot_dealstage == ""


def test_database_refuses_what_goes_past_the_signals(shop: Shop) -> None:
    one(told(short_code="XENA"))
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Order.objects.update(referral_attribution=None, advocate=None, attributed_at=None)
    assert violated(caught.value) == "order_attribution_locked"


@pytest.mark.django_db(transaction=True)
def test_save_that_fails_leaves_nothing_behind() -> None:
    shop = Shop()
    one(told("A-1"))
    before = counts()
    order = make.order_row("A-1", known().customer)
    order.claims = Claims(short_code="XENA")
    with pytest.raises(IntegrityError) as caught:
        order.save()
    assert violated(caught.value) == "order_id_once"
    assert counts() == before
    assert not ReferralAttribution.objects.filter(advocate=shop.xena).exists()
