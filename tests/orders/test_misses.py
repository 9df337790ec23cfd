"""Why nobody?, with the nearest miss: on the page, in the form, and at the command line."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from campaigns.models import Campaign
from orders.explaining import explain
from orders.models import Decision
from referrals.attribution import Claims
from referrals.models import Enrollment
from tests import factories, people
from tests.callers import Caller
from tests.orders.program import Program, record, start, words

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def shop() -> Program:
    return start()


def why(claims: Claims, **fields: Any) -> Any:
    return explain(record("O-1", claims=claims, **fields))


@pytest.mark.parametrize(
    "typed", ["INES1O", "INE10", "INNES10", "NIES10", "ines 1", pytest.param("INES100", id="one more")]
)
def test_a_code_one_letter_off_names_whom_was_meant(shop: Program, typed: str) -> None:
    found = why(Claims(typed))
    assert found.headline == "Why nobody?"
    assert "The nearest miss is one letter off: INES10 of Ines Brandt in Spring." in found.sentences
    (line,) = found.lines
    assert line.why == "There is no such referral code. One letter off: INES10 of Ines Brandt in Spring."
    assert found.suggested == (shop.ines.pk, "Ines Brandt")


def test_a_code_two_letters_off_names_nobody(shop: Program) -> None:
    found = why(Claims("INXX10"))
    assert found.suggested is None
    assert found.lines[0].why == "There is no such referral code."


def test_a_code_of_another_campaign_is_not_suggested(shop: Program) -> None:
    found = why(Claims("TOM6"), campaign_uid="spring")
    assert "TOM5 of Tom Becker in Winter" in found.lines[0].why
    assert found.suggested is None


def test_a_coupon_in_the_code_field_names_its_advocate(shop: Program) -> None:
    factories.coupon("BRANDT15", shop.ines, shop.spring)
    found = why(Claims("brandt15"), campaign_uid="spring")
    assert found.suggested == (shop.ines.pk, "Ines Brandt")


def test_the_limited_are_told_of_their_own_campaigns_only(shop: Program) -> None:
    factories.code("INES1X", factories.enrollment(shop.ines, shop.winter))
    limited = factories.limit_to(people.marc(), shop.winter)
    order = record("O-1", claims=Claims("INES1"), campaign_uid="winter")
    assert "INES1X of Ines Brandt in Winter." in explain(order, limited).lines[0].why
    assert "INES10" not in explain(order, limited).lines[0].why


def _inactive(shop: Program) -> None:
    Enrollment.objects.filter(contact=shop.ines).update(
        inactive_from=factories.NOON - 9 * DAY, inactive_until=factories.NOON + 2 * DAY
    )


def _ended(shop: Program) -> None:
    Campaign.objects.filter(pk=shop.spring.pk).update(ends_at=factories.NOON - 3 * DAY)


def _not_launched(shop: Program) -> None:
    Campaign.objects.filter(pk=shop.spring.pk).update(starts_at=factories.NOON + DAY)


def _disabled(shop: Program) -> None:
    shop.ines.enrollments.get().codes.update(disabled_at=factories.NOON - dt.timedelta(hours=5))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_inactive, "It counts from 22 Nov on: 2 days too early."),
        (_ended, "It counted until 17 Nov: 3 days too late."),
        (_not_launched, "It counts from 21 Nov on: 1 day too early."),
        (_disabled, "It counted until 20 Nov: 5 hours too late."),
    ],
)
def test_by_how_much_a_code_missed_is_reckoned(shop: Program, change: Any, said: str) -> None:
    change(shop)
    found = why(Claims("INES10"))
    assert said in found.lines[0].why
    assert found.suggested == (shop.ines.pk, "Ines Brandt")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (91, "It counted until 19 Nov: 1 day too late."),
        (-1, "The click came after the order. It came 1 day later."),
    ],
)
def test_by_how_much_a_click_missed_is_reckoned(shop: Program, days: int, said: str) -> None:
    at = factories.NOON - days * DAY
    click = shop.ines.enrollments.get().clicks.create(code="INES10", clicked_at=at)
    assert said in why(Claims(click_id=str(click.click_id))).lines[0].why


def test_the_nearest_of_several_is_named(shop: Program) -> None:
    """Tom's click is a day too old; Ines's coupon was disabled for a year."""
    factories.coupon("INES-OLD", shop.ines, shop.winter, disabled_at=factories.NOON - 365 * DAY)
    at = factories.NOON - 91 * DAY
    click = shop.tom.enrollments.get().clicks.create(code="TOM5", clicked_at=at)
    found = why(Claims(coupon_code="INES-OLD", click_id=str(click.click_id)), campaign_uid="winter")
    assert "The nearest miss was Tom Becker, by 1 day." in found.sentences
    assert found.suggested == (shop.tom.pk, "Tom Becker")


def test_old_decisions_without_dates_are_explained_still(shop: Program) -> None:
    order = record("O-1")
    trace = {"looks": [{"claim": "click_id", "given": "x", "result": "refused", "reason": "click_expired"}]}
    Decision.objects.create(order=order, reason="click_expired", trace=trace)
    assert explain(order).lines[0].why == "The click lies outside the campaign's tracking window."


def test_page_form_and_command_say_the_same(client: Client, shop: Program, capsys: Any) -> None:
    client.force_login(people.marc())
    said = "There is no such referral code. One letter off: INES10 of Ines Brandt in Spring."
    form = {"customer": "nora.weber@example.com", "short_code": "INES1O", "revenue_amount": "1"}
    assert said in words(client.post("/orders/new/preview/", form))
    order = record("O-1", claims=Claims("INES1O"))
    assert said in words(client.get(f"/orders/{order.pk}/"))
    call_command("explain", "O-1")
    assert said in capsys.readouterr().out


def test_the_api_says_the_same(shop: Program) -> None:
    record("O/1", claims=Claims("INES1O"))
    told = Caller("orders:read").get("orders/O/1/explanation").json()
    assert told == {
        "order_id": "O/1",
        "is_attributed": False,
        "headline": "Why nobody?",
        "sentences": [
            "The one thing that named an advocate did not count.",
            "The nearest miss is one letter off: INES10 of Ines Brandt in Spring.",
        ],
        "evidence": [
            {
                "result": "refused",
                "words": "Referral code INES1O",
                "why": "There is no such referral code. One letter off: INES10 of Ines Brandt in Spring.",
            }
        ],
        "suggested": {"id": shop.ines.pk, "name": "Ines Brandt"},
    }
    assert Caller("orders:read").get("orders/NOPE/explanation").status_code == 404
