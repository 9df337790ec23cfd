"""Signing in: the same words for every refusal, limits, second step, forgotten passwords."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from core.accounts.first_run import ensure_owner
from core.accounts.models import Role, User
from tests import jobs, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post("/account/login/", {"login": email, "password": password})


def test_a_member_signs_in_whatever_the_case_of_the_email(client: Client) -> None:
    olga = people.olga()
    answer = sign_in(client, "OLGA@example.com", people.PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_unknown_email_and_wrong_password_say_the_same(client: Client) -> None:
    people.olga()
    said = []
    for email, password in [("olga@example.com", "wrong-horse-42"), ("nobody@example.com", people.PASSWORD)]:
        answer = sign_in(client, email, password)
        assert answer.status_code == 200
        said.append(re.findall(r"This e-mail and password do not fit together\.", answer.content.decode()))
        assert "_auth_user_id" not in client.session
    assert said[0] == said[1]
    assert len(said[0]) == 1


def test_a_deactivated_member_cannot_sign_in(client: Client) -> None:
    people.person("otto@example.com", is_active=False)
    sign_in(client, "otto@example.com", people.PASSWORD)
    assert "_auth_user_id" not in client.session


def test_guessing_is_stopped_by_a_limit_that_all_processes_share(client: Client) -> None:
    people.olga()
    for _ in range(5):
        sign_in(client, "olga@example.com", "wrong-horse-42")
    answer = Client().post("/account/login/", {"login": "olga@example.com", "password": people.PASSWORD})
    assert "Too many attempts" in answer.content.decode()


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/account/signup/").status_code == 404
    assert client.post("/account/signup/", {"email": "eve@example.com"}).status_code == 404
    assert not User.objects.exists()


def test_the_second_step_is_asked_for_and_its_secret_is_sealed(client: Client) -> None:
    olga = people.olga()
    secret = "JBSWY3DPEHPK3PXP"
    TOTP.activate(olga, secret)
    assert secret not in str(Authenticator.objects.get(type=Authenticator.Type.TOTP).data)
    answer = sign_in(client, "olga@example.com", people.PASSWORD)
    assert answer["Location"] == "/account/mfa/authenticate/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/account/mfa/authenticate/", {"code": "000000x"})
    assert wrong.status_code == 200
    counter = next(iter(yield_hotp_counters_from_time()))
    answer = client.post(
        "/account/mfa/authenticate/", {"code": format_hotp_value(hotp_value(secret, counter))}
    )
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(olga.pk)


def test_a_forgotten_password_is_reset_by_a_link_in_the_mail(client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example.com", "https://ambassador.example.com"
    people.olga()
    answer = client.post("/account/password/reset/", {"email": "olga@example.com"})
    assert answer["Location"] == "/account/password/reset/done/"
    assert mail.outbox == []
    assert jobs.run_all() == 1
    assert mail.outbox[0].to == ["olga@example.com"]
    link = re.search(
        r"https://ambassador\.example\.com(/account/password/reset/key/\S+)", str(mail.outbox[0].body)
    )
    assert link
    form = client.get(link[1], follow=True)
    path = form.redirect_chain[-1][0]
    client.post(path, {"password1": "another-horse-43", "password2": "another-horse-43"})
    sign_in(client, "olga@example.com", "another-horse-43")
    assert "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "not json",
        "[]",
        "7",
        "null",
        '{"id": "AQ"}',
        '{"id": "AQ", "rawId": "AQ", "type": "public-key", "response": {}}',
        (
            '{"id": "AQ", "rawId": "AQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
            ' "authenticatorData": "AQ", "signature": "AQ", "userHandle": "_w"}}'
        ),
        (
            '{"id": "AQ", "rawId": "AQ", "type": "public-key", "response": {"clientDataJSON": "e30",'
            ' "attestationObject": "oA"}, "x": "\\u0000"}'
        ),
    ],
)
def test_an_answer_that_no_key_gives_is_refused(client: Client, answer: str) -> None:
    olga = people.olga()
    client.get("/account/mfa/webauthn/login/", headers={"Accept": "application/json"})
    assert client.post("/account/mfa/webauthn/login/", {"credential": answer}).status_code < 500
    client.force_login(olga)
    client.post("/account/reauthenticate/", {"password": people.PASSWORD})
    assert client.get("/account/mfa/webauthn/add/").status_code == 200
    assert client.post("/account/mfa/webauthn/add/", {"name": "Key", "credential": answer}).status_code == 200
    assert not Authenticator.objects.exists()


def test_a_new_password_is_told_by_mail_without_being_in_it(client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    client.force_login(people.olga())
    given = {"oldpassword": people.PASSWORD, "password1": "another-horse-43", "password2": "another-horse-43"}
    assert client.post("/account/password/change/", given)["Location"] == "/account/"
    jobs.run_all()
    told = mail.outbox[0]
    assert (told.to, told.subject) == (["olga@example.com"], "Password Changed")
    assert "If it was not you, set a new password at once" in str(told.body)
    assert "another-horse" not in str(told.body)


def test_who_has_no_password_is_shown_the_way_to_one(client: Client) -> None:
    user = User.objects.create_user("otto@example.com", None, role=Role.OWNER)
    client.force_login(user)
    assert client.get("/account/password/change/")["Location"] == "/account/password/reset/"


def test_a_reset_for_a_stranger_looks_the_same_and_mails_nobody(client: Client, settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    answer = client.post("/account/password/reset/", {"email": "nobody@example.com"})
    assert answer["Location"] == "/account/password/reset/done/"
    assert jobs.waiting() == []


def test_without_mail_a_forgotten_password_points_to_an_owner(client: Client) -> None:
    answer = client.get("/account/password/reset/")
    assert "Ask an owner of the program" in answer.content.decode()


def test_the_first_run_makes_one_owner_and_says_the_password_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OWNER_EMAIL", raising=False)
    monkeypatch.delenv("OWNER_PASSWORD", raising=False)
    email, password = ensure_owner()
    assert email == "owner@example.com"
    assert password is not None
    owner = User.objects.get()
    assert (owner.role, owner.check_password(password)) == (Role.OWNER, True)
    assert ensure_owner() == ("owner@example.com", None)
    assert User.objects.count() == 1


def test_the_first_owner_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_EMAIL", "Olga@Example.com")
    monkeypatch.setenv("OWNER_PASSWORD", people.PASSWORD)
    assert ensure_owner() == ("olga@example.com", people.PASSWORD)
    assert User.objects.get().check_password(people.PASSWORD)
