"""Clicks and the settings of the site script in a real browser: everybody can use them."""

import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from core.events.log import SYSTEM
from referrals.models import Click, SiteKey, SiteVisit, VisitorIdentity
from referrals.site import keys
from tests import factories, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def site(live_server: object, client: Client, page: Page) -> str:
    """Nora followed Mia's link twice, and the shop told of it."""
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    spring = factories.campaign("Spring", landing_page="https://shop.example.com/")
    mia = factories.enrollment(factories.contact("Mia Keller"), spring)
    factories.code("MIA24", mia)
    nora = uuid.uuid4()
    first, _ = (Click.objects.create(enrollment=mia, code="MIA24", visitor=nora) for _ in range(2))
    key = keys.make("Shop", ["https://shop.example.com"], by=SYSTEM)
    SiteVisit.objects.create(click=first, site_key=key, page="https://shop.example.com/cart")
    VisitorIdentity.objects.create(visitor=nora, click=first, site_key=key, email="nora@example.com")
    return str(live_server)


def test_a_click_is_opened_from_the_list(page: Page, site: str) -> None:
    page.goto(f"{site}/clicks/")
    expect(page.locator(".a-sum dd").first).to_have_text("2")
    page.locator("tbody tr").last.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Click of")
    expect(page.get_by_text("https://shop.example.com/cart")).to_be_visible()
    expect(page.get_by_text("nora@example.com")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, site: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    click, key = Click.objects.earliest("pk"), SiteKey.objects.get()
    for path in (
        "/clicks/",
        "/clicks/?code=MIA24&bot=no",
        f"/clicks/{click.pk}/",
        "/settings/site-script/",
        "/settings/site-script/new/",
        f"/settings/site-script/{key.pk}/",
        f"/settings/site-script/{key.pk}/edit/",
        "/r/NOBODY",
    ):
        page.goto(site + path)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page, options={"runOnly": WCAG})
        assert results.violations_count == 0, f"{path}\n{results.generate_report()}"
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
