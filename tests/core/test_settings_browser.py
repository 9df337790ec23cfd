"""Sign-in and settings in a real browser: passkeys, scripts under the strict policy, accessibility."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, expect

from campaigns import access
from campaigns.models import Campaign
from core.accounts.models import User
from core.properties import changes
from core.team import api_keys, invitations
from tests import people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complains of; a test ends well only when there is nothing."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def olga(live_server: Any, page: Page) -> User:
    cache.clear()
    olga = people.olga()
    sign_in(page, live_server.url)
    expect(page).not_to_have_url(re.compile("login"))
    return olga


def sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/account/login/?next=/account/")
    page.get_by_label("E-mail").fill("olga@example.com")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_and_signs_in(
    page: Page, live_server: Any, olga: User, complaints: list[str]
) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    page.goto(f"{live_server.url}/account/mfa/webauthn/add/")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("What you call it").fill("Olga’s laptop")
    page.get_by_label("A passkey").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{live_server.url}/account/mfa/webauthn/")
    expect(page.get_by_role("cell", name="Olga’s laptop")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/account/login/?next=/account/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    page.context.clear_cookies()
    sign_in(page, live_server.url)
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_an_authenticator_app_is_set_up_by_its_picture(
    page: Page, live_server: Any, olga: User, complaints: list[str]
) -> None:
    from allauth.mfa.totp.internal import auth

    page.goto(f"{live_server.url}/account/mfa/totp/activate/")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    picture = page.get_by_alt_text("QR code for the authenticator app")
    assert picture.evaluate("image => image.naturalWidth") > 0
    secret = page.locator(".a-copy code").inner_text()
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    page.get_by_label("Code from the app").fill(auth.format_hotp_value(auth.hotp_value(secret, counter)))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".a-codes li")).to_have_count(10)


def test_the_campaigns_of_a_member_are_chosen_on_the_members_page(
    page: Page, live_server: Any, olga: User, complaints: list[str]
) -> None:
    anna = people.anna()
    spring = Campaign.objects.create(uid="spring", name="Spring friends")
    page.goto(f"{live_server.url}/settings/team/{anna.pk}/")
    page.get_by_label("Only these:").check()
    page.get_by_label("Spring friends").check()
    page.get_by_role("button", name="Save campaigns").click()
    expect(page.get_by_text("Anna Analyst sees the chosen campaigns now.")).to_be_visible()
    anna.refresh_from_db()
    assert list(access.visible_to(anna)) == [spring]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_screen_has_a_barrier(
    page: Page, live_server: Any, olga: User, complaints: list[str], scheme: Any
) -> None:
    anna = people.anna()
    Campaign.objects.create(uid="spring", name="Spring friends")
    key, _ = api_keys.make("Shop", ["orders:read"], by=olga)
    _, link, _ = invitations.invite(
        "nora@example.com", "manager", all_campaigns=False, by=olga, program="Acme"
    )
    plan = changes.add("order", "plan", "String", changes.Terms("", True, True), by=olga)
    page.emulate_media(color_scheme=scheme)
    paths = [
        "/settings/team/",
        f"/settings/team/{anna.pk}/",
        "/settings/team/invite/",
        "/settings/api-keys/",
        f"/settings/api-keys/{key.pk}/",
        "/settings/api-keys/new/",
        "/settings/mail/",
        "/settings/order-properties/",
        "/settings/order-properties/new/",
        f"/settings/order-properties/{plan.pk}/",
        "/settings/program/",
        "/account/",
        "/account/mfa/",
        "/account/reauthenticate/",
        "/account/password/reset/",
        urlsplit(link).path,
    ]
    found = {}
    for path in paths:
        page.goto(live_server.url + path)
        expect(page.locator("[hx-trigger=load]")).to_have_count(0)
        violations = Axe().run(page).response["violations"]
        too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
        if violations or too_wide:
            found[path] = [violation["id"] for violation in violations] + (["too wide"] if too_wide else [])
    assert found == {}
