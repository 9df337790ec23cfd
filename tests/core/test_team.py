"""The team: invitations, roles, closing a seat, and the last owner, who stays."""

import datetime as dt
import re
import threading
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from campaigns import access
from campaigns.models import Campaign
from core import secrets
from core.accounts import keys
from core.accounts.models import Invitation, Role, User
from core.events.models import Event
from core.team import people as team
from tests import jobs, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("db" if "transactional_db" not in request.fixturenames else "transactional_db")
    cache.clear()


@pytest.fixture
def olga(client: Client) -> User:
    olga = people.olga()
    client.force_login(olga)
    return olga


def invite(client: Client, **given: str) -> Any:
    return client.post(
        "/settings/team/invite/", {"email": "nora@example.com", "role": "manager", "reach": "all", **given}
    )


def link_in(answer: Any) -> str:
    found = re.search(r"<code>http://[^/]+(/invitation/[^<]+)</code>", answer.content.decode())
    assert found
    return found[1]


def test_without_mail_the_link_is_shown_once_and_kept_as_a_hash(client: Client, olga: User) -> None:
    link = link_in(invite(client))
    token = link.split("/")[2]
    invitation = Invitation.objects.get()
    assert invitation.token_hash == secrets.hashed(token)
    assert invitation.expires_at - invitation.created_at == dt.timedelta(days=7) or abs(
        invitation.expires_at - invitation.created_at - dt.timedelta(days=7)
    ) < dt.timedelta(seconds=1)
    assert token not in client.get("/settings/team/").content.decode()
    assert jobs.waiting() == []


