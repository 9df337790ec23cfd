"""From a share link to an attributed order, in a real browser, over a shop of another origin."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from core.events.log import SYSTEM
from orders import intake
from orders.models import Order, Source
from referrals.attribution import Claims
from referrals.models import Click, Contact, SiteVisit, VisitorIdentity
from referrals.site import keys, limits
from tests import factories
from tests.referrals.shop import Shop, shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(live_server: Any) -> Iterator[Shop]:
    """The shop, to which Mia's link leads. We are at localhost, and it is at 127.0.0.1."""
    limits.forget()
    assert "localhost" in live_server.url
    with shop(f"{live_server.url}/site/ambassador.js") as opened:
        spring = factories.campaign("Spring", landing_page=f"{opened.url}/welcome", window_days=30)
        factories.code("MIA24", factories.enrollment(factories.contact("Mia Keller"), spring))
        yield opened


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert [text for text in said if "favicon" not in text] == []


def buy(page: Page, opened: Shop) -> Order:
    """Send the form of the page, and record the order as the shop's backend would."""
    page.get_by_role("button", name="Buy").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    sent = opened.bought[-1]
    draft = intake.OrderDraft(
        order_id=sent["order"],
        customer_email=sent["email"],
        revenue_amount=Decimal("80.00"),
        currency="USD",
        claims=Claims(click_id=sent["click_id"]),
    )
    (planned,) = intake.record([draft], source=Source.API, actor=SYSTEM)
    assert planned.order_pk is not None
    return Order.objects.get(pk=planned.order_pk)


def cookies(page: Page, opened: Shop) -> dict[str, str]:
    """The cookies that the browser keeps for the shop."""
    return {one["name"]: one["value"] for one in page.context.cookies(opened.url)}


def test_a_click_becomes_an_attributed_order(
    page: Page, live_server: Any, opened: Shop, complaints: list[str]
) -> None:
    page.goto(f"{live_server.url}/r/MIA24?utm_source=post")
    assert page.url.startswith(f"{opened.url}/welcome?utm_source=post&mbsy=MIA24&click_id=")
    click = Click.objects.get()
    kept = {one["name"]: one for one in page.context.cookies(opened.url)}["ambassador"]
    assert kept["value"] == f"MIA24.{click.click_id}"
    assert 29 < (kept["expires"] - click.clicked_at.timestamp()) / 86_400 < 31
    assert (kept["sameSite"], kept["path"]) == ("Lax", "/")

    # Another day, another page, and no word of it in the address.
    page.goto(f"{opened.url}/checkout")
    assert page.evaluate("window.ambassador.get()") == {"mbsy": "MIA24", "click_id": str(click.click_id)}
    order = buy(page, opened)
    mia = Contact.objects.get(email="mia.keller@example.com")
    assert opened.bought[-1]["short_code"] == "MIA24"
    assert (order.advocate_id, order.reason) == (mia.pk, "click")
    assert order.campaign == Campaign.objects.get()


def test_without_a_click_nobody_is_credited(page: Page, opened: Shop, complaints: list[str]) -> None:
    page.goto(f"{opened.url}/checkout")
    assert page.evaluate("window.ambassador.get()") == {"mbsy": "", "click_id": ""}
    order = buy(page, opened)
    assert opened.bought[-1]["click_id"] == opened.bought[-1]["short_code"] == ""
    assert (order.advocate_id, order.reason) == (None, "no_claim")
    assert cookies(page, opened) == {}


def test_forgotten_cookies_are_no_claim(page: Page, live_server: Any, opened: Shop) -> None:
    page.goto(f"{live_server.url}/r/MIA24")
    page.context.clear_cookies()
    page.goto(f"{opened.url}/checkout")
    assert buy(page, opened).advocate_id is None


@pytest.mark.parametrize(
    "query",
    [
        "mbsy=a%20b&click_id=1",
        "mbsy=%3Cscript%3E&click_id=1",
        f"mbsy={'x' * 10_000}",
        "click_id=00000000-0000-4000-8000-000000000000",
        "mbsy=%F0%9F%8E%89",
        "mbsy=A%3B%20domain%3Devil.example",
    ],
)
def test_a_claim_that_cannot_be_one_is_not_kept(
    page: Page, opened: Shop, complaints: list[str], query: str
) -> None:
    page.goto(f"{opened.url}/welcome?{query}")
    assert page.evaluate("window.ambassador.get()") == {"mbsy": "", "click_id": ""}
    assert cookies(page, opened) == {}


def test_a_forged_click_attributes_nothing(page: Page, opened: Shop) -> None:
    page.goto(f"{opened.url}/welcome?mbsy=MIA24&click_id=00000000-0000-4000-8000-000000000000")
    order = buy(page, opened)
    assert (order.advocate_id, order.reason) == (None, "unknown_click")


def test_no_cookie_without_consent_where_it_is_required(
    page: Page, live_server: Any, opened: Shop, complaints: list[str]
) -> None:
    key = keys.make("Shop", [opened.url], by=SYSTEM)
    opened.options = f' data-consent="required" data-key="{key.key}"'
    page.goto(f"{live_server.url}/r/MIA24")
    assert cookies(page, opened) == {}
    assert page.locator("[name=click_id]").input_value() == ""
    assert page.evaluate("window.ambassador.identify('nora@example.com')") is False

    with page.expect_response("**/visits/"):
        page.evaluate("window.ambassador.consent(true)")
    assert cookies(page, opened)["ambassador"].startswith("MIA24.")
    assert page.locator("[name=click_id]").input_value() == str(Click.objects.get().click_id)
    page.goto(f"{opened.url}/checkout")
    assert page.locator("[name=short_code]").input_value() == "MIA24"

    page.evaluate("window.ambassador.consent(false)")
    assert cookies(page, opened) == {}
    assert page.evaluate("window.ambassador.get()") == {"mbsy": "", "click_id": ""}
    assert not VisitorIdentity.objects.exists()


def test_denied_consent_forgets(page: Page, live_server: Any, opened: Shop, complaints: list[str]) -> None:
    opened.options = ' data-consent="denied"'
    page.goto(f"{live_server.url}/r/MIA24")
    assert cookies(page, opened) == {}
    assert buy(page, opened).advocate_id is None


def test_with_a_key_the_script_tells_of_visits_and_of_who_it_is(
    page: Page, live_server: Any, opened: Shop, complaints: list[str]
) -> None:
    key = keys.make("Shop", [opened.url], by=SYSTEM)
    opened.options = f' data-key="{key.key}"'
    with page.expect_response("**/visits/"):
        page.goto(f"{live_server.url}/r/MIA24")
    with page.expect_response("**/visits/"):
        page.goto(f"{opened.url}/cart?secret=1")
    pages = list(SiteVisit.objects.order_by("pk").values_list("page", flat=True))
    assert pages == [f"{opened.url}/welcome", f"{opened.url}/cart"]
    assert page.evaluate("window.ambassador.identify('Nora@Example.com')") is True
    assert VisitorIdentity.objects.get().email == "nora@example.com"
    assert not Order.objects.exists()


def test_a_page_of_another_origin_is_not_heard(page: Page, live_server: Any, opened: Shop) -> None:
    key = keys.make("Shop", ["https://shop.example"], by=SYSTEM)
    opened.options = f' data-key="{key.key}"'
    page.goto(f"{live_server.url}/r/MIA24")
    assert page.evaluate("window.ambassador.identify('nora@example.com')") is False
    assert not SiteVisit.objects.exists()
    assert not VisitorIdentity.objects.exists()
    assert buy(page, opened).advocate_id is not None
