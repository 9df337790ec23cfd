"""Editing a known order: what is free, what is permanent, and two people at once."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from core.events.log import SYSTEM
from core.events.models import Event
from core.properties import changes
from core.properties.changes import Terms
from orders import intake
from orders.intake import OrderDraft, RefundDraft
from referrals.attribution import Claims
from tests import factories, people
from tests.orders import program
from tests.orders.program import Program, errors, fields_of, happened, opened, record, said, send, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(client: Client) -> Program:
    client.force_login(people.marc())
    return program.start()


def test_free_facts_are_edited(client: Client, shop: Program) -> None:
    owner = people.olga()
    changes.add("order", "plan", "String", Terms("", False, False), by=owner)
    changes.add("order", "gift", "Boolean", Terms("", False, False), by=owner)
    order = record(
        "O-1", claims=Claims("INES10"), external_status="open", properties={"plan": "annual", "gift": True}
    )
    facts = {"revenue_amount": "120.50", "ordered_at": "2026-11-19T08:15", "external_status": ""}
    answer = send(client, order, "edit", **facts, **{"properties.gift": "false", "properties.plan": ""})
    assert "Saved." in said(client, answer)
    order.refresh_from_db()
    assert (order.revenue_amount, order.external_status) == (Decimal("120.50"), "")
    assert order.ordered_at == dt.datetime(2026, 11, 19, 8, 15, tzinfo=dt.UTC)
    assert order.properties == {"gift": False}
    assert (order.advocate, order.customer, order.campaign) == (shop.ines, shop.nora, shop.spring)
    (event,) = Event.objects.filter(kind="order_updated")
    assert (event.actor_label, event.source) == ("Marc Manager", "dashboard")
    assert event.data["changed"]["external_status"] == ["open", ""]


def test_nothing_changed_is_nothing_noted(client: Client, shop: Program) -> None:
    order = record("O-1", ordered_at=factories.NOON + dt.timedelta(seconds=33))
    updated = order.updated_at
    assert send(client, order, "edit").status_code == 302
    order.refresh_from_db()
    assert order.ordered_at.second == 33
    assert (order.updated_at, happened(order)) == (updated, ["order_recorded"])


def test_what_is_permanent_is_shown_with_the_reason(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10"))
    text = words(client.get(f"/orders/{order.pk}/edit/"))
    assert "Permanent Order id O-1 From the first record on Currency USD From the first record on" in text
    assert "Source API How we first learned of it Advocate Ines Brandt Attributed, so permanent since" in text
    smuggled = {
        "customer": "tom.becker@example.com",
        "campaign": "winter",
        "order_id": "O-2",
        "currency": "EUR",
    }
    assert send(client, order, "edit", **smuggled).status_code == 302
    order.refresh_from_db()
    facts = (order.order_id, order.currency, order.customer, order.campaign)
    assert facts == ("O-1", "USD", shop.nora, shop.spring)
    assert happened(order) == ["order_recorded", "order_attributed"]


def test_customer_and_campaign_are_free_while_nobody_is_credited(client: Client, shop: Program) -> None:
    leo = factories.contact("Leo Kern")
    factories.attribution(shop.tom, leo, shop.winter)
    order = record("O-1")
    assert send(client, order, "edit", customer=str(leo.pk)).status_code == 302
    order.refresh_from_db()
    assert (order.customer, order.advocate) == (leo, None)
    send(client, order, "edit", campaign="winter")
    order.refresh_from_db()
    assert (order.campaign, order.advocate, order.reason) == (shop.winter, shop.tom, "first_touch")


@pytest.mark.parametrize(
    ("field", "value", "words_"),
    [
        ("revenue_amount", "", "An order needs its revenue; 0 is allowed."),
        ("revenue_amount", "-1", "Revenue cannot be negative. Record what was taken back as a refund."),
        ("revenue_amount", "1.005", "1.005 has too many decimals: USD has 2 decimals."),
        ("ordered_at", "1900-01-01T00:00", "This date is before 2000."),
        ("external_status", "x" * 256, "This is longer than 255 characters."),
        ("hubspot_dealstage", "a\0", "Null characters are not allowed."),
        ("customer", "", "Say who bought."),
        ("customer", "nora", "“nora” is not an e-mail address."),
        ("campaign", "moon", "There is no campaign “moon”."),
    ],
)
def test_bad_edits_are_refused_at_their_field(
    client: Client, shop: Program, field: str, value: str, words_: str
) -> None:
    order = record("O-1")
    answer = send(client, order, "edit", **{"external_status": "paid", field: value})
    assert answer.status_code == 422
    assert errors(answer) == {field: words_}
    order.refresh_from_db()
    assert (order.external_status, happened(order)) == ("", ["order_recorded"])


def test_revenue_cannot_fall_below_what_was_refunded(client: Client, shop: Program) -> None:
    order = record("O-1")
    intake.refund(order.pk, RefundDraft(refund_id="r", amount=Decimal(60)), source="api", actor=SYSTEM)
    answer = send(client, order, "edit", revenue_amount="59")
    assert "60.00 USD of it were refunded already." in errors(answer)["revenue_amount"]


def test_two_people_edit_different_facts_at_once(client: Client, shop: Program) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/edit/"
    marcs, olgas = opened(client, address), opened(client, address)
    assert client.post(address, {**marcs, "external_status": "paid"}).status_code == 302
    assert client.post(address, {**olgas, "hubspot_dealstage": "won"}).status_code == 302
    order.refresh_from_db()
    assert (order.external_status, order.hubspot_dealstage) == ("paid", "won")


def test_two_people_edit_the_same_fact_at_once(client: Client, shop: Program) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/edit/"
    marcs, olgas = opened(client, address), opened(client, address)
    client.post(address, {**marcs, "external_status": "paid"})
    answer = client.post(address, {**olgas, "external_status": "open"})
    assert answer.status_code == 422
    assert errors(answer) == {
        "external_status": "Somebody changed this to “paid” meanwhile. Save again to use yours."
    }
    order.refresh_from_db()
    assert order.external_status == "paid"
    html = answer.content.decode()
    assert 'name="seen-external_status" value="paid"' in html
    assert client.post(address, fields_of(html)).status_code == 302
    order.refresh_from_db()
    assert order.external_status == "open"


def test_an_edit_of_what_was_merged_in_meanwhile_stays_honest(client: Client, shop: Program) -> None:
    """An attribution that came between opening and saving locks customer and campaign; the rest is saved."""
    order = record("O-1")
    form = opened(client, f"/orders/{order.pk}/edit/")
    intake.record([OrderDraft(order_id="O-1", claims=Claims("INES10"))], source="api", actor=SYSTEM)
    sent = {**form, "customer": "leo@example.com", "external_status": "paid"}
    assert client.post(f"/orders/{order.pk}/edit/", sent).status_code == 302
    order.refresh_from_db()
    assert (order.customer, order.advocate, order.external_status) == (shop.nora, shop.ines, "paid")
