"""The Orders table in a real browser: it changes in place, its address always says what it shows."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from tests import factories, people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def orders(live_server: object, client: Client, page: Page) -> str:
    """Sixty orders, O-00 the newest and the smallest; the even ones from Spring by way of the API."""
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    spring, mia = factories.campaign("Spring"), factories.contact("Mia Keller")
    factories.orders(
        *(
            factories.order_row(
                f"O-{n:02}",
                mia,
                campaign=None if n % 2 else spring,
                source="csv" if n % 2 else "api",
                revenue_amount=Decimal(n + 1),
                ordered_at=factories.NOON - dt.timedelta(hours=n),
            )
            for n in range(60)
        )
    )
    return f"{live_server}/orders/"


def first_row(page: Page, order_id: str) -> None:
    expect(page.locator("tbody tr").first).to_contain_text(order_id)


def restored(page: Page, order_id: str) -> None:
    """Back and forward load the page anew; it is whole, and listens, once its totals have come.

    What is done to a page before that would cut its loading short.
    """
    first_row(page, order_id)
    expect(page.locator(".a-sum")).to_contain_text("1,830.00 USD")


def test_sorting_paging_and_back(page: Page, orders: str) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.goto(orders)
    expect(page.locator(".a-sum")).to_contain_text("1,830.00 USD")
    first_row(page, "O-00")
    page.get_by_role("link", name="Revenue").click()
    page.wait_for_url("**/orders/?sort=-revenue")
    first_row(page, "O-59")
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Revenue")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("[data-list-summary]")).to_have_text("51–60 of 60")
    first_row(page, "O-09")
    page.go_back()
    page.wait_for_url("**/orders/?sort=-revenue")
    restored(page, "O-59")
    page.go_back()
    restored(page, "O-00")
    page.go_forward()
    restored(page, "O-59")
    page.reload()
    first_row(page, "O-59")
    assert page.locator("#list").count() == page.locator(".a-shell").count() == 1
    assert heard == []


def test_a_filter_by_keyboard_becomes_a_chip_and_a_view(page: Page, orders: str) -> None:
    page.goto(orders)
    page.keyboard.press("f")
    page.locator("[data-add-filter]").get_by_role("link", name="Source", exact=True).press("Enter")
    choice = page.get_by_label("Value")
    expect(choice).to_be_focused()
    choice.select_option("csv")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".a-chip").first).to_have_text(re.compile("Source is CSV"))
    first_row(page, "O-01")
    expect(page.locator("[data-list-summary]")).to_have_text("1–30 of 30")
    page.get_by_text("Save as").click()
    page.get_by_label("Keep this as a view").fill("From files")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="From files")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name="Remove the filter Source is CSV").click()
    first_row(page, "O-00")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()


def test_chosen_rows_are_exported(page: Page, orders: str) -> None:
    page.goto(f"{orders}?columns=order")
    page.get_by_label("Select O-00").check()
    page.get_by_label("Select O-02").check()
    expect(page.locator("[data-selection-count]")).to_have_text("2 selected")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export these").click()
    assert download.value.path().read_text() == "order_id\nO-00\nO-02\n"


def test_columns_are_chosen_and_moved(page: Page, orders: str) -> None:
    page.goto(orders)
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("button", name="Move Order down").click()
    page.get_by_role("checkbox", name="Net").check()
    page.get_by_role("button", name="Show these").click()
    page.wait_for_url(re.compile(r"columns=date,order,customer,revenue,campaign,advocate,source,status,net"))
    expect(page.locator("thead th").nth(1)).to_have_text("Date")
    expect(page.locator("thead th").last).to_have_text("Net")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(page: Page, orders: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    for query in ("?size=3&source=fax", "?size=3&add=date", "?size=3&pick=1", "?q=nobody"):
        page.goto(orders + query)
        page.wait_for_load_state("networkidle")
        results = Axe().run(page, options={"runOnly": WCAG})
        assert results.violations_count == 0, results.generate_report()
