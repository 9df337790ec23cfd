"""Settings of the program, and who sees which campaign."""

import pytest
from django.test import Client

from campaigns import access
from campaigns.models import Campaign, CampaignAccess
from campaigns.program import program
from core.events.models import Event
from tests import people

pytestmark = pytest.mark.django_db


def test_the_program_is_named_and_the_change_noted(client: Client) -> None:
    client.force_login(people.olga())
    given = {"name": "Acme friends", "currency": "EUR", "time_zone": "Europe/Berlin"}
    assert client.post("/settings/program/", given).status_code == 302
    kept = program()
    assert (kept.name, kept.currency, kept.time_zone) == ("Acme friends", "EUR", "Europe/Berlin")
    event = Event.objects.get(noun="program")
    assert event.data["changed"]["currency"] == ["USD", "EUR"]
    client.post("/settings/program/", given)
    assert Event.objects.filter(noun="program").count() == 1


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"name": "x" * 81}, {"name": "a\x00"}, {"currency": "ZZZ"}, {"time_zone": "Moon/Base"}],
)
def test_bad_settings_are_refused(client: Client, bad: dict[str, str]) -> None:
    client.force_login(people.olga())
    given = {"name": "Acme", "currency": "EUR", "time_zone": "Europe/Berlin"} | bad
    assert client.post("/settings/program/", given).status_code == 422
    assert program().currency == "USD"


def test_a_seat_is_limited_by_a_form_that_pages_load_into_themselves(client: Client) -> None:
    client.force_login(people.olga())
    anna = people.anna()
    spring, vip = (Campaign.objects.create(uid=uid, name=uid.title()) for uid in ("spring", "vip"))
    address = f"/settings/access/user/{anna.pk}/"
    assert f'hx-get="{address}"' in client.get(f"/settings/team/{anna.pk}/").content.decode()
    slot = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in slot
    assert "Spring" in slot
    assert "<html" in client.get(address).content.decode()
    client.post(address, {"reach": "some", "campaigns": [vip.pk]})
    anna.refresh_from_db()
    assert list(access.visible_to(anna)) == [vip]
    event = Event.objects.get(noun="user")
    assert event.data == {"all_campaigns": [True, False], "campaigns": [[], ["vip"]]}
    client.post(address, {"reach": "all", "campaigns": [spring.pk]})
    anna.refresh_from_db()
    assert list(access.visible_to(anna)) == [spring, vip]
    assert not CampaignAccess.objects.exists()


def test_an_owner_is_not_limited(client: Client) -> None:
    olga = people.olga()
    client.force_login(olga)
    spring = Campaign.objects.create(uid="spring", name="Spring")
    client.post(f"/settings/access/user/{olga.pk}/", {"reach": "some", "campaigns": [spring.pk]})
    olga.refresh_from_db()
    assert olga.all_campaigns
    assert not CampaignAccess.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"reach": "some", "campaigns": ["999999"]},
        {"reach": "some", "campaigns": ["x"]},
        {"reach": "sideways"},
    ],
)
def test_bad_choices_are_refused(client: Client, bad: dict[str, object]) -> None:
    client.force_login(people.olga())
    anna = people.anna()
    assert client.post(f"/settings/access/user/{anna.pk}/", bad).status_code == 422
    assert client.get("/settings/access/emperor/1/").status_code == 404
