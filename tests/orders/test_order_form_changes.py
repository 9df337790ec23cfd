"""Refunding, voiding and attributing a known order: what a person may do, and what they may not."""

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.events.log import SYSTEM
from core.events.models import Event
from orders import intake
from orders.intake import RefundDraft
from orders.models import Order, Refund
from referrals.attribution import Claims
from referrals.models import Enrollment, ReferralAttribution
from tests import factories, people
from tests.orders import program
from tests.orders.program import Program, errors, happened, opened, record, said, send, words

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture
def shop(client: Client) -> Program:
    client.force_login(people.marc())
    return program.start()


# --- Refund ----------------------------------------------------------------------------------------


def test_a_part_is_refunded_then_the_rest(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10"))
    assert opened(client, f"/orders/{order.pk}/refund/")["amount"] == "100.00"
    assert "30.50 USD taken back." in said(
        client, send(client, order, "refund", amount="30.50", note="Too small 🎉")
    )
    order.refresh_from_db()
    assert (order.refunded_amount, order.status) == (Decimal("30.50"), "partly_refunded")
    assert opened(client, f"/orders/{order.pk}/refund/")["amount"] == "69.50"
    send(client, order, "refund")
    order.refresh_from_db()
    assert (order.refunded_amount, order.status, order.advocate) == (Decimal(100), "refunded", shop.ines)
    assert list(Refund.objects.order_by("id").values_list("amount", "kind", "note")) == [
        (Decimal("30.50"), "refund", "Too small 🎉"),
        (Decimal("69.50"), "refund", ""),
    ]
    assert f"/orders/{order.pk}/refund/" not in client.get(f"/orders/{order.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "at", "words_"),
    [
        ({"amount": "100.01"}, "amount", "At most 100.00 USD can be taken back."),
        ({"amount": "0"}, "amount", "A refund is more than nothing."),
        ({"amount": "-5"}, "amount", "A refund is more than nothing."),
        ({"amount": "1.005"}, "amount", "Give an amount in USD, with at most 2 decimals."),
        ({"amount": ""}, "amount", "Say how much was taken back."),
        ({"amount": "lots"}, "amount", "“lots” is not a number."),
        ({"note": "a\0"}, "note", "Null characters are not allowed."),
        ({"kind": "gift"}, "kind", "Select a valid choice. gift is not one of the available choices."),
    ],
)
def test_bad_refunds_are_refused(
    client: Client, shop: Program, fields: dict[str, str], at: str, words_: str
) -> None:
    order = record("O-1")
    answer = send(client, order, "refund", **fields)
    assert (answer.status_code, errors(answer)) == (422, {at: words_})
    assert not Refund.objects.exists()
    order.refresh_from_db()
    assert (order.refunded_amount, order.status) == (Decimal(0), "recorded")


def test_a_refund_sent_twice_is_one(client: Client, shop: Program) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/refund/"
    form = {**opened(client, address), "amount": "40"}
    assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
    assert Refund.objects.get().amount == Decimal(40)


def test_a_refund_meanwhile_leaves_less(client: Client, shop: Program) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/refund/"
    form = opened(client, address)
    intake.refund(order.pk, RefundDraft(refund_id="r", amount=Decimal(70)), source="api", actor=SYSTEM)
    answer = client.post(address, form)
    assert errors(answer) == {"amount": "At most 30.00 USD can be taken back."}
    assert client.post(address, {**form, "token": "no-token"}).status_code == 422
    assert Refund.objects.count() == 1


def test_an_order_can_be_cancelled_or_disputed(client: Client, shop: Program) -> None:
    one, two = record("O-1"), record("O-2")
    send(client, one, "refund", kind="cancellation")
    send(client, two, "refund", kind="dispute", amount="10")
    assert list(Order.objects.order_by("order_id").values_list("status", flat=True)) == [
        "cancelled",
        "disputed",
    ]


# --- Void ------------------------------------------------------------------------------------------


def test_a_mistake_is_voided_with_a_reason(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10"))
    text = words(client.get(f"/orders/{order.pk}/void/"))
    assert "It leaves tables and totals: one order, 100.00 USD." in text
    assert "its id O-1 is free for another order" in text
    assert "Nora Weber stays referred by Ines Brandt." in text
    assert "Its id is free again." in said(client, send(client, order, "void", reason="Entered twice"))
    order.refresh_from_db()
    assert (order.status, order.void_reason, order.advocate) == ("voided", "Entered twice", shop.ines)
    page = words(client.get(f"/orders/{order.pk}/"))
    assert "O-1 Voided 100.00 USD" in page
    assert ": Entered twice It is kept for its history, and counts nowhere." in page
    assert "O-1" not in words(client.get("/orders/"))
    assert record("O-1").pk != order.pk


@pytest.mark.parametrize(
    ("reason", "words_"),
    [
        ("", "Say why, for whoever wonders later."),
        ("  ", "Say why, for whoever wonders later."),
        ("x" * 501, "Ensure this value has at most 500 characters (it has 501)."),
        ("a\0", "Null characters are not allowed."),
    ],
)
def test_voiding_needs_a_reason(client: Client, shop: Program, reason: str, words_: str) -> None:
    order = record("O-1")
    answer = send(client, order, "void", reason=reason)
    assert (answer.status_code, errors(answer)) == (422, {"reason": words_})
    order.refresh_from_db()
    assert order.voided_at is None


@pytest.mark.parametrize("what", ["edit", "refund", "void", "attribute"])
def test_a_voided_order_takes_no_change(client: Client, shop: Program, what: str) -> None:
    order = record("O-1")
    form = opened(client, f"/orders/{order.pk}/{what}/")
    intake.void(order.pk, "A mistake", source="api", actor=SYSTEM)
    events = happened(order)
    sent = {
        **form,
        "reason": "x",
        "external_status": "paid",
        "advocate": str(shop.ines.pk),
        "campaign": "spring",
    }
    answer = client.post(f"/orders/{order.pk}/{what}/", sent)
    assert "This order was voided; it takes no change." in said(client, answer)
    assert client.get(f"/orders/{order.pk}/{what}/").status_code == 302
    assert happened(order) == events
    assert not Refund.objects.exists()
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert f"/orders/{order.pk}/{what}/" not in page


# --- Attribute -------------------------------------------------------------------------------------


def test_a_person_credits_an_advocate_late_and_for_good(client: Client, shop: Program) -> None:
    order = record("O-1")
    assert "This is permanent" in words(client.get(f"/orders/{order.pk}/attribute/"))
    told = {"advocate": str(shop.ines.pk), "campaign": "spring", "reason": "Ines called us"}
    assert "Ines Brandt is credited with O-1 now, for good." in said(
        client, send(client, order, "attribute", **told)
    )
    order.refresh_from_db()
    assert (order.advocate, order.campaign, order.reason) == (shop.ines, shop.spring, "person")
    page = words(client.get(f"/orders/{order.pk}/"))
    assert "Why Ines Brandt?" in page
    assert "decided it: A person chose Ines Brandt in Spring “Ines called us”" in page
    assert "Permanent since" in page
    assert "Attributed to Ines Brandt Decided by a person, permanent from here on by Marc Manager" in page


def test_whoever_is_no_advocate_yet_becomes_one(client: Client, shop: Program) -> None:
    order = record("O-1", campaign_uid="spring", claims=Claims(advocate_email="tom.becker@example.com"))
    page = client.get(f"/orders/{order.pk}/").content.decode()
    assert "Credit Tom Becker by hand" in page
    told = {"advocate": "Tom.Becker@example.com", "reason": "He did refer her"}
    assert send(client, order, "attribute", **told).status_code == 302
    order.refresh_from_db()
    assert (order.advocate, order.campaign) == (shop.tom, shop.spring)
    assert Enrollment.objects.filter(contact=shop.tom, campaign=shop.spring).exists()


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        (lambda shop: {}, {
            "advocate": "Choose an advocate.",
            "campaign": "Choose a campaign.",
            "reason": "Say why, for whoever wonders later.",
        }),
        (lambda shop: {"advocate": "nobody@example.com", "campaign": "moon", "reason": "x"}, {
            "advocate": "There is no contact with this e-mail address. Add them to your contacts first.",
            "campaign": "There is no such campaign.",
        }),
        (lambda shop: {"advocate": str(shop.nora.pk), "campaign": "spring", "reason": "x"}, {
            "advocate": "Advocate and customer are the same person.",
        }),
        (lambda shop: {"advocate": "a\0", "campaign": "spring", "reason": "x"}, {
            "advocate": "Null characters are not allowed.",
        }),
    ],
)  # fmt: skip
def test_a_bad_attribution_is_refused(
    client: Client, shop: Program, told: Callable[[Program], dict[str, str]], wrong: dict[str, str]
) -> None:
    order = record("O-1")
    answer = send(client, order, "attribute", **told(shop))
    assert (answer.status_code, errors(answer)) == (422, wrong)
    order.refresh_from_db()
    assert order.advocate is None
    assert not ReferralAttribution.objects.exists()


