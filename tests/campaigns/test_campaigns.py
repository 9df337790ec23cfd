"""Campaigns are listed, made, changed and moved from draft to ended, by those who may."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.states import State, state_now
from core.events.models import Event
from tests import factories, people

pytestmark = pytest.mark.django_db

GIVEN = {
    "name": "Spring friends",
    "uid": "spring",
    "description": "Bring a friend 🎉",
    "landing_page": "https://shop.example.com/spring",
    "currency": "EUR",
    "starts_at": "2026-03-01T00:00",
    "ends_at": "2027-06-30T18:30",
    "window_days": "30",
    "touch": "first",
    "self_referral": "flag",
    "same_company": "block",
    "disposable_email": "allow",
    "ip_burst": "flag",
}


def made(client: Client, **given: str) -> Campaign:
    answer = client.post("/campaigns/new/", {**GIVEN, **given})
    assert answer.status_code == 302, answer.context["form"].errors
    return Campaign.objects.get(pk=int(answer["Location"].strip("/").rpartition("/")[2]))


def test_a_campaign_is_made_as_a_draft(client: Client) -> None:
    olga = people.olga()
    client.force_login(olga)
    spring = made(client)
    assert (spring.uid, spring.name, spring.currency, spring.window_days) == (
        "spring",
        "Spring friends",
        "EUR",
        30,
    )
    assert spring.starts_at == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert spring.ends_at == dt.datetime(2027, 6, 30, 18, 30, tzinfo=dt.UTC)
    assert (spring.touch, spring.self_referral, state_now(spring)) == ("first", "flag", State.DRAFT)
    event = Event.objects.get()
    assert (event.kind, event.noun, event.noun_id, event.actor_id) == (
        "campaign_created",
        "campaign",
        spring.pk,
        olga.pk,
    )
    page = client.get(f"/campaigns/{spring.pk}/").content.decode()
    assert "30 days" in page
    assert "First click" in page
    assert f'action="/campaigns/{spring.pk}/launch/"' in page


def test_times_are_those_of_the_program(client: Client) -> None:
    client.force_login(people.olga())
    client.post("/settings/program/", {"name": "A", "currency": "JPY", "time_zone": "Europe/Berlin"})
    spring = made(client)
    assert spring.starts_at == dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)
    form = client.get(f"/campaigns/{spring.pk}/edit/").content.decode()
    assert 'value="2026-03-01T00:00"' in form
    assert "The program’s (JPY)" in form


def test_a_uid_is_made_from_the_name_where_none_is_given(client: Client) -> None:
    client.force_login(people.olga())
    assert made(client, uid="").uid == "spring-friends"
    assert made(client, uid="").uid == "spring-friends-2"
    assert made(client, uid="", name="Élan — Été").uid == "elan-ete"
    answer = client.post("/campaigns/new/", {**GIVEN, "uid": "", "name": "שלום"})
    assert answer.status_code == 422
    assert "no letters that it could be made of" in answer.content.decode()


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("name", "", "This field is required"),
        ("name", "x" * 121, "at most 120"),
        ("name", "a\x00b", "Null characters"),
        ("uid", "SPRING", "There is a campaign with this uid."),
        ("uid", "has space", "Letters, digits, hyphens"),
        ("uid", "x" * 65, "at most 64"),
        ("uid", "🎉", "Letters, digits, hyphens"),
        ("landing_page", "javascript:alert(1)", "begins with https://"),
        ("landing_page", "ftp://example.com/", "begins with https://"),
        ("landing_page", "https://example.com/" + "x" * 500, "at most 500"),
        ("currency", "ZZZ", "Select a valid choice"),
        ("window_days", "0", "greater than or equal to 1"),
        ("window_days", "366", "less than or equal to 365"),
        ("window_days", "ninety", "Enter a whole number"),
        ("starts_at", "1900-01-01T00:00", "from 2000 to 2199"),
        ("ends_at", "9999-12-31T23:59", "from 2000 to 2199"),
        ("ends_at", "2026-03-01T00:00", "ends after it starts"),
        ("ends_at", "soon", "Enter a valid date"),
        ("touch", "middle", "Select a valid choice"),
    ],
)
def test_bad_facts_are_refused_at_their_field(client: Client, field: str, value: str, words: str) -> None:
    client.force_login(people.olga())
    factories.campaign("Spring")
    answer = client.post("/campaigns/new/", {**GIVEN, "uid": "other", field: value})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert Campaign.objects.count() == 1
    assert not Event.objects.exists()


def test_a_change_is_noted_from_old_to_new(client: Client) -> None:
    client.force_login(people.marc())
    spring = made(client)
    changed = {**GIVEN, "name": "Spring crew", "window_days": "60", "ends_at": "", "uid": "other"}
    assert client.post(f"/campaigns/{spring.pk}/edit/", changed).status_code == 302
    spring.refresh_from_db()
    assert (spring.name, spring.window_days, spring.ends_at, spring.uid) == (
        "Spring crew",
        60,
        None,
        "spring",
    )
    event = Event.objects.latest("id")
    assert event.data == {
        "changed": {
            "name": ["Spring friends", "Spring crew"],
            "ends_at": ["2027-06-30T18:30:00+00:00", None],
            "window_days": [30, 60],
        }
    }
    client.post(f"/campaigns/{spring.pk}/edit/", changed)
    assert Event.objects.filter(kind="campaign_changed").count() == 1
    page = client.get(f"/campaigns/{spring.pk}/").content.decode()
    assert "End: 30 Jun 2027, 18:30 → nothing" in page
    assert "Tracking window: 30 days → 60 days" in page
    assert client.post(f"/campaigns/{spring.pk}/edit/", {**GIVEN, "name": ""}).status_code == 422


def move(client: Client, campaign: Campaign, name: str) -> tuple[State, str]:
    """The state after a move, and what the next page says of it."""
    answer = client.post(f"/campaigns/{campaign.pk}/{name}/", follow=True)
    campaign.refresh_from_db()
    return state_now(campaign), [str(message) for message in answer.context["messages"]][-1]


def test_from_draft_to_ended(client: Client) -> None:
    client.force_login(people.olga())
    spring = made(client)
    assert move(client, spring, "pause") == (State.DRAFT, "This campaign is draft now.")
    assert move(client, spring, "end")[0] == State.DRAFT
    assert move(client, spring, "launch") == (State.ACTIVE, "“Spring friends” is launched.")
    assert move(client, spring, "launch") == (State.ACTIVE, "This campaign is active now.")
    assert move(client, spring, "pause")[0] == State.PAUSED
    assert spring.state_at(timezone.now() - dt.timedelta(hours=1)) == "active"
    assert move(client, spring, "resume")[0] == State.ACTIVE
    assert move(client, spring, "end")[0] == State.ENDED
    assert move(client, spring, "resume") == (State.ENDED, "This campaign is ended now.")
    assert [event.kind for event in Event.objects.order_by("id")] == [
        "campaign_created",
        "campaign_launched",
        "campaign_paused",
        "campaign_resumed",
        "campaign_ended",
    ]
    later = {**GIVEN, "ends_at": "2028-01-01T00:00"}
    client.post(f"/campaigns/{spring.pk}/edit/", later)
    spring.refresh_from_db()
    assert state_now(spring) == State.ACTIVE


def test_a_launch_before_the_start_waits_and_one_after_the_end_is_refused(client: Client) -> None:
    client.force_login(people.olga())
    soon = made(client, starts_at="2190-01-01T00:00", ends_at="")
    assert move(client, soon, "launch")[0] == State.SCHEDULED
    assert move(client, soon, "end") == (State.SCHEDULED, "This campaign is scheduled now.")
    over = made(client, uid="over", starts_at="2025-01-01T00:00", ends_at="2025-02-01T00:00")
    assert move(client, over, "launch") == (
        State.DRAFT,
        "Its end lies in the past. Change that first.",
    )


def states(client: Client, query: str = "") -> dict[str, str]:
    answer = client.get(f"/campaigns/export/?columns=uid,state&format=csv{query}")
    lines = b"".join(answer.streaming_content).decode().split()[1:]  # type: ignore[attr-defined]
    return dict(line.split(",") for line in lines)


def test_the_list_tells_and_filters_the_state(client: Client) -> None:
    client.force_login(people.anna())
    long_ago, soon = factories.LONG_AGO, timezone.now() + dt.timedelta(days=9)
    fields: dict[str, dict[str, Any]] = {
        "draft": {"launched_at": None, "ends_at": soon},
        "scheduled": {"starts_at": soon},
        "active": {"paused_from": long_ago, "paused_until": long_ago + dt.timedelta(days=1)},
        "paused": {"paused_from": long_ago},
        "ended": {"ends_at": long_ago, "paused_from": long_ago},
    }
    for uid, given in fields.items():
        factories.campaign(uid.title(), **given)
    assert states(client) == {uid: uid for uid in fields}
    assert {one.uid: state_now(one).value for one in Campaign.objects.all()} == states(client)
    for uid in fields:
        assert states(client, f"&state={uid}") == {uid: uid}
    assert set(states(client, "&state__not=ended")) == {"draft", "scheduled", "active", "paused"}
    assert set(states(client, "&state__in=draft,active")) == {"draft", "active"}
    assert set(states(client, "&q=au")) == {"paused"}


def test_the_list_counts_advocates_in_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(people.olga())
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer <b>")
    for n in range(3):
        factories.enrollment(factories.contact(f"Person {n}"), spring)
    gone = factories.contact("Ira Inactive")
    factories.enrollment(gone, spring, inactive_from=factories.LONG_AGO)
    for query in ("", "?sort=-starts", "?sort=ends&state=active", "?q=sp", "?sort=uid"):
        with django_assert_max_num_queries(6):
            page = client.get(f"/campaigns/{query}").content.decode()
    page = client.get("/campaigns/").content.decode()
    assert 'href="/advocates/?campaign=spring&amp;active=yes">3</a>' in page
    assert "Summer &lt;b&gt;" in page
    shown = client.get(f"/campaigns/{spring.pk}/").context["numbers"]
    assert shown == {"enrolled": 4, "active": 3}
    assert client.get(f"/campaigns/{summer.pk}/").context["numbers"] == {"enrolled": 0, "active": 0}


def test_an_analyst_looks_and_changes_nothing(client: Client) -> None:
    client.force_login(people.anna())
    spring = factories.campaign("Spring")
    page = client.get(f"/campaigns/{spring.pk}/").content.decode()
    assert "/edit/" not in page
    assert "/pause/" not in page
    assert "New campaign" not in client.get("/campaigns/").content.decode()
    for path in ("new/", f"{spring.pk}/edit/", f"{spring.pk}/pause/", f"{spring.pk}/end/"):
        assert client.post(f"/campaigns/{path}", GIVEN).status_code == 403
    spring.refresh_from_db()
    assert state_now(spring) == State.ACTIVE


def test_the_limited_see_and_change_their_campaigns_only(client: Client) -> None:
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    client.force_login(factories.limit_to(people.marc(), spring))
    assert set(states(client)) == {"spring"}
    assert client.get(f"/campaigns/{spring.pk}/").status_code == 200
    assert client.post(f"/campaigns/{spring.pk}/edit/", {**GIVEN, "name": "Ours"}).status_code == 302
    for path in ("", "edit/"):
        assert client.get(f"/campaigns/{summer.pk}/{path}").status_code == 404
    for path in ("edit/", "pause/", "end/"):
        assert client.post(f"/campaigns/{summer.pk}/{path}", GIVEN).status_code == 404
    assert client.post("/campaigns/new/", {**GIVEN, "uid": "mine"}).status_code == 403
    assert "New campaign" not in client.get("/campaigns/").content.decode()
    assert set(Campaign.objects.values_list("name", flat=True)) == {"Ours", "Summer"}
