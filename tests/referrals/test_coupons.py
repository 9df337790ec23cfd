"""Coupon codes name advocates, and are taken out of use without losing what they brought."""

from typing import Any

import pytest
from django.test import Client

from core.events.models import Event
from referrals.models import Contact, CouponCode
from tests import factories, people
from tests.referrals.listed import column

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Contact:
    """She refers in Spring, not in Summer; Tom has the coupon WELCOME5 in Spring."""
    spring = factories.campaign("Spring")
    factories.campaign("Summer")
    tom = factories.contact("Tom Becker")
    factories.enrollment(tom, spring)
    factories.coupon("WELCOME5", tom, spring)
    ines = factories.contact("Ines Brandt")
    factories.enrollment(ines, spring)
    return ines


def add(client: Client, ines: Contact, **given: str) -> Any:
    return client.post("/coupons/new/", {"code": "INES10", "advocate": ines.pk, "campaign": "", **given})


@pytest.mark.parametrize("text", ["INES10", "20% off! ünï", "שלום", "🎉🎉", "x" * 255])
def test_any_text_that_a_shop_allows(client: Client, ines: Contact, text: str) -> None:
    olga = people.olga()
    client.force_login(olga)
    answer = add(client, ines, code=f"  {text} ", campaign="spring")
    coupon = CouponCode.objects.get(advocate=ines)
    assert answer["Location"] == f"/coupons/{coupon.pk}/"
    assert (coupon.code, coupon.campaign.uid if coupon.campaign else None) == (text, "spring")
    event = Event.objects.get()
    assert (event.kind, event.noun, event.actor_id) == ("coupon_added", "coupon", olga.pk)
    assert event.data == {"code": text, "advocate_id": ines.pk, "campaign_id": coupon.campaign_id}
    assert client.get(f"/coupons/{coupon.pk}/").status_code == 200
    assert client.get("/coupons/").status_code == 200
    assert "Coupon code" in client.get(f"/contacts/{ines.pk}/").content.decode()


@pytest.mark.parametrize(
    "given, field, words",
    [
        ({"code": ""}, "code", "required"),
        ({"code": "welcome5"}, "code", "This coupon code is taken."),
        ({"code": "x" * 300}, "code", "at most 255"),
        ({"code": "a\x00b"}, "code", "Null characters"),
        ({"code": "a\tb"}, "code", "cannot be seen"),
        ({"campaign": "summer"}, "advocate", "Ines Brandt is not enrolled in Summer. Enrol them first."),
        ({"campaign": "winter"}, "campaign", "valid choice"),
        ({"advocate": "nobody@example.com"}, "advocate", "There is no such contact."),
    ],
)
def test_bad_input_is_refused_at_its_field(
    client: Client, ines: Contact, given: dict[str, str], field: str, words: str
) -> None:
    client.force_login(people.olga())
    answer = add(client, ines, **given)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert CouponCode.objects.count() == 1
    assert not Event.objects.exists()


def test_a_coupon_of_all_campaigns_needs_an_advocate(client: Client, ines: Contact) -> None:
    client.force_login(people.olga())
    buyer = factories.contact("Cleo")
    answer = add(client, buyer)
    assert "Cleo is not enrolled in any campaign" in answer.content.decode()
    assert add(client, ines).status_code == 302
    assert CouponCode.objects.get(advocate=ines).campaign is None


def test_a_coupon_is_disabled_and_used_again(client: Client, ines: Contact) -> None:
    client.force_login(people.olga())
    coupon = CouponCode.objects.get()
    for way, states in (("disable", ["false"]), ("disable", ["false"]), ("enable", ["true"])):
        client.post(f"/coupons/{coupon.pk}/{way}/")
        assert column(client, "/coupons/", "active") == states
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["coupon_disabled", "coupon_enabled"]


def test_the_list_sorts_filters_and_searches(
    client: Client, ines: Contact, django_assert_max_num_queries: Any
) -> None:
    client.force_login(people.anna())
    factories.coupon("Ines-all", ines)
    factories.coupon("Ines-old", ines, ines.enrollments.get().campaign, disabled_at=factories.NOON)
    for query, codes in {
        "&sort=code": ["Ines-all", "Ines-old", "WELCOME5"],
        "&sort=-advocate": ["WELCOME5", "Ines-old", "Ines-all"],
        "&sort=campaign": ["WELCOME5", "Ines-old", "Ines-all"],
        "&campaign=spring&sort=code": ["Ines-old", "WELCOME5"],
        "&campaign__empty=1": ["Ines-all"],
        "&active=no": ["Ines-old"],
        "&q=come": ["WELCOME5"],
        "&q=brandt&sort=code": ["Ines-all", "Ines-old"],
    }.items():
        assert column(client, "/coupons/", "code", query) == codes, query
        with django_assert_max_num_queries(6):
            client.get(f"/coupons/?{query[1:]}")


def test_the_limited_see_and_make_coupons_of_their_campaigns_only(client: Client, ines: Contact) -> None:
    spring = CouponCode.objects.get().campaign
    assert spring is not None
    client.force_login(factories.limit_to(people.marc(), spring))
    everywhere = factories.coupon("Ines-all", ines)
    assert column(client, "/coupons/", "code") == ["WELCOME5"]
    assert client.get(f"/coupons/{everywhere.pk}/").status_code == 404
    assert client.post(f"/coupons/{everywhere.pk}/disable/").status_code == 404
    assert "required" in " ".join(add(client, ines).context["form"].errors["campaign"])
    assert add(client, ines, campaign="spring").status_code == 302
    everywhere.refresh_from_db()
    assert everywhere.disabled_at is None


def test_an_analyst_changes_nothing(client: Client, ines: Contact) -> None:
    client.force_login(people.anna())
    coupon = CouponCode.objects.get()
    assert "/disable/" not in client.get(f"/coupons/{coupon.pk}/").content.decode()
    assert add(client, ines).status_code == 403
    assert client.post(f"/coupons/{coupon.pk}/disable/").status_code == 403
    assert CouponCode.objects.filter(disabled_at=None).count() == 1
