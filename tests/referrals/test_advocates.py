"""Advocates are enrolled, paused and given codes on their screens."""

from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign
from core.events.models import Event
from referrals.models import Contact, Enrollment, ReferralCode
from tests import factories, people
from tests.referrals.listed import column, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia() -> Contact:
    """She is a prospect; there are Spring and Summer, and Tom has the code TOM10 in Spring."""
    spring = factories.campaign("Spring")
    factories.campaign("Summer")
    factories.code("TOM10", factories.enrollment(factories.contact("Tom Becker"), spring))
    return factories.contact("Mia Keller", uid="42")


def enrolled(client: Client, **given: Any) -> Any:
    return client.post("/advocates/new/", {"campaign": "spring", "code": "", **given})


@pytest.mark.parametrize("named", ["{pk}", "MIA.keller@example.com", " 42 "])
def test_a_contact_is_enrolled_however_named(client: Client, mia: Contact, named: str) -> None:
    client.force_login(people.marc())
    answer = enrolled(client, contact=named.format(pk=mia.pk), code=" Mia-10 ")
    made = Enrollment.objects.get(contact=mia)
    assert answer["Location"] == f"/advocates/{made.pk}/"
    assert [code.code for code in made.codes.all()] == ["Mia-10"]
    page = client.get(answer["Location"]).content.decode()
    assert "http://testserver/r/Mia-10" in page
    assert f"/orders/?advocate={mia.pk}&amp;campaign=spring" in page


@pytest.mark.parametrize(
    "given, field, words",
    [
        ({"contact": ""}, "contact", "required"),
        ({"contact": "nobody@example.com"}, "contact", "There is no such contact."),
        ({"contact": "9" * 30}, "contact", "There is no such contact."),
        ({"contact": "x" * 300}, "contact", "at most 255"),
        ({"contact": "a\x00b"}, "contact", "Null characters"),
        ({"campaign": "winter"}, "campaign", "valid choice"),
        ({"code": "tom10"}, "code", "This code is taken."),
        ({"code": "has space"}, "code", "Letters, digits, hyphens and underscores"),
        ({"code": "x" * 33}, "code", "at most 32"),
        ({"code": "🎉"}, "code", "Letters, digits"),
        ({"code": "a\x00b"}, "code", "Null characters"),
    ],
)
def test_bad_input_is_refused_at_its_field(
    client: Client, mia: Contact, given: dict[str, str], field: str, words: str
) -> None:
    client.force_login(people.marc())
    answer = enrolled(client, **{"contact": "42", **given})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert not Enrollment.objects.filter(contact=mia).exists()
    assert not Event.objects.exists()


def test_who_is_banned_is_not_enrolled(client: Client, mia: Contact) -> None:
    client.force_login(people.marc())
    Contact.objects.filter(pk=mia.pk).update(status="banned")
    answer = enrolled(client, contact="42")
    assert "Mia Keller is banned" in answer.content.decode()
    assert not Enrollment.objects.filter(contact=mia).exists()


def test_the_form_begins_with_what_the_address_says(client: Client, mia: Contact) -> None:
    client.force_login(people.marc())
    page = client.get(f"/advocates/new/?contact={mia.pk}&campaign=summer").content.decode()
    assert 'data-text="Mia Keller"' in page
    assert '<option value="summer" selected>' in page
    assert client.get("/advocates/new/?contact=%00&campaign=%00").status_code == 200


def test_an_enrolment_is_paused_and_goes_on(client: Client, mia: Contact) -> None:
    client.force_login(people.marc())
    tom = Enrollment.objects.get()
    factories.attribution(tom.contact, mia, tom.campaign)
    for way, active in (("deactivate", False), ("deactivate", False), ("activate", True), ("activate", True)):
        client.post(f"/advocates/{tom.pk}/{way}/")
        tom.refresh_from_db()
        assert tom.is_active is active
        assert column(client, "/advocates/", "active") == ["true" if active else "false"]
    assert mia.referred_by.get().is_active
    assert [event.kind for event in Event.objects.order_by("id")] == [
        "enrollment_deactivated",
        "enrollment_activated",
    ]


def test_codes_are_added_disabled_and_used_again(client: Client, mia: Contact) -> None:
    client.force_login(people.marc())
    tom = Enrollment.objects.get()
    client.post(f"/advocates/{tom.pk}/codes/", {"code": "TOM20"})
    client.post(f"/advocates/{tom.pk}/codes/", {"code": ""})
    client.post(f"/advocates/{tom.pk}/codes/", {"code": "tom20"})
    assert tom.codes.count() == 3
    first = ReferralCode.objects.get(code="TOM10")
    client.post(f"/advocates/codes/{first.pk}/disable/")
    assert tom.codes.exclude(disabled_at=None).get() == first
    assert column(client, "/advocates/", "codes")[0].startswith("TOM20, ")
    client.post(f"/advocates/codes/{first.pk}/enable/")
    assert tom.codes.filter(disabled_at=None).count() == 3
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["code_added", "code_added", "code_disabled", "code_enabled"]
    assert "Code TOM10 disabled" in client.get(f"/advocates/{tom.pk}/").content.decode()
    other = factories.enrollment(mia, tom.campaign)
    answer = client.post(f"/advocates/{other.pk}/codes/", {"code": "Tom10"})
    assert answer.status_code == 422
    assert "This code is taken." in answer.content.decode()
    assert not other.codes.exists()


