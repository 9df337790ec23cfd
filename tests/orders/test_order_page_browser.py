"""The day of one order in a real browser: written, foreseen, saved, explained, edited, refunded, voided."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from orders.models import Order
from referrals.attribution import Claims
from tests import people
from tests.orders import program
from tests.orders.program import Program, record

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complains of; refused forms (422) are no complaint."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert [text for text in said if "422" not in text] == []


@pytest.fixture
def shop(live_server: Any, client: Client, page: Page) -> Program:
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return program.start()


def test_the_day_of_an_order(page: Page, live_server: Any, shop: Program, complaints: list[str]) -> None:
    page.goto(f"{live_server.url}/orders/")
    expect(page.get_by_role("heading", name="No orders yet")).to_be_visible()
    page.keyboard.press("n")
    page.wait_for_url("**/orders/new/")
    ahead = page.locator("#ahead")
    expect(ahead).to_contain_text("Say who bought")
    page.get_by_label("Order id").fill("SH-1")
    page.get_by_label("Revenue").fill("80")
    page.get_by_role("combobox", name="Customer").fill("nora")
    page.get_by_role("option", name="Nora Weber").click()
    expect(ahead).to_contain_text("Nobody gets this order")
    page.get_by_label("Referral code").fill("ines10")
    expect(ahead).to_contain_text("Ines Brandt gets this order")
    for fact in ("Nora Weber", "Spring", "80.00 USD", "Once saved, this is permanent."):
        expect(ahead).to_contain_text(fact)
    assert not Order.objects.exists()
    page.get_by_role("button", name="Save order").dblclick()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    order = Order.objects.get()
    assert (order.customer, order.advocate) == (shop.nora, shop.ines)
    expect(page.get_by_role("heading", name="Why Ines Brandt?")).to_be_visible()
    expect(page.locator(".a-lock")).to_contain_text("Permanent since")

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("External status").fill("paid")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".a-time")).to_contain_text("empty → paid")

    page.get_by_role("link", name="Refund").click()
    expect(page.get_by_label("Amount in USD")).to_be_focused()
    page.get_by_label("Amount in USD").fill("80.01")
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("At most 80.00 USD can be taken back.")).to_be_visible()
    page.get_by_label("Amount in USD").fill("30")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".a-head")).to_contain_text("Partly refunded")

    page.get_by_role("link", name="Void").click()
    page.get_by_label("Why").fill("Entered twice")
    page.get_by_role("button", name="Void it").click()
    expect(page.locator(".a-head")).to_contain_text("Voided")
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    order.refresh_from_db()
    assert (order.status, order.refunded_amount, order.void_reason) == (
        "voided",
        Decimal(30),
        "Entered twice",
    )


def test_somebody_new_is_named_by_e_mail(page: Page, live_server: Any, shop: Program) -> None:
    page.goto(f"{live_server.url}/orders/new/")
    customer = page.get_by_role("combobox", name="Customer")
    customer.fill("4242")
    expect(page.get_by_text("Use 4242")).to_have_count(0)
    customer.fill("leo@example.com")
    page.get_by_text("Use leo@example.com").click()
    expect(page.locator("#ahead")).to_contain_text("leo@example.com, new")
    page.get_by_role("button", name="Save order").click()
    expect(page.get_by_text("An order needs an id of its own.")).to_be_visible()
    expect(page.locator("#id_customer-ts-control, .ts-control").first).to_contain_text("leo@example.com")
    page.get_by_label("Order id").fill("SH-2")
    page.get_by_label("Revenue").fill("1")
    page.get_by_role("button", name="Save order").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    assert Order.objects.get().customer.email == "leo@example.com"


def test_it_works_without_a_script(browser: Any, live_server: Any, client: Client, shop: Program) -> None:
    context = browser.new_context(java_script_enabled=False)
    cookie = client.cookies["ambassador_session"]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/orders/new/")
    page.get_by_label("Order id").fill("SH-3")
    page.get_by_label("Revenue").fill("10")
    page.get_by_label("Customer", exact=True).fill("nora.weber@example.com")
    page.get_by_label("Advocate").fill("ines.brandt@example.com")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#ahead")).to_contain_text("Ines Brandt gets this order")
    page.get_by_role("button", name="Save order").click()
    page.get_by_role("link", name="Refund").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator(".a-head")).to_contain_text("Refunded")
    assert Order.objects.get().advocate == shop.ines
    context.close()


def test_everybody_can_use_it(page: Page, live_server: Any, shop: Program) -> None:
    good = record("O-1", claims=Claims("INES10", "NOPE"), external_status="paid", source_details={"id": 7})
    bad = record("O-2", customer_email="leo@example.com", claims=Claims("NOPE"), campaign_uid="spring")
    page.emulate_media(reduced_motion="reduce")
    for address in (f"{good.pk}/", f"{bad.pk}/", f"{bad.pk}/edit/", f"{bad.pk}/attribute/", "new/"):
        page.goto(f"{live_server.url}/orders/{address}")
        usable(page)
    page.get_by_role("button", name="Save order").click()
    expect(page.get_by_text("Some fields need another look.")).to_be_visible()
    usable(page)
    page.goto(f"{live_server.url}/orders/{good.pk}/")
    for name, field in (("Refund", "Amount in USD"), ("Void", "Why")):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_label(field)).to_be_visible()
        usable(page)
        page.keyboard.press("Escape")


def usable(page: Page) -> None:
    """By day and by night, on a desk and in a hand."""
    for scheme, width in (("light", 1440), ("dark", 1440), ("dark", 390), ("light", 390)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        # Colours pass over from one scheme to the other in a frame or two; nothing is judged in between.
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        results = Axe().run(page, options={"runOnly": WCAG})
        assert results.violations_count == 0, results.generate_report()
    page.set_viewport_size({"width": 1440, "height": 900})
