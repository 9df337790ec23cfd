"""An import in a real browser: dropped, matched, previewed, applied; the pages are open to everybody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from core.imports.models import Import
from orders.models import Order
from tests import factories, jobs, people
from tests.orders.importing import a_file, a_row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Every colour is worked out anew: of a change of scheme alone, some elements hear late.
DRAWN = """() => {
  const root = document.documentElement;
  root.hidden = true;
  root.getBoundingClientRect();
  root.hidden = false;
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser's console complains of; a test ends well only when there is nothing."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert said == []


@pytest.fixture
def imports(live_server: Any, client: Client, page: Page) -> str:
    """The address of the imports, for Marc who is signed in."""
    client.force_login(people.marc())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    return f"{live_server}/orders/imports/"


@pytest.fixture
def check(page: Page) -> Callable[[str], None]:
    """Fails where a screen has a barrier or is wider than its window, in light and dark, wide and narrow."""

    def look(name: str) -> None:
        found: dict[str, Any] = {}
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.evaluate(DRAWN)
                violations = Axe().run(page).response["violations"]
                too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
                if violations or too_wide:
                    found[f"{name} {scheme} {width}"] = [
                        (each["id"], [node["html"][:160] for node in each["nodes"]]) for each in violations
                    ]
        page.set_viewport_size({"width": 1440, "height": 900})
        assert found == {}

    return look


def test_a_file_is_dropped_matched_previewed_and_applied(
    page: Page, imports: str, check: Callable[[str], None], complaints: list[str]
) -> None:
    factories.campaign("Spring friends", uid="spring")
    rows = [
        a_row(f"A-{n:03}", revenue_amount="9.50", short_code="NOSUCH" if n % 5 == 0 else "")
        for n in range(120)
    ]
    content = a_file(*rows, a_row("A-900", revenue_amount='"1.234,50"'), a_row("A-901", currency="XXY"))
    page.goto(imports)
    expect(page.get_by_text("No imports yet")).to_be_visible()
    check("none yet")
    page.locator("main").get_by_role("link", name="Import orders").first.click()
    check("new")
    page.get_by_label("Drop a file here").set_input_files(
        {"name": "orders.csv", "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_text("orders.csv")).to_be_visible()
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_label("Revenue", exact=True)).to_have_value("2")
    page.get_by_label("External status", exact=True).select_option("A fixed value")
    page.get_by_label("External status, for every row").fill("paid")
    page.get_by_label("Campaign", exact=True).select_option("A fixed value")
    page.get_by_label("Campaign, for every row").fill("Spring friends")
    expect(page.get_by_label("External status, for every row")).to_have_value("paid")
    page.get_by_text("How the file is read").click()
    check("columns")
    page.get_by_role("button", name="Preview").click()

    expect(page.get_by_role("heading", name="Looking at each row")).to_be_visible()
    check("running")
    jobs.run_all()
    expect(page.get_by_text("This is a preview. Nothing is imported yet.")).to_be_visible()
    assert not Order.objects.exists()
    expect(page.get_by_role("row", name="A-900")).to_contain_text("1.234,50 looks like a decimal comma")
    check("preview")
    page.get_by_role("link", name="Created 120").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("cell", name="A-050", exact=True)).to_be_visible()
    page.get_by_role("button", name="Import 120 orders").click()

    expect(page.get_by_role("heading", name="Importing")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Importing")).to_be_visible()
    jobs.run_all()
    expect(page.get_by_text("2 rows did not go in")).to_be_visible()
    check("result")
    with page.expect_download() as download:
        page.get_by_role("link", name="Error file").click()
    assert download.value.suggested_filename == "orders.errors.csv"
    page.get_by_role("link", name="Show these orders").click()
    expect(page.get_by_text("Import is orders.csv")).to_be_visible()
    assert Order.objects.filter(campaign__uid="spring", external_status="paid").count() == 120
    page.goto(imports)
    expect(page.get_by_role("row", name="orders.csv")).to_contain_text("Applied")
    check("history")


def test_a_file_that_is_no_table_is_refused_in_place(
    page: Page, imports: str, check: Callable[[str], None]
) -> None:
    page.goto(f"{imports}new/")
    page.get_by_label("Drop a file here").set_input_files(
        {"name": "logo.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(200)}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a table but a picture.")
    check("refused")
    assert not Import.objects.exists()


def test_it_all_works_without_scripts(browser: Any, live_server: Any, imports: str, client: Client) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        cookie = client.cookies["ambassador_session"]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
        page = context.new_page()
        page.goto(f"{imports}new/")
        page.locator("input[type=file]").set_input_files(
            {"name": "orders.csv", "mimeType": "text/csv", "buffer": a_file(a_row("A-1"))}
        )
        page.get_by_role("button", name="Upload").click()
        page.get_by_label("Campaign", exact=True).select_option("")
        page.get_by_role("button", name="Update the sample").click()
        page.get_by_role("button", name="Preview").click()
        jobs.run_all()
        page.get_by_role("link", name="Reload").click()
        page.get_by_role("button", name="Import 1 order").click()
        jobs.run_all()
        page.get_by_role("link", name="Reload").click()
        expect(page.get_by_text("Everything in the file is accounted for.")).to_be_visible()
    assert Order.objects.get().order_id == "A-1"
