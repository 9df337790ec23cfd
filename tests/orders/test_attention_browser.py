"""What needs attention, attributions, proof and erasure in a real browser, and open to everybody."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from orders import proof
from orders.models import Order
from referrals.attribution import Claims
from referrals.models import Contact, ReferralAttribution
from tests import people
from tests.orders import program
from tests.orders.program import Program, record
from tests.orders.test_order_page_browser import complaints, usable

__all__ = ["complaints"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop(live_server: Any, client: Client, page: Page) -> Program:
    client.force_login(people.olga())
    cookie = client.cookies["ambassador_session"]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    shop = program.start()
    for number, code in enumerate(("INES1O", "INES11", "TOM6", "NOTHING")):
        email, amount = f"c{number}@example.com", Decimal(100 * (number + 1))
        record(f"A-{number}", customer_email=email, claims=Claims(code), revenue_amount=amount)
    return shop


def credited() -> list[tuple[str, str]]:
    rows = Order.objects.filter(advocate__isnull=False).order_by("order_id")
    return [(one.order_id, str(one.advocate)) for one in rows]


def test_one_by_one_and_several_at_once(
    page: Page, live_server: Any, shop: Program, complaints: list[str]
) -> None:
    page.goto(f"{live_server.url}/orders/attention/")
    expect(page.locator("[data-row]")).to_have_count(4)
    expect(page.locator("[data-row]").first).to_contain_text("A-3")
    page.locator("[data-row]", has_text="A-2").get_by_role("link", name="Attribute").click()
    expect(page.get_by_role("dialog")).to_contain_text("This is permanent")
    assert page.get_by_label("Why", exact=True).input_value() == "“TOM6” is one letter off TOM5."
    page.get_by_role("button", name="Attribute for good").click()
    expect(page.locator(".a-msgs, [role=status], .a-note").first).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(3)
    assert credited() == [("A-2", "Tom Becker")]

    page.get_by_label("Select A-0").check()
    page.get_by_label("Select A-1").check()
    page.get_by_label("Select A-3").check()
    page.get_by_role("button", name="Attribute as suggested").click()
    expect(page.get_by_role("heading", name="Attribute 2 orders")).to_be_visible()
    page.get_by_label("Why").fill("Slips of the finger")
    page.get_by_role("button", name="Attribute for good").click()
    page.wait_for_url("**/orders/attention/")
    assert credited() == [("A-0", "Ines Brandt"), ("A-1", "Ines Brandt"), ("A-2", "Tom Becker")]


def test_an_attribution_is_foreseen_made_and_exchanged(
    page: Page, live_server: Any, shop: Program, complaints: list[str]
) -> None:
    page.goto(f"{live_server.url}/attributions/new/")
    for label, text, name in (("Who was referred", "nora", "Nora Weber"), ("By", "ines", "Ines Brandt")):
        page.get_by_role("combobox", name=label, exact=True).fill(text)
        page.get_by_role("option", name=name).click()
    page.get_by_label("Campaign").select_option("spring")
    expect(page.locator("#ahead")).to_contain_text("New orders only")
    page.get_by_label("Why").fill("They told us")
    page.get_by_role("button", name="Save attribution").click()
    page.wait_for_url(re.compile(r"/attributions/\d+/$"))
    page.get_by_role("link", name="Another advocate").click()
    page.get_by_role("combobox", name="By", exact=True).fill("tom")
    page.get_by_role("option", name="Tom Becker").click()
    expect(page.locator("#ahead")).to_contain_text("Ines Brandt is the active advocate there")
    page.get_by_label("Deactivate the attribution of Ines Brandt with this").check()
    page.get_by_label("Why").fill("A mix-up")
    page.get_by_role("button", name="Save attribution").click()
    page.wait_for_url(re.compile(r"/attributions/\d+/$"))
    expect(page.locator(".a-head")).to_contain_text("Tom Becker → Nora Weber")
    assert [str(one) for one in ReferralAttribution.objects.filter(is_active=True)] == [
        "Tom Becker → Nora Weber in Spring"
    ]


def test_the_owner_erases_a_person_and_the_proof_holds(
    page: Page, live_server: Any, shop: Program, complaints: list[str]
) -> None:
    proof.seal_all()
    someone = Contact.objects.get(email="c0@example.com")
    page.goto(f"{live_server.url}/contacts/{someone.pk}/")
    page.locator("summary", has_text="Erase…").click()
    page.get_by_label("I am sure: this cannot be taken back").check()
    page.get_by_role("button", name="Erase this person").click()
    expect(page.get_by_text("This person was erased on")).to_be_visible()
    page.goto(f"{live_server.url}/settings/proof/")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Every link holds")).to_be_visible()


def test_everybody_can_use_them(page: Page, live_server: Any, shop: Program) -> None:
    record("B-1", claims=Claims("INES10"))
    tie = ReferralAttribution.objects.get()
    proof.seal_all()
    proof.check_and_keep()
    page.emulate_media(reduced_motion="reduce")
    for address in (
        "orders/attention/",
        "attributions/",
        "attributions/new/",
        f"attributions/{tie.pk}/",
        "settings/proof/",
        "campaigns/new/",
    ):
        page.goto(f"{live_server.url}/{address}")
        page.wait_for_load_state("networkidle")
        usable(page)
