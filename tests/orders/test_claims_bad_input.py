"""Claims as nobody means them: forged, expired, of another campaign, of any length. Orders go in."""

import datetime as dt
import uuid

import pytest
from django.test import Client

from orders.explaining import explain
from orders.models import Order
from referrals.attribution import Claims
from referrals.models import Click, ReferralAttribution
from tests import factories, people
from tests.orders.program import Program, record, start, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Program:
    return start()


def click(shop: Program, of: str = "ines", days: int = 1) -> str:
    at = factories.NOON - dt.timedelta(days=days)
    enrollment = getattr(shop, of).enrollments.get()
    return str(Click.objects.create(enrollment=enrollment, code="X", clicked_at=at).click_id)


@pytest.mark.parametrize(
    "code",
    ["INES 10", "I N E S 1 0", " ines1O\t", "🎉", "INES10🎉", "‮01SENI", "%00", "'; DROP TABLE--", "A" * 255],
)
def test_a_code_that_is_none_is_stored_and_explained(client: Client, shop: Program, code: str) -> None:
    order = record("O-1", claims=Claims(code))
    assert (order.advocate, order.reason, order.attention) == (None, "unknown_code", "unknown_code")
    assert explain(order).lines[0].given
    client.force_login(people.olga())
    for address in (f"/orders/{order.pk}/", "/orders/attention/"):
        assert client.get(address).status_code == 200
    if set("INES10") <= set(code.upper()) and code.isascii():
        assert "INES10 of Ines Brandt" in words(client.get(f"/orders/{order.pk}/"))


def test_ten_thousand_characters_are_refused_at_their_field(client: Client, shop: Program) -> None:
    client.force_login(people.olga())
    form = {"order_id": "O-1", "customer": "a@example.com", "revenue_amount": "1", "short_code": "A" * 10_000}
    saved = client.post("/orders/new/", form)
    assert saved.status_code == 422
    assert "255" in str(saved.context["form"].errors["short_code"])
    assert "255" in " ".join(client.post("/orders/new/preview/", form).context["hindrances"])
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "forged", ["1", "0" * 32, "{}", "🎉", str(uuid.UUID(int=5)), "../../etc/passwd", "x" * 255]
)
def test_a_forged_click_names_nobody(shop: Program, forged: str) -> None:
    order = record("O-1", claims=Claims(click_id=forged))
    assert (order.advocate, order.reason) == (None, "unknown_click")
    assert not ReferralAttribution.objects.exists()


def test_a_click_that_expired_or_is_of_another_campaign_does_not_count(shop: Program) -> None:
    old = record("O-1", claims=Claims(click_id=click(shop, days=91)))
    assert (old.advocate, old.reason) == (None, "click_expired")
    other = record("O-2", claims=Claims(click_id=click(shop, "tom")), campaign_uid="spring")
    assert (other.advocate, other.reason) == (None, "other_campaign")
    good = record("O-3", claims=Claims(click_id=click(shop).upper()))
    assert good.advocate == shop.ines
