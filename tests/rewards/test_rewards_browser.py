"""Rewards in a real browser: from the table to the payout, and open to everybody on the way."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect

from campaigns.models import Program
from rewards.models import Payout, Reward
from tests import people
from tests.rewards import books
from tests.rewards.books import Shop, buy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def base(live_server: object, client: Client, page: Page) -> str:
    Program.objects.get_or_create(pk=1)
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": str(live_server)}])
    shop = Shop()
    books.rule(shop.spring)
    for number in range(4):
        buy(f"A-{number}", code=("XENA", "YURI")[number % 2], customer_email=f"c{number}@example.com")
    return str(live_server)


def is_open_to_everybody(page: Page) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    assert found.violations_count == 0, found.generate_report()


def test_from_the_table_to_the_payout(page: Page, base: str) -> None:
    page.goto(f"{base}/rewards/")
    expect(page.locator(".a-sum")).to_contain_text("40.00 USD")
    page.get_by_label("Select A-0").check()
    page.get_by_label("Select A-1").check()
    page.get_by_role("button", name="Approve…").click()
    expect(page.get_by_role("heading", name="Approve 2 rewards")).to_be_visible()
    is_open_to_everybody(page)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("2 rewards approved.")).to_be_visible()
    page.goto(f"{base}/payouts/new/?currency=USD")
    is_open_to_everybody(page)
    page.get_by_role("button", name="Make the payouts").click()
    expect(page.get_by_role("heading", name="Run")).to_be_visible()
    is_open_to_everybody(page)
    assert Payout.objects.count() == 2


def test_the_panels_come_by_themselves(page: Page, base: str) -> None:
    reward = Reward.objects.order_by("pk")[0]
    page.goto(f"{base}/orders/{reward.order_id}/")
    expect(page.get_by_text("to Xena Ito", exact=True)).to_be_visible()
    is_open_to_everybody(page)
    page.goto(f"{base}/campaigns/{reward.campaign_id}/")
    expect(page.get_by_role("link", name="Ten percent")).to_be_visible()
    is_open_to_everybody(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_open_to_everybody(page: Page, base: str, scheme: str) -> None:
    reward = Reward.objects.order_by("pk")[0]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for address in (
        "rewards/",
        f"rewards/{reward.pk}/",
        f"rewards/rules/{reward.rule_id}/",
        f"rewards/rules/{reward.rule_id}/edit/",
        f"rewards/rules/{reward.rule_id}/simulate/?first=2026-11-01&last=2026-11-30",
        "rewards/policy/",
        "payouts/",
        "payouts/periods/",
        f"payouts/statements/{reward.recipient_id}/",
    ):
        page.goto(f"{base}/{address}")
        page.wait_for_load_state("networkidle")
        is_open_to_everybody(page)
