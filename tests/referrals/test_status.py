"""Who is banned or unsubscribed refers no longer; what they brought stays as it is."""

import pytest
from django.test import Client
from django.utils import timezone

from core.events.models import Event
from orders.models import Order
from referrals.models import Contact, ReferralAttribution
from tests import factories, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def ines() -> Contact:
    """She refers in Spring and Summer, brought Noah and one order of his, and lost Tom before."""
    ines, noah, tom = (factories.contact(name) for name in ("Ines Brandt", "Noah Berg", "Tom Becker"))
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    for campaign in (spring, summer):
        factories.enrollment(ines, campaign)
    brought = factories.attribution(ines, noah, spring)
    factories.attribution(ines, noah, summer)
    factories.attribution(ines, tom, spring, is_active=False, deactivated_at=factories.LONG_AGO)
    factories.attribution(tom, ines, spring)
    factories.order("O-1", noah, by=brought)
    ines.refresh_from_db()
    return ines


def said(client: Client, ines: Contact, way: str, reason: str = "") -> str:
    answer = client.post(f"/contacts/{ines.pk}/{way}/", {"reason": reason}, follow=True)
    ines.refresh_from_db()
    return [str(message) for message in answer.context["messages"]][-1]


@pytest.mark.parametrize("way, status", [("ban", "banned"), ("unsubscribe", "unsubscribed")])
def test_attributions_end_and_orders_stay(client: Client, ines: Contact, way: str, status: str) -> None:
    olga = people.olga()
    client.force_login(olga)
    before = list(Order.objects.values())
    words = said(client, ines, way, " Bought with her own card ")
    assert words == f"Ines Brandt is {status}. Orders they brought stay theirs."
    assert ines.status == status
    assert not ines.counts_at(timezone.now())
    assert ines.counts_at(factories.NOON)
    assert list(Order.objects.values()) == before
    mine = ReferralAttribution.objects.filter(advocate=ines)
    assert not mine.filter(is_active=True).exists()
    assert mine.filter(deactivated_at=factories.LONG_AGO).count() == 1
    assert ReferralAttribution.objects.get(contact=ines).is_active
    assert all(one.is_active for one in ines.enrollments.all())
    event = Event.objects.get(noun="contact")
    assert (event.kind, event.actor_id) == (f"contact_{status}", olga.pk)
    assert event.data == {"status": ["enrolled", status], "attributions": 2}
    assert event.personal == {"reason": "Bought with her own card"}
    assert Event.objects.filter(kind="attribution_deactivated", data={"why": status}).count() == 2
    page = client.get(f"/contacts/{ines.pk}/").content.decode()
    assert "Bought with her own card" in page
    assert "2 attributions deactivated" in page
    assert f"Their codes do not count while they are {status}." in page


def test_back_again_without_the_attributions(client: Client, ines: Contact) -> None:
    client.force_login(people.olga())
    said(client, ines, "ban", "Fraud")
    assert said(client, ines, "readmit") == "Ines Brandt is back. Their attributions stay deactivated."
    assert ines.status == "enrolled"
    assert ines.counts_at(timezone.now())
    assert not ReferralAttribution.objects.filter(advocate=ines, is_active=True).exists()
    assert Event.objects.latest("id").data == {"status": ["banned", "enrolled"]}
    assert said(client, ines, "readmit") == "Ines Brandt is neither unsubscribed nor banned."


def test_a_buyer_comes_back_as_a_prospect(client: Client) -> None:
    client.force_login(people.olga())
    cleo = factories.contact("Cleo")
    said(client, cleo, "unsubscribe", "Asked to")
    said(client, cleo, "readmit")
    assert cleo.status == "prospect"


def test_who_is_banned_after_unsubscribing_is_out_since_then(client: Client, ines: Contact) -> None:
    client.force_login(people.olga())
    Contact.objects.filter(pk=ines.pk).update(status="unsubscribed", status_since=factories.LONG_AGO)
    said(client, ines, "ban", "Fraud")
    assert (ines.status, ines.status_since) == ("banned", factories.LONG_AGO)


@pytest.mark.parametrize(
    "reason, words",
    [("", "Say why"), (" \x00 ", "Say why"), ("x" * 501, "at most 500 characters")],
)
def test_without_a_reason_nothing_happens(client: Client, ines: Contact, reason: str, words: str) -> None:
    client.force_login(people.olga())
    assert words in said(client, ines, "ban", reason)
    assert ines.status == "enrolled"
    assert ReferralAttribution.objects.filter(advocate=ines, is_active=True).count() == 2
    assert not Event.objects.exists()


def test_twice_is_once(client: Client, ines: Contact) -> None:
    client.force_login(people.olga())
    said(client, ines, "ban", "Fraud")
    assert said(client, ines, "ban", "Fraud again") == "Ines Brandt is banned already."
    assert Event.objects.filter(noun="contact").count() == 1