@pytest.fixture
def crowd() -> None:
    """Ada (Spring), Ben (both, out of Spring), Cleo (Summer, banned)."""
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    ada, ben, cleo = (factories.contact(name) for name in ("Ada", "Ben", "Cleo"))
    for n, (person, campaign, fields) in enumerate(
        [
            (ada, spring, {}),
            (ben, spring, {"inactive_from": factories.LONG_AGO}),
            (ben, summer, {}),
            (cleo, summer, {}),
        ]
    ):
        at = factories.NOON.replace(day=20 - n)
        made = factories.enrollment(person, campaign, enrolled_at=at, **fields)
        factories.code(f"{person.first_name}-{campaign.name}", made)
    Contact.objects.filter(pk=cleo.pk).update(status="banned")


@pytest.mark.parametrize(
    "query, codes",
    [
        ("", ["Ada-Spring", "Ben-Spring", "Ben-Summer", "Cleo-Summer"]),
        ("&sort=enrolled", ["Cleo-Summer", "Ben-Summer", "Ben-Spring", "Ada-Spring"]),
        ("&sort=-advocate", ["Cleo-Summer", "Ben-Spring", "Ben-Summer", "Ada-Spring"]),
        ("&sort=campaign", ["Ben-Spring", "Ada-Spring", "Cleo-Summer", "Ben-Summer"]),
        ("&campaign=summer", ["Ben-Summer", "Cleo-Summer"]),
        ("&active=no", ["Ben-Spring"]),
        ("&active=yes&status__not=banned", ["Ada-Spring", "Ben-Summer"]),
        ("&q=cleo-s", ["Cleo-Summer"]),
        ("&q=ben@", ["Ben-Spring", "Ben-Summer"]),
        ("&q=a", ["Ada-Spring"]),
        ("&enrolled=2026-11-19", ["Ben-Spring"]),
    ],
)
def test_the_list_sorts_filters_and_searches(
    client: Client, crowd: None, query: str, codes: list[str]
) -> None:
    client.force_login(people.anna())
    assert sorted(column(client, "/advocates/", "codes", query)) == sorted(codes)
    if "sort" in query:
        assert column(client, "/advocates/", "codes", query)[0] == codes[0]


def test_a_page_takes_few_queries(client: Client, crowd: None, django_assert_max_num_queries: Any) -> None:
    client.force_login(people.anna())
    for query in ("", "?sort=advocate", "?sort=-campaign&active=yes", "?q=ben&sort=advocate"):
        with django_assert_max_num_queries(6):
            assert client.get(f"/advocates/{query}").status_code == 200
    page = client.get("/advocates/").content.decode()
    assert "Banned" in page


def test_the_limited_see_and_change_their_campaigns_only(client: Client, crowd: None) -> None:
    summer = Campaign.objects.get(uid="summer")
    client.force_login(factories.limit_to(people.marc(), summer))
    assert {row["campaign_uid"] for row in taken(client, "/advocates/")} == {"summer"}
    theirs = Enrollment.objects.get(contact__first_name="Ada")
    code = theirs.codes.get()
    assert client.get(f"/advocates/{theirs.pk}/").status_code == 404
    for path in (f"{theirs.pk}/deactivate/", f"{theirs.pk}/codes/", f"codes/{code.pk}/disable/"):
        assert client.post(f"/advocates/{path}", {"code": "X"}).status_code == 404
    answer = enrolled(client, contact="ben@example.com", campaign="spring")
    assert "valid choice" in " ".join(answer.context["form"].errors["campaign"])
    answer = enrolled(client, contact="ada@example.com", campaign="summer")
    assert "no such contact" in " ".join(answer.context["form"].errors["contact"])
    assert Enrollment.objects.count() == 4
    assert theirs.codes.count() == 1


def test_an_analyst_changes_nothing(client: Client, crowd: None) -> None:
    client.force_login(people.anna())
    one = Enrollment.objects.earliest("pk")
    assert "/deactivate/" not in client.get(f"/advocates/{one.pk}/").content.decode()
    for path in ("new/", f"{one.pk}/deactivate/", f"{one.pk}/activate/", f"{one.pk}/codes/"):
        assert client.post(f"/advocates/{path}").status_code == 403
    assert not Event.objects.exists()
