"""The frame in a real browser: keyboard, colours, narrow screens, and that nothing breaks the strict CSP."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from core.accounts.models import Role, User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DARK_CANVAS = "rgb(15, 17, 22)"
LIGHT_CANVAS = "rgb(246, 247, 249)"


@pytest.fixture
def address(live_server: object, client: Client, page: Page) -> str:
    """A page of the frame, its browser signed in as Mia, an owner."""
    mia = User.objects.create_user("mia@example.com", "a long password", name="Mia Clarke", role=Role.OWNER)
    client.force_login(mia)
    cookie = client.cookies["ambassador_session"]
    base = str(live_server)
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])
    return base + reverse("team:profile")


def complaints(page: Page) -> list[str]:
    """Collects what the browser's console complains of, from now on."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def canvas(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_a_question_mark_shows_the_keys_and_g_goes_places(page: Page, address: str) -> None:
    heard = complaints(page)
    page.goto(address)
    keys = page.get_by_role("dialog", name="Keyboard")
    expect(keys).to_be_hidden()
    page.keyboard.press("?")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.evaluate("document.querySelector('.a-nav__link').dataset.go = 'z'")
    there = page.locator(".a-nav__link").first.get_attribute("href")
    page.keyboard.press("g")
    page.keyboard.press("z")
    page.wait_for_url(f"**{there}")
    assert heard == []


def test_letters_typed_into_a_field_are_not_commands(page: Page, address: str) -> None:
    page.goto(address)
    field = page.get_by_label("Name")
    field.fill("")
    field.press_sequentially("go?/")
    expect(field).to_have_value("go?/")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()


def test_colours_follow_the_system_until_a_person_chooses(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(address)
    assert canvas(page) == DARK_CANVAS
    page.emulate_media(color_scheme="light")
    assert canvas(page) == LIGHT_CANVAS
    page.get_by_label("Your account: Mia Clarke").click()
    page.get_by_role("button", name="Dark").click()
    assert canvas(page) == DARK_CANVAS
    page.reload()
    assert canvas(page) == DARK_CANVAS


def test_without_javascript_colours_menu_and_navigation_work(
    browser: Browser, page: Page, address: str
) -> None:
    cookies = page.context.cookies()
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    plain.add_cookies(cookies)  # type: ignore[arg-type]
    page = plain.new_page()
    page.goto(address)
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation).to_be_hidden()
    page.get_by_role("button", name="Open the navigation").click()
    expect(navigation).to_be_visible()
    page.get_by_role("button", name="Close the navigation").click()
    expect(navigation).to_be_hidden()
    page.get_by_label("Your account: Mia Clarke").click()
    expect(page.get_by_role("button", name="Keyboard")).to_be_hidden()
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url(address)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    plain.close()


def test_the_folded_navigation_stays_folded_and_keeps_its_names(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address)
    navigation = page.get_by_role("navigation", name="Main")
    page.get_by_role("button", name="Fold navigation").click()
    page.reload()
    box = navigation.bounding_box()
    assert box is not None
    assert box["width"] == 60
    assert navigation.get_by_role("link", name="Team").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_frame_is_accessible(page: Page, address: str, scheme: str, width: int) -> None:
    heard = complaints(page)
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert heard == []
    result = Axe().run(page, options={"runOnly": WCAG})
    assert result.violations_count == 0, result.generate_report()


def test_the_skip_link_comes_first_and_leads_to_the_content(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