def test_another_advocates_customer_cannot_be_taken(client: Client, shop: Program) -> None:
    order = record("O-1", campaign_uid="spring")
    factories.attribution(shop.tom, shop.nora, shop.spring)
    answer = send(client, order, "attribute", advocate=str(shop.ines.pk), reason="x")
    assert errors(answer) == {
        "advocate": "The customer has since been referred by another advocate in this campaign."
    }


def test_attributing_twice_is_told_kindly(client: Client, shop: Program) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/attribute/"
    told = {"advocate": str(shop.ines.pk), "campaign": "spring", "reason": "x"}
    client.post(address, told)
    answer = client.post(address, {**told, "advocate": str(shop.tom.pk), "campaign": "winter"})
    text = said(client, answer)
    assert "Ines Brandt is credited with this order already, for good." in text
    order.refresh_from_db()
    assert (order.advocate, order.campaign) == (shop.ines, shop.spring)
    assert happened(order).count("order_attributed") == 1


def test_an_attribution_that_comes_in_between_is_no_error(
    client: Client, shop: Program, monkeypatch: Any
) -> None:
    """Two people decide at the same time: the view saw nobody, the door finds somebody."""
    order = record("O-1")
    real = intake.attribute

    def overtaken(pk: int, **terms: Any) -> Any:
        real(pk, **{**terms, "advocate_id": shop.ines.pk, "campaign_id": shop.spring.pk})
        return real(pk, **terms)

    monkeypatch.setattr(intake, "attribute", overtaken)
    answer = send(client, order, "attribute", advocate=str(shop.tom.pk), campaign="winter", reason="x")
    assert errors(answer) == {"advocate": "This order has an advocate already, for good."}


# --- Dialogs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["refund", "void"])
def test_dialogs_are_parts_of_a_page_and_lead_back(client: Client, shop: Program, what: str) -> None:
    order = record("O-1")
    address = f"/orders/{order.pk}/{what}/"
    html = client.get(address, headers=IN_DIALOG).content.decode()
    assert "<html" not in html
    assert f'hx-post="{address}"' in html
    refused = client.post(address, {}, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    told = {"amount": "1", "kind": "refund", "token": str(uuid.uuid4()), "reason": "x"}
    answer = client.post(address, told, headers=IN_DIALOG)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/orders/{order.pk}/")


def test_a_get_writes_nothing(client: Client, shop: Program) -> None:
    order = record("O-1")
    before = (Event.objects.count(), order.updated_at)
    for what in ("", "edit/", "refund/", "void/", "attribute/"):
        assert client.get(f"/orders/{order.pk}/{what}").status_code == 200
    order.refresh_from_db()
    assert (Event.objects.count(), order.updated_at) == before
