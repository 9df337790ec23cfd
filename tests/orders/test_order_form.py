"""A new order by hand: what it needs, what it refuses, whom it says the order would be credited to."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Program as Installation
from core.events.models import Event
from core.properties import changes
from core.properties.changes import Terms
from orders.models import Decision, Order
from referrals.attribution import Claims
from referrals.models import Contact, ReferralAttribution
from tests import factories, people
from tests.orders import program
from tests.orders.program import Program, errors, record, words

pytestmark = pytest.mark.django_db

ASK = {"HX-Request": "true"}


@pytest.fixture
def shop(client: Client) -> Program:
    client.force_login(people.marc())
    return program.start()


def written(**fields: Any) -> dict[str, Any]:
    """The form as Marc fills it in: an order of 80 by Nora, with the code of Ines."""
    usual = {"order_id": "O-1", "customer": "nora.weber@example.com", "revenue_amount": "80"}
    return {**usual, "short_code": "INES10", "ordered_at": "2026-11-20T12:00", **fields}


def save(client: Client, **fields: Any) -> Any:
    return client.post("/orders/new/", written(**fields))


def ahead(client: Client, **fields: Any) -> str:
    return words(client.post("/orders/new/preview/", written(**fields), headers=ASK).content.decode())


def test_an_order_is_recorded_through_the_door(client: Client, shop: Program) -> None:
    answer = save(client, external_status=" paid ", hubspot_dealstage="won")
    order = Order.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/")
    facts = (order.order_id, order.revenue_amount, order.currency, order.source, order.customer)
    assert facts == ("O-1", Decimal(80), "USD", "dashboard", shop.nora)
    assert (order.external_status, order.hubspot_dealstage) == ("paid", "won")
    assert (order.advocate, order.campaign, order.reason) == (shop.ines, shop.spring, "code")
    assert order.ordered_at == factories.NOON
    event = Event.objects.get(kind="order_recorded")
    assert (event.actor_label, event.source) == ("Marc Manager", "dashboard")


def test_the_campaign_says_in_what_currency_it_counts(client: Client, shop: Program) -> None:
    save(client, campaign="winter", short_code="")
    save(client, order_id="O-2", campaign="winter", short_code="", currency="JPY")
    currencies = Order.objects.order_by("order_id").values_list("currency", flat=True)
    assert list(currencies) == ["EUR", "JPY"]


def test_a_customer_is_chosen_named_or_made(client: Client, shop: Program) -> None:
    save(client, customer=str(shop.nora.pk))
    save(
        client,
        order_id="O-2",
        customer=" Leo.Kern@Example.com",
        customer_first_name="Leo",
        customer_uid="C-7",
    )
    save(client, order_id="O-3", customer="", customer_uid="C-8", customer_last_name="Roth")
    first, second, third = Order.objects.order_by("order_id").select_related("customer")
    assert first.customer == shop.nora
    leo = (second.customer.email, second.customer.first_name, second.customer.uid, second.customer.status)
    assert leo == ("leo.kern@example.com", "Leo", "C-7", "prospect")
    assert (third.customer.email, third.customer.uid, third.customer.last_name) == (None, "C-8", "Roth")


def test_an_advocate_is_chosen_or_named(client: Client, shop: Program) -> None:
    save(client, short_code="", advocate=str(shop.ines.pk))
    save(client, order_id="O-2", short_code="", customer="leo@example.com", advocate="tom.becker@example.com")
    assert list(Order.objects.order_by("order_id").values_list("advocate", "reason")) == [
        (shop.ines.pk, "advocate_email"),
        (shop.tom.pk, "advocate_email"),
    ]
    uid_only = Contact.objects.create(uid="A-1", first_name="Ada")
    answer = save(client, order_id="O-3", short_code="", advocate=str(uid_only.pk))
    assert errors(answer) == {"advocate": "Ada has no e-mail address. Give their referral code instead."}


def test_a_date_is_by_the_programs_clock_and_now_unless_said(client: Client, shop: Program) -> None:
    Installation.objects.update(time_zone="Asia/Tokyo")
    save(client, ordered_at="2026-11-20T09:30")
    before = timezone.now()
    shown = timezone.localtime(before, dt.timezone(dt.timedelta(hours=9))).strftime("%Y-%m-%dT%H:%M")
    assert f'value="{shown[:13]}' in client.get("/orders/new/").content.decode()
    save(client, order_id="O-2", ordered_at=shown)
    save(client, order_id="O-3", ordered_at="")
    first, second, third = Order.objects.order_by("order_id")
    assert first.ordered_at == dt.datetime(2026, 11, 20, 0, 30, tzinfo=dt.UTC)
    assert before - dt.timedelta(minutes=1) < second.ordered_at < timezone.now()
    assert before < third.ordered_at < timezone.now()


def test_custom_properties_are_asked_for_by_their_types(client: Client, shop: Program) -> None:
    owner = people.olga()
    for name, kind, required in (
        ("plan", "String", False),
        ("seats", "Integer", True),
        ("gift", "Boolean", False),
    ):
        changes.add("order", name, kind, Terms("", required, False), by=owner)
    answer = save(client, **{"properties.seats": "many"})
    assert errors(answer) == {"properties.seats": "“many” is not a whole number."}
    assert errors(save(client)) == {"properties.seats": "“seats” is required."}
    save(client, **{"properties.seats": "3", "properties.gift": "true", "properties.plan": ""})
    assert Order.objects.get().properties == {"seats": 3, "gift": True}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("order_id", "", "An order needs an id of its own."),
        ("order_id", "x" * 300, "This is longer than 255 characters."),
        ("order_id", "a\0b", "Null characters are not allowed."),
        ("customer", "", "Say who bought: an e-mail address or a customer id."),
        ("customer", "nora.example.com", "“nora.example.com” is not an e-mail address."),
        ("customer", "999999", "“999999” is not an e-mail address."),
        ("customer_first_name", "x" * 300, "This is longer than 120 characters."),
        ("revenue_amount", "", "An order needs its revenue; 0 is allowed."),
        ("revenue_amount", "-1", "Revenue cannot be negative. Record what was taken back as a refund."),
        ("revenue_amount", "1.005", "1.005 has too many decimals: USD has 2 decimals."),
        ("revenue_amount", "many", "“many” is not a number."),
        (
            "revenue_amount",
            "1,234.50",
            "“1,234.50” is not a number. Write it without separators, with a point before the decimals.",
        ),
        ("revenue_amount", "1e300", "“1e300” is too large."),
        ("revenue_amount", "NaN", "“NaN” is not a number."),
        ("currency", "ZZZ", "“ZZZ” is not a currency; use a three-letter code such as USD."),
        ("campaign", "moon", "There is no campaign “moon”."),
        ("ordered_at", "1900-01-01T00:00", "This date is before 2000."),
        ("ordered_at", "0001-01-01T00:00", "This date is before 2000."),
        ("ordered_at", "9999-12-31T23:59", "This date is after 2199."),
        ("ordered_at", "yesterday", "Enter a valid date/time."),
        ("advocate", "ines", "“ines” is not an e-mail address."),
        ("short_code", "x" * 300, "This is longer than 255 characters."),
        ("coupon_code", "a\0", "Null characters are not allowed."),
        ("external_status", "x" * 300, "This is longer than 255 characters."),
    ],
)
def test_bad_input_is_refused_at_its_field(
    client: Client, shop: Program, field: str, value: str, said: str
) -> None:
    answer = save(client, **{field: value})
    assert answer.status_code == 422
    assert errors(answer) == {field: said}
    assert client.post("/orders/new/preview/", written(**{field: value}), headers=ASK).status_code == 200
    nothing_was_written()


def nothing_was_written() -> None:
    assert not Order.objects.exists()
    assert not ReferralAttribution.objects.exists()
    assert not Decision.objects.exists()
    assert not Event.objects.filter(noun__in=["order", "attribution", "contact"]).exists()
    assert Contact.objects.count() == 3


def test_all_that_is_wrong_is_said_at_once_and_what_was_written_is_kept(
    client: Client, shop: Program
) -> None:
    answer = save(
        client,
        order_id="",
        revenue_amount="-5",
        ordered_at="1900-01-01T00:00",
        advocate="ines",
        coupon_code="🎉",
    )
    assert list(errors(answer)) == ["order_id", "ordered_at", "revenue_amount", "advocate"]
    html = answer.content.decode()
    for value in ("-5", "1900-01-01T00:00", "ines", "🎉", "nora.weber@example.com", "INES10"):
        assert f'value="{value}"' in html
    nothing_was_written()


def test_emoji_and_right_to_left_texts_go_in(client: Client, shop: Program) -> None:
    save(
        client,
        order_id="طلب-🎉",
        external_status="مدفوع",
        customer_first_name="نورا",
        customer="n@example.com",
    )
    order = Order.objects.get()
    assert (order.order_id, order.external_status, order.customer.first_name) == ("طلب-🎉", "مدفوع", "نورا")


def test_a_bad_claim_does_not_keep_an_order_out(client: Client, shop: Program) -> None:
    assert save(client, short_code="NOPE").status_code == 302
    order = Order.objects.get()
    assert (order.advocate, order.reason, order.attention) == (None, "unknown_code", "unknown_code")


def test_an_id_that_is_taken_leads_to_its_order(client: Client, shop: Program) -> None:
    known = record("O-1")
    answer = save(client)
    assert answer.status_code == 422
    assert errors(answer) == {"order_id": "There is an order with this id already. Open it"}
    assert f'<a href="/orders/{known.pk}/">Open it</a>' in answer.content.decode()
    known.refresh_from_db()
    assert (known.revenue_amount, Order.objects.count()) == (Decimal(100), 1)


def test_sent_twice_it_is_one_order(client: Client, shop: Program) -> None:
    first, second = save(client), save(client)
    assert first["Location"] == second["Location"] == f"/orders/{Order.objects.get().pk}/"
    assert Event.objects.filter(kind="order_recorded").count() == 1
    assert save(client, revenue_amount="81").status_code == 422


def test_the_look_ahead_says_who_and_why_and_writes_nothing(client: Client, shop: Program) -> None:
    with CaptureQueriesContext(connection) as queries:
        text = ahead(client, customer="leo@example.com")
    assert text == (
        "Ines Brandt gets this order The order came with the advocate's referral code."
        " With this order the customer is referred for good: later ones in this campaign count too."
        " decided it: Referral code INES10 belongs to Ines Brandt in Spring Good when the order was placed."
        " Customer leo@example.com, new Campaign Spring Revenue 80.00 USD Once saved, this is permanent."
    )
    assert {one["sql"].split()[0] for one in queries} <= {"SELECT"}
    assert len(queries) <= 18, [one["sql"][:120] for one in queries]
    nothing_was_written()


def test_the_look_ahead_needs_only_those_who_took_part(client: Client, shop: Program) -> None:
    people.olga()
    assert "Ines Brandt gets this order" in ahead(client, order_id="", revenue_amount="", currency="ZZZ")
    assert ahead(client, customer="").startswith("Who gets this order? Say who bought.")
    assert "Nobody gets this order" in ahead(client, short_code="")
    assert "“leo” is not an e-mail address." in ahead(client, customer="leo")
    assert "Customer Nora Weber" in ahead(client, customer=str(shop.nora.pk))
    assert "There is no campaign “moon”." in ahead(client, campaign="moon")
    record("O-9", claims=Claims("INES10"))
    assert "Referred before by Ines Brandt in Spring on 20 Nov" in ahead(
        client, short_code="", campaign="spring"
    )


def test_the_look_ahead_and_the_order_agree(client: Client, shop: Program) -> None:
    foreseen = ahead(client, coupon_code="NOPE")
    save(client, coupon_code="NOPE")
    page = words(client.get(f"/orders/{Order.objects.get().pk}/"))
    evidence = foreseen[foreseen.index("decided it:") : foreseen.index(" Customer")]
    assert evidence in page


def test_without_a_script_the_look_ahead_is_a_page(client: Client, shop: Program) -> None:
    answer = client.post("/orders/new/preview/", written(coupon_code="SAVE5"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Ines Brandt gets this order" in html
    assert 'value="SAVE5"' in html
    assert "<html" in html
    nothing_was_written()


def test_what_comes_in_the_address_is_filled_in(client: Client, shop: Program) -> None:
    html = client.get(f"/orders/new/?customer={shop.nora.pk}&campaign=spring").content.decode()
    assert f'value="{shop.nora.pk}"' in html
    assert 'data-text="Nora Weber"' in html
    assert '<option value="spring" selected>' in html


def test_the_limited_work_within_their_campaigns(client: Client, shop: Program) -> None:
    lea = factories.limit_to(people.person("lea@example.com", "manager"), shop.spring)
    client.force_login(lea)
    html = client.get("/orders/new/").content.decode()
    assert ">Spring</option>" in html
    assert ">Winter</option>" not in html
    assert errors(save(client, short_code="")) == {"campaign": "Name one of your campaigns."}
    assert errors(save(client, campaign="winter", short_code="")) == {
        "campaign": "There is no campaign “winter”."
    }
    assert errors(save(client, customer=str(shop.tom.pk)))["customer"].endswith("is not an e-mail address.")
    record("O-7", claims=Claims("TOM5"))
    taken = save(client, order_id="O-7")
    assert errors(taken) == {"order_id": "This id belongs to an order that you may not see."}
    assert save(client).status_code == 302


def test_an_unwritten_form_is_refused_and_a_strange_one_too(client: Client, shop: Program) -> None:
    assert client.post("/orders/new/", {}).status_code == 422
    assert client.post("/orders/new/preview/", {}, headers=ASK).status_code == 200
    assert client.get("/orders/new/preview/").status_code == 405
    assert client.post("/orders/new/", {"customer": "9" * 4000, "ordered_at": "٣"}).status_code == 422
    nothing_was_written()
