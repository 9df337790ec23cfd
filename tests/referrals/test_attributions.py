"""Attributions on the screen: listed, made, ended, brought back; existing orders never change."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from core.events.log import SYSTEM
from core.events.models import Event
from orders.models import Order
from referrals import people as persons
from referrals import referring, tying
from referrals.models import Contact, Enrollment, ReferralAttribution
from referrals.referring import AttributionRefused
from tests import factories, people
from tests.orders.program import record
from tests.racing import race
from tests.referrals.listed import column

pytestmark = pytest.mark.django_db

LIST = "/attributions/"


@pytest.fixture
def spring() -> Campaign:
    return factories.campaign("Spring")


@pytest.fixture
def ada(spring: Campaign) -> Contact:
    person = factories.contact("Ada Adler")
    factories.code("ADA", factories.enrollment(person, spring))
    return person


@pytest.fixture
def eve(spring: Campaign) -> Contact:
    person = factories.contact("Eve Evers")
    factories.code("EVE", factories.enrollment(person, spring))
    return person


@pytest.fixture
def mia() -> Contact:
    return factories.contact("Mia Keller")


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def make(manager: Client, contact: Any, advocate: Any, campaign: str = "spring", **more: Any) -> Any:
    data = {"contact": contact, "advocate": advocate, "campaign": campaign, "reason": "They told us", **more}
    return manager.post(f"{LIST}new/", data)


def active() -> list[str]:
    rows = ReferralAttribution.objects.filter(is_active=True).order_by("pk")
    return [str(one) for one in rows]


def facts_of_orders() -> list[tuple[Any, ...]]:
    names = ("order_id", "referral_attribution_id", "advocate_id", "campaign_id", "reason", "updated_at")
    return list(Order.objects.order_by("pk").values_list(*names))


@pytest.mark.parametrize(
    ("query", "who"),
    [
        ("", ["mia.keller@example.com", "noa.nils@example.com", "otto.otis@example.com"]),
        ("active=no", ["noa.nils@example.com"]),
        ("flagged=yes", ["otto.otis@example.com"]),
        ("advocate=eve.evers@example.com", ["otto.otis@example.com"]),
        ("contact=mia.keller@example.com", ["mia.keller@example.com"]),
        ("campaign__not=spring", []),
        ("source=csv", ["otto.otis@example.com"]),
        ("referred__gte=2026-11-19", ["mia.keller@example.com"]),
        ("q=evers", ["otto.otis@example.com"]),
        ("q=nils", ["noa.nils@example.com"]),
        ("sort=-contact", ["otto.otis@example.com", "noa.nils@example.com", "mia.keller@example.com"]),
        ("sort=advocate", ["noa.nils@example.com", "mia.keller@example.com", "otto.otis@example.com"]),
    ],
)
def test_attributions_are_filtered_and_sorted(
    manager: Client, spring: Campaign, ada: Contact, eve: Contact, mia: Contact, query: str, who: list[str]
) -> None:
    factories.attribution(ada, mia, spring, referred_at=factories.NOON)
    day = dt.timedelta(days=1)
    noa, otto = factories.contact("Noa Nils"), factories.contact("Otto Otis")
    factories.attribution(
        ada,
        noa,
        spring,
        referred_at=factories.NOON - 2 * day,
        is_active=False,
        deactivated_at=factories.NOON,
    )
    factories.attribution(eve, otto, spring, referred_at=factories.NOON - 3 * day, flagged=True, source="csv")
    assert column(manager, LIST, "customer_email", f"&{query}") == who
    assert manager.get(f"{LIST}?{query}").status_code == 200


def test_a_new_one_counts_for_new_orders_only(
    manager: Client, spring: Campaign, ada: Contact, mia: Contact
) -> None:
    record("OLD-1", customer_email=mia.email, campaign_uid="spring")
    before = facts_of_orders()
    ahead = manager.post(
        f"{LIST}new/preview/", {"contact": mia.pk, "advocate": ada.pk, "campaign": "spring"}
    ).content.decode()
    assert "<b>1 existing order</b> of Mia Keller’s in Spring stays as it is." in ahead
    assert "New orders only:" in ahead
    assert not ReferralAttribution.objects.exists()

    answer = make(manager, mia.pk, ada.pk)
    tie = ReferralAttribution.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{tie.pk}/")
    assert (tie.advocate, tie.contact, tie.campaign, tie.source) == (ada, mia, spring, "dashboard")
    assert facts_of_orders() == before
    event = Event.objects.get(noun="attribution", noun_id=tie.pk)
    assert (event.kind, event.data["why"], event.actor_label) == (
        "attribution_created", "They told us", "Marc Manager",
    )  # fmt: skip
    # The old order told again stays as it is; a new one is Ada's, without a code.
    record("OLD-1", customer_email=mia.email, campaign_uid="spring")
    assert facts_of_orders() == before
    new = record("NEW-1", customer_email=mia.email, campaign_uid="spring", ordered_at=None)
    assert (new.referral_attribution_id, new.reason) == (tie.pk, "first_touch")


def test_only_one_is_active_and_another_takes_its_place_when_told(
    manager: Client, spring: Campaign, ada: Contact, eve: Contact, mia: Contact
) -> None:
    first = factories.attribution(ada, mia, spring)
    order = record("A-1", customer_email=mia.email, campaign_uid="spring")
    before = facts_of_orders()
    refused = make(manager, mia.pk, eve.pk)
    assert refused.status_code == 422
    assert "Ada Adler is the advocate of Mia Keller in Spring already." in refused.content.decode()
    assert active() == ["Ada Adler → Mia Keller in Spring"]

    assert make(manager, mia.pk, eve.pk, replace="on").status_code == 302
    assert active() == ["Eve Evers → Mia Keller in Spring"]
    assert facts_of_orders() == before
    assert order.referral_attribution_id == first.pk
    kinds = Event.objects.filter(noun="attribution").order_by("pk").values_list("noun_id", "kind")
    second = ReferralAttribution.objects.get(advocate=eve)
    assert list(kinds)[-2:] == [
        (first.pk, "attribution_deactivated"),
        (second.pk, "attribution_created"),
    ]
    # Back again, by the page of the first.
    page = manager.get(f"{LIST}{first.pk}/").content.decode()
    assert "Deactivate the attribution of Eve Evers with it" in page
    manager.post(f"{LIST}{first.pk}/activate/", {"reason": "A mistake"})
    assert active() == ["Eve Evers → Mia Keller in Spring"]
    manager.post(f"{LIST}{first.pk}/activate/", {"reason": "A mistake", "replace": "on"})
    assert active() == ["Ada Adler → Mia Keller in Spring"]
    assert facts_of_orders() == before


def test_an_end_needs_a_reason_and_touches_no_order(
    manager: Client, spring: Campaign, ada: Contact, mia: Contact
) -> None:
    tie = factories.attribution(ada, mia, spring)
    record("A-1", customer_email=mia.email, campaign_uid="spring")
    before = facts_of_orders()
    manager.post(f"{LIST}{tie.pk}/deactivate/", {"reason": " \x00 "})
    assert active()
    manager.post(f"{LIST}{tie.pk}/deactivate/", {"reason": "Asked for it"})
    assert not active()
    assert facts_of_orders() == before
    page = manager.get(f"{LIST}{tie.pk}/").content.decode()
    assert "“Asked for it”" in page
    assert "<b>1 existing order</b>" in page
    assert f"/orders/?attribution={tie.pk}" in page
    assert "A-1" in manager.get(f"/orders/?attribution={tie.pk}").content.decode()
    record("A-2", customer_email=mia.email, campaign_uid="spring", ordered_at=None)
    assert "A-2" not in manager.get(f"/orders/?attribution={tie.pk}").content.decode()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"contact": "nobody@example.com"}, "contact", "There is no such contact."),
        ({"advocate": "x" * 10_000}, "advocate", "at most 255 characters"),
        ({"campaign": "winter"}, "campaign", "Select a valid choice"),
        ({"reason": ""}, "reason", "Say why"),
        ({"reason": "x" * 501}, "reason", "at most 500"),
        ({"referred_at": "1999-01-01T00:00"}, "referred_at", "between the year 2000 and now"),
        ({"referred_at": "2190-01-01T00:00"}, "referred_at", "between the year 2000 and now"),
        ({"advocate": "mia.keller@example.com"}, "advocate", "the same person"),
        ({"advocate": "🎉"}, "advocate", "There is no such contact."),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    manager: Client,
    spring: Campaign,
    ada: Contact,
    mia: Contact,
    change: dict[str, str],
    field: str,
    words: str,
) -> None:
    data = {"contact": mia.pk, "advocate": ada.pk, "campaign": "spring", "reason": "So", **change}
    answer = manager.post(f"{LIST}new/", data)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert not ReferralAttribution.objects.exists()


def test_whoever_was_banned_since_the_preview_is_refused(
    manager: Client, spring: Campaign, ada: Contact, mia: Contact
) -> None:
    data = {"contact": mia.pk, "advocate": ada.pk, "campaign": "spring"}
    assert "New orders only" in manager.post(f"{LIST}new/preview/", data).content.decode()
    persons.ban(ada.pk, reason="Fraud", by=SYSTEM, source="dashboard")
    answer = make(manager, mia.pk, ada.pk)
    assert "Ada Adler is banned." in answer.content.decode()
    assert not ReferralAttribution.objects.exists()


def test_whoever_refers_nowhere_yet_starts_to(manager: Client, spring: Campaign, mia: Contact) -> None:
    vera = factories.contact("Vera Voss")
    assert make(manager, mia.pk, vera.pk).status_code == 302
    assert Enrollment.objects.filter(contact=vera, campaign=spring).exists()


def test_the_limited_see_and_change_those_of_their_campaigns(
    client: Client, spring: Campaign, ada: Contact, mia: Contact
) -> None:
    winter = factories.campaign("Winter")
    tie = factories.attribution(ada, mia, spring)
    client.force_login(factories.limit_to(people.marc(), winter))
    assert column(client, LIST, "customer_email") == []
    assert client.get(f"{LIST}{tie.pk}/").status_code == 404
    for act in ("deactivate", "activate"):
        assert client.post(f"{LIST}{tie.pk}/{act}/", {"reason": "x"}).status_code == 404
    assert make(client, mia.pk, ada.pk).status_code == 422
    assert f"There is no attribution “{tie.pk}”." in client.get(
        f"/orders/?attribution={tie.pk}"
    ).content.decode().replace("&quot;", '"')


def test_analysts_look_and_change_nothing(
    client: Client, spring: Campaign, ada: Contact, mia: Contact
) -> None:
    tie = factories.attribution(ada, mia, spring)
    client.force_login(people.anna())
    page = client.get(f"{LIST}{tie.pk}/").content.decode()
    assert "Deactivate…" not in page
    assert client.post(f"{LIST}{tie.pk}/deactivate/", {"reason": "x"}).status_code == 403
    assert make(client, mia.pk, ada.pk).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_eight_racing_managers_leave_one_active(spring: Campaign, mia: Contact) -> None:
    advocates = [factories.contact(f"Advocate {letter}") for letter in "ABCDEFGH"]
    for one in advocates:
        factories.enrollment(one, spring)

    def act(number: int) -> str:
        try:
            tying.tie(
                advocates[number], mia, spring, reason="Race", replace=False, by=SYSTEM, source="dashboard"
            )
        except AttributionRefused as refusal:
            return refusal.field
        return "made"

    answers = race(act, range(8))
    assert sorted(answers) == ["made"] + ["replace"] * 7
    assert ReferralAttribution.objects.filter(contact=mia, is_active=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_racing_activations_are_answered_kindly(
    spring: Campaign, ada: Contact, eve: Contact, mia: Contact
) -> None:
    ties = [
        factories.attribution(one, mia, spring, is_active=False, deactivated_at=factories.NOON)
        for one in (ada, eve)
    ]

    def act(number: int) -> str:
        try:
            tying.activate(ties[number % 2].pk, reason="Race", replace=False, by=SYSTEM, source="dashboard")
        except AttributionRefused as refusal:
            return str(refusal)
        return "active"

    answers = race(act, range(8))
    assert len(active()) == 1
    assert answers.count("active") == 4
    assert all("attribution" in one or one == "active" for one in answers)
    referring.deactivate(ties[0].pk, by=SYSTEM, source="dashboard")