def test_with_mail_the_link_leaves_sealed_and_is_not_shown(
    client: Client, olga: User, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example.com", "https://ambassador.example.com"
    page = invite(client).content.decode()
    assert "/invitation/" not in page
    waiting = jobs.waiting("core.mail.deliver")
    assert "nora" not in str(waiting[0].args)
    assert "/invitation/" not in str(waiting[0].args)
    jobs.run_all()
    assert mail.outbox[0].to == ["nora@example.com"]
    assert mail.outbox[0].subject == "Olga Owner invites you to Ambassador"
    assert "https://ambassador.example.com/invitation/" in str(mail.outbox[0].body)


def test_who_accepts_gets_the_role_and_the_campaigns_of_the_invitation(client: Client, olga: User) -> None:
    spring = Campaign.objects.create(uid="spring", name="Spring")
    Campaign.objects.create(uid="vip", name="VIP")
    link = link_in(invite(client, reach="some"))
    invitation = Invitation.objects.get()
    answer = client.post(
        f"/settings/access/invitation/{invitation.pk}/", {"reach": "some", "campaigns": [spring.pk]}
    )
    assert answer.status_code == 302
    nora_browser = Client()
    answer = nora_browser.post(link, {"name": "Nora Weber", "password": "blue-river-77"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    nora = User.objects.get(email="nora@example.com")
    assert (nora.role, nora.name, nora.all_campaigns) == (Role.MANAGER, "Nora Weber", False)
    assert list(access.visible_to(nora)) == [spring]
    assert nora_browser.session["_auth_user_id"] == str(nora.pk)
    kinds = set(Event.objects.filter(noun__in=["invitation", "user"]).values_list("kind", flat=True))
    assert kinds == {"invitation_made", "campaigns_limited", "invitation_accepted", "user_joined"}


def test_a_link_works_once_and_for_a_week(client: Client, olga: User) -> None:
    link = link_in(invite(client))
    given = {"name": "Nora", "password": "blue-river-77"}
    assert Client().post(link, given).status_code == 302
    assert Client().post(link, given).status_code == 410
    late = link_in(invite(client, email="late@example.com"))
    Invitation.objects.filter(email="late@example.com").update(expires_at=timezone.now())
    assert Client().get(late).status_code == 410
    assert not User.objects.filter(email="late@example.com").exists()


def test_a_new_invitation_ends_the_old_one_and_withdrawing_ends_it(client: Client, olga: User) -> None:
    first = link_in(invite(client))
    second = link_in(invite(client))
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    open_one = Invitation.objects.get(withdrawn_at=None)
    client.post(f"/settings/team/invitations/{open_one.pk}/withdraw/")
    assert Client().get(second).status_code == 410


def test_bad_input_is_told_at_its_field(client: Client, olga: User) -> None:
    answer = invite(client, email="olga@example.com")
    assert answer.status_code == 422
    assert "Somebody with this e-mail is on the team already." in answer.content.decode()
    for bad in ["not-an-email", "x" * 300 + "@example.com", "nul\x00@example.com"]:
        assert invite(client, email=bad).status_code == 422
    assert invite(client, role="emperor").status_code == 422
    link = link_in(invite(client))
    weak = Client().post(link, {"name": "Nora", "password": "12345"})
    assert weak.status_code == 422
    assert "too short" in weak.content.decode()
    assert Client().post(link, {"name": "No\x00ra", "password": "blue-river-77"}).status_code == 422
    assert not User.objects.filter(email="nora@example.com").exists()


@pytest.mark.parametrize("act", ["demote", "deactivate"])
def test_the_last_owner_keeps_the_seat(client: Client, olga: User, act: str) -> None:
    if act == "demote":
        answer = client.post(f"/settings/team/{olga.pk}/", {"name": "Olga", "role": "analyst"})
        assert answer.status_code == 422
        assert "This is the last owner." in answer.content.decode()
    else:
        client.post(f"/settings/team/{olga.pk}/deactivate/")
    olga.refresh_from_db()
    assert (olga.role, olga.is_active) == (Role.OWNER, True)
    assert not Event.objects.filter(noun="user").exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_at_once_leave_one(transactional_db: None) -> None:
    olga, otto = people.olga(), people.person("otto@example.com")
    start = threading.Barrier(2)
    refused: list[str] = []

    def demote(target: User, by: User) -> None:
        start.wait()
        try:
            team.change(target.pk, team.Change(target.name, Role.ANALYST), by=by)
        except team.LastOwner:
            refused.append(target.email)
        finally:
            connection.close()

    threads = [threading.Thread(target=demote, args=pair) for pair in [(olga, otto), (otto, olga)]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.filter(role=Role.OWNER, is_active=True).count() == 1
    assert len(refused) == 1


def test_a_closed_seat_ends_sessions_keys_and_invitations(client: Client, olga: User) -> None:
    otto = people.person("otto@example.com", name="Otto")
    ottos_browser = Client()
    ottos_browser.force_login(otto)
    _, token = keys.create("Shop", ["orders:read"], maker=otto)
    link = link_in(invite(ottos_browser))
    client.post(f"/settings/team/{otto.pk}/deactivate/")
    assert ottos_browser.get("/account/").status_code == 302
    assert keys.authenticate(token) is None
    assert Client().get(link).status_code == 410
    client.post(f"/settings/team/{otto.pk}/reactivate/")
    assert keys.authenticate(token) is not None
    assert list(Event.objects.filter(noun="user").order_by("id").values_list("kind", flat=True)) == [
        "user_deactivated",
        "user_reactivated",
    ]


def test_a_change_of_role_counts_at_once_and_is_noted(client: Client, olga: User) -> None:
    anna = people.anna()
    annas_browser = Client()
    annas_browser.force_login(anna)
    assert annas_browser.get("/settings/team/").status_code == 403
    client.post(f"/settings/team/{anna.pk}/", {"name": "Anna Analyst", "role": "owner"})
    assert annas_browser.get("/settings/team/").status_code == 200
    event = Event.objects.get(noun="user")
    assert (event.kind, event.actor_id) == ("user_changed", olga.pk)
    assert event.data == {"changed": {"role": ["analyst", "owner"]}, "renamed": False}
    assert "Analyst → Owner" in client.get(f"/settings/team/{anna.pk}/").content.decode()


def test_an_owner_makes_a_reset_link_to_pass_on(client: Client, olga: User) -> None:
    anna = people.anna()
    page = client.post(f"/settings/team/{anna.pk}/reset-link/").content.decode()
    found = re.search(r"<code>http://[^/]+(/account/password/reset/key/[^<]+)</code>", page)
    assert found
    annas_browser = Client()
    form = annas_browser.get(found[1], follow=True)
    annas_browser.post(
        form.redirect_chain[-1][0], {"password1": "another-horse-43", "password2": "another-horse-43"}
    )
    anna.refresh_from_db()
    assert anna.check_password("another-horse-43")
    assert "This link is over" in Client().get(found[1]).content.decode()


def test_the_list_asks_as_often_for_many_as_for_few(
    client: Client, olga: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/settings/team/")
    with django_assert_num_queries(5):  # session, user, program, members, invitations
        client.get("/settings/team/")
    for number in range(30):
        people.person(f"member{number}@example.com", Role.ANALYST)
        invite(client, email=f"guest{number}@example.com")
    with django_assert_num_queries(5):
        page = client.get("/settings/team/").content.decode()
    assert page.count("@example.com") >= 60


def test_managers_have_no_way_in(client: Client) -> None:
    client.force_login(people.marc())
    assert invite(client).status_code == 403
    assert client.post("/settings/access/user/1/", {"reach": "all"}).status_code == 403
    assert not Invitation.objects.exists()
