"""Contacts, advocates, codes and campaigns in a real browser."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from core.events.log import SYSTEM
from referrals import coupons, enrolling
from referrals.models import Contact, CouponCode, Enrollment
from tests import factories, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def site(live_server: object, client: Client, page: Page) -> str:
    """Mia refers in Spring with MIA10 and the coupon MIA15; Noah buys. There is a Summer, a draft."""
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    spring = factories.campaign("Spring", landing_page="https://shop.example.com/")
    factories.campaign("Summer", launched_at=None)
    mia, noah = factories.contact("Mia Keller"), factories.contact("Noah Berg", flagged=True)
    enrolling.enroll(mia, spring, by=SYSTEM, source="dashboard", code="MIA10")
    coupons.add("MIA15", mia, spring, by=SYSTEM, source="dashboard")
    factories.attribution(mia, noah, spring)
    return str(live_server)


def test_somebody_is_found_enrolled_and_given_a_link(page: Page, site: str) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/advocates/")
    page.keyboard.press("n")
    page.wait_for_url("**/advocates/new/")
    page.get_by_role("combobox", name="Contact").fill("noa")
    page.get_by_role("option", name=re.compile("Noah Berg")).click()
    # The field keeps the keyboard until it has closed its list; what is typed before goes there.
    expect(page.locator(".ts-control")).to_contain_text("Noah Berg")
    expect(page.locator(".ts-wrapper.dropdown-active")).to_have_count(0)
    page.get_by_role("combobox", name="Campaign").select_option("spring")
    page.get_by_label("Referral code").fill("mia10")
    expect(page.get_by_label("Referral code")).to_have_value("mia10")
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_text("This code is taken.")).to_be_visible()
    expect(page.locator(".ts-control")).to_contain_text("Noah Berg")
    page.get_by_label("Referral code").fill("NOAH10")
    page.get_by_role("button", name="Enrol").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Noah Berg")
    expect(page.locator(".a-copy code")).to_have_text(f"{site}/r/NOAH10")
    assert Enrollment.objects.count() == 2
    assert [text for text in heard if "422" not in text] == []


def test_a_ban_asks_why_and_says_what_it_does(page: Page, site: str) -> None:
    page.goto(f"{site}/contacts/?q=mia")
    page.locator("tbody tr").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mia Keller")
    page.get_by_text("Ban…").click()
    expect(page.get_by_text("1 attribution", exact=True).last).to_be_visible()
    ban = page.get_by_role("button", name="Ban", exact=True)
    ban.click()
    expect(page.get_by_label("Why").last).to_be_focused()
    page.get_by_label("Why").last.fill("Bought with her own card")
    ban.click()
    expect(page.locator(".a-head .a-tag").first).to_have_text("Banned")
    expect(page.locator(".a-time")).to_contain_text("“Bought with her own card”")
    page.get_by_role("button", name="Let them back").click()
    expect(page.locator(".a-head .a-tag").first).to_have_text("Enrolled")
    assert Contact.objects.get(first_name="Mia").status == "enrolled"


def test_a_campaign_is_launched(page: Page, site: str) -> None:
    page.goto(f"{site}/campaigns/?state=draft")
    page.get_by_role("link", name="Summer").click()
    expect(page.get_by_text("It has no landing page")).to_be_visible()
    page.get_by_role("button", name="Launch").click()
    expect(page.locator(".a-head .a-tag")).to_have_text("Active")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, site: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    mia, spring = Contact.objects.get(first_name="Mia"), Campaign.objects.get(uid="spring")
    for path in (
        "/contacts/?sort=name",
        f"/contacts/{mia.pk}/",
        "/contacts/new/",
        "/advocates/?active=yes",
        f"/advocates/{Enrollment.objects.get().pk}/",
        "/advocates/new/",
        "/coupons/",
        f"/coupons/{CouponCode.objects.get().pk}/",
        "/campaigns/",
        f"/campaigns/{spring.pk}/",
        f"/campaigns/{spring.pk}/edit/",
    ):
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page, options={"runOnly": WCAG})
        assert results.violations_count == 0, f"{path}\n{results.generate_report()}"
