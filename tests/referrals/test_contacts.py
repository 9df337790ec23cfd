"""Contacts are listed, added and changed, by those who may, and nothing is lost on the way."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from core.events.models import Event
from referrals.models import Contact, Enrollment
from tests import factories, people
from tests.referrals.listed import column, taken

pytestmark = pytest.mark.django_db

GIVEN = {
    "first_name": " Mia ",
    "last_name": "Keller",
    "email": "Mia.Keller@Example.com",
    "uid": "C-77",
    "flagged": "",
    "campaign": "",
}


def test_a_contact_is_added_as_a_prospect(client: Client) -> None:
    marc = people.marc()
    client.force_login(marc)
    answer = client.post("/contacts/new/", GIVEN)
    mia = Contact.objects.get()
    assert answer["Location"] == f"/contacts/{mia.pk}/"
    assert (mia.first_name, mia.last_name, mia.email, mia.uid, mia.status) == (
        "Mia",
        "Keller",
        "mia.keller@example.com",
        "C-77",
        "prospect",
    )
    event = Event.objects.get()
    assert (event.kind, event.noun, event.noun_id, event.actor_id) == (
        "contact_created",
        "contact",
        mia.pk,
        marc.pk,
    )
    assert event.data == {}
    assert event.personal == {
        "first_name": "Mia",
        "last_name": "Keller",
        "email": "mia.keller@example.com",
        "uid": "C-77",
    }


def test_an_added_contact_may_be_enrolled_at_once(client: Client) -> None:
    client.force_login(people.marc())
    spring = factories.campaign("Spring")
    client.post("/contacts/new/", {**GIVEN, "campaign": "spring"})
    mia = Contact.objects.get()
    enrollment = Enrollment.objects.get()
    assert (enrollment.contact, enrollment.campaign, mia.status) == (mia, spring, "enrolled")
    page = client.get(f"/contacts/{mia.pk}/").content.decode()
    assert f"http://testserver/r/{enrollment.codes.get().code}" in page
    assert f'href="/orders/?customer={mia.pk}"' in page
    assert f'href="/orders/?advocate={mia.pk}"' in page
    assert "Spring: enrolled with code" in page


@pytest.mark.parametrize(
    "given, field, words",
    [
        ({"email": "", "uid": ""}, "email", "needs an e-mail address or a uid"),
        ({"email": "no address"}, "email", "valid email"),
        ({"email": "NOAH@example.com"}, "email", "There is a contact with this e-mail already."),
        ({"uid": "N-1"}, "uid", "There is a contact with this uid already."),
        ({"uid": "x" * 300}, "uid", "at most 255"),
        ({"email": f"{'x' * 300}@example.com"}, "email", "at most 254"),
        ({"first_name": "x" * 121}, "first_name", "at most 120"),
        ({"first_name": "a\x00b"}, "first_name", "Null characters"),
        ({"uid": "a\x00b"}, "uid", "Null characters"),
        ({"campaign": "nothing"}, "campaign", "Select a valid choice"),
        ({"campaign": "a\x00b"}, "campaign", "Null characters"),
    ],
)
def test_bad_facts_are_refused_at_their_field(
    client: Client, given: dict[str, str], field: str, words: str
) -> None:
    client.force_login(people.marc())
    factories.contact("Noah", email="noah@example.com", uid="N-1")
    answer = client.post("/contacts/new/", {**GIVEN, **given})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert 'value="Keller"' in answer.content.decode()
    assert Contact.objects.count() == 1
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["🎉 Zoë", "שלום", "‮evil", "<script>alert(1)</script>", "O'Hara \\ %_"])
def test_any_name_is_kept_and_shown_as_text(client: Client, name: str) -> None:
    client.force_login(people.marc())
    client.post("/contacts/new/", {**GIVEN, "first_name": name, "last_name": ""})
    mia = Contact.objects.get()
    assert mia.first_name == name
    for path in ("/contacts/", f"/contacts/{mia.pk}/", f"/contacts/{mia.pk}/edit/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
    assert column(client, "/contacts/", "email", "&q=mia.kel") == ["mia.keller@example.com"]


def test_a_change_is_noted_from_old_to_new_as_personal_values(client: Client) -> None:
    client.force_login(people.marc())
    mia = factories.contact("Mia Keller")
    changed = {**GIVEN, "email": "MIA@new.example.com", "uid": "", "flagged": "on"}
    assert client.post(f"/contacts/{mia.pk}/edit/", changed).status_code == 302
    mia.refresh_from_db()
    assert (mia.email, mia.uid, mia.flagged) == ("mia@new.example.com", None, True)
    event = Event.objects.get()
    assert (event.kind, event.data) == ("contact_changed", {"fields": ["email", "flagged"], "flagged": True})
    assert event.personal == {"changed": {"email": ["mia.keller@example.com", "mia@new.example.com"]}}
    client.post(f"/contacts/{mia.pk}/edit/", changed)
    assert Event.objects.count() == 1
    page = client.get(f"/contacts/{mia.pk}/").content.decode()
    assert "E-mail: mia.keller@example.com → mia@new.example.com" in page
    Event.objects.update(personal=None)
    assert "E-mail changed" in client.get(f"/contacts/{mia.pk}/").content.decode()


def test_an_erased_contact_is_shown_and_not_changed(client: Client) -> None:
    client.force_login(people.marc())
    gone = factories.contact("Mia Keller")
    Contact.objects.filter(pk=gone.pk).update(
        email=None, first_name="", last_name="", erased_at=factories.NOON
    )
    page = client.get(f"/contacts/{gone.pk}/").content.decode()
    assert f"Erased contact {gone.pk}" in page
    assert f"Erased contact {gone.pk}" in client.get("/contacts/").content.decode()
    assert "/edit/" not in page
    assert client.post(f"/contacts/{gone.pk}/edit/", GIVEN).status_code == 422
    gone.refresh_from_db()
    assert gone.email is None
    assert not Event.objects.exists()


@pytest.fixture
def crowd() -> dict[str, Contact]:
    """Ada and Ben refer in Spring, Ben in Summer too; Cleo buys; Dan is banned; Zoe stands for Ada by now."""
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    crowd = {
        name: factories.contact(name, created_at=factories.NOON - dt.timedelta(days=age), uid=f"u-{age}")
        for age, name in enumerate(["Ada", "Ben", "Cleo", "Dan", "Zoe"])
    }
    factories.enrollment(crowd["Ada"], spring)
    factories.enrollment(crowd["Ben"], spring)
    factories.enrollment(crowd["Ben"], summer)
    Contact.objects.filter(pk=crowd["Dan"].pk).update(status="banned", flagged=True, uid=None)
    Contact.objects.filter(pk=crowd["Zoe"].pk).update(merged_into=crowd["Ada"])
    return crowd


@pytest.mark.parametrize(
    "query, names",
    [
        ("", ["Ada", "Ben", "Cleo", "Dan"]),
        ("&sort=-name", ["Dan", "Cleo", "Ben", "Ada"]),
        ("&sort=email", ["Ada", "Ben", "Cleo", "Dan"]),
        ("&sort=-uid", ["Cleo", "Ben", "Ada", "Dan"]),
        ("&sort=status", ["Dan", "Ada", "Ben", "Cleo"]),
        ("&sort=added", ["Dan", "Cleo", "Ben", "Ada"]),
        ("&status=banned", ["Dan"]),
        ("&status__not=enrolled", ["Cleo", "Dan"]),
        ("&campaign=spring", ["Ada", "Ben"]),
        ("&campaign__in=spring,summer", ["Ada", "Ben"]),
        ("&campaign__not=summer", ["Ada", "Cleo", "Dan"]),
        ("&campaign__empty=1", ["Cleo", "Dan"]),
        ("&campaign__empty=0", ["Ada", "Ben"]),
        ("&campaign=winter", ["Ada", "Ben", "Cleo", "Dan"]),
        ("&added__lte=2026-11-18", ["Cleo", "Dan"]),
        ("&flagged=yes", ["Dan"]),
        ("&q=CLEO", ["Cleo"]),
        ("&q=u-1", ["Ben"]),
        ("&q=d", ["Dan"]),
        ("&q=ben&status=banned", []),
    ],
)
def test_the_list_sorts_filters_and_searches(
    client: Client, crowd: dict[str, Contact], query: str, names: list[str]
) -> None:
    client.force_login(people.anna())
    assert column(client, "/contacts/", "name", query) == names


def test_a_page_takes_few_queries(
    client: Client, crowd: dict[str, Contact], django_assert_max_num_queries: Any
) -> None:
    client.force_login(factories.limit_to(people.anna(), *factories.Campaign.objects.all()))
    for query in ("", "?sort=email", "?campaign=spring", "?q=ada&sort=-uid", "?status=banned&sort=name"):
        with django_assert_max_num_queries(6):
            assert client.get(f"/contacts/{query}").status_code == 200


def test_the_limited_see_who_meets_their_campaigns(client: Client, crowd: dict[str, Contact]) -> None:
    summer = factories.Campaign.objects.get(uid="summer")
    client.force_login(factories.limit_to(people.marc(), summer))
    winter = factories.campaign("Winter")
    factories.order("O-1", crowd["Cleo"], campaign=summer)
    factories.order("O-2", crowd["Dan"], campaign=None)
    referred = factories.contact("Eve")
    factories.attribution(crowd["Ada"], referred, summer)
    factories.attribution(crowd["Ada"], crowd["Dan"], winter)
    assert sorted(column(client, "/contacts/", "name")) == ["Ada", "Ben", "Cleo", "Eve"]
    assert client.get(f"/contacts/{crowd['Dan'].pk}/").status_code == 404
    assert client.post(f"/contacts/{crowd['Dan'].pk}/edit/", GIVEN).status_code == 404
    page = client.get(f"/contacts/{crowd['Ben'].pk}/").content.decode()
    assert "Summer" in page
    assert "Spring" not in page
    assert "campaigns that you do not see" in page
    for path in ("edit/", "ban/", "unsubscribe/", "readmit/"):
        answer = client.post(f"/contacts/{crowd['Ben'].pk}/{path}", {**GIVEN, "reason": "x"})
        assert answer.status_code == 403
    assert client.get(f"/contacts/{crowd['Cleo'].pk}/edit/").status_code == 200
    crowd["Ben"].refresh_from_db()
    assert crowd["Ben"].status == "enrolled"


def test_the_limited_add_contacts_to_their_campaigns_only(client: Client) -> None:
    spring = factories.campaign("Spring")
    factories.campaign("Summer")
    client.force_login(factories.limit_to(people.marc(), spring))
    for campaign, words in (("", "required"), ("summer", "valid choice")):
        answer = client.post("/contacts/new/", {**GIVEN, "campaign": campaign})
        assert words in " ".join(answer.context["form"].errors["campaign"])
    assert not Contact.objects.exists()
    assert client.post("/contacts/new/", {**GIVEN, "campaign": "spring"}).status_code == 302
    assert column(client, "/contacts/", "name") == ["Mia Keller"]


def test_an_analyst_looks_and_changes_nothing(client: Client) -> None:
    client.force_login(people.anna())
    mia = factories.contact("Mia Keller")
    page = client.get(f"/contacts/{mia.pk}/").content.decode()
    assert "/edit/" not in page
    assert "/ban/" not in page
    assert "New contact" not in client.get("/contacts/").content.decode()
    for path in ("new/", f"{mia.pk}/edit/", f"{mia.pk}/ban/", f"{mia.pk}/unsubscribe/", f"{mia.pk}/readmit/"):
        assert client.post(f"/contacts/{path}", {**GIVEN, "reason": "x"}).status_code == 403
    assert taken(client, "/contacts/")[0]["email"] == "mia.keller@example.com"
