"""The page of one order: what it is, what happened to it, and why it belongs to whom it does."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.events.log import SYSTEM, actor_for
from core.events.models import Event
from core.properties import changes
from core.properties.changes import Terms
from orders import intake
from orders.intake import OrderDraft, RefundDraft
from orders.models import Decision
from referrals.attribution import Claims
from referrals.models import Contact
from tests import factories, people
from tests.orders import program
from tests.orders.program import Program, record, words

pytestmark = pytest.mark.django_db

CODE_OF_INES = "Referral code INES10 belongs to Ines Brandt in Spring"


@pytest.fixture
def shop(client: Client) -> Program:
    client.force_login(people.marc())
    return program.start()


def at(order: Any, more: str = "") -> str:
    return f"/orders/{order.pk}/{more}"


def test_head_and_facts_say_what_it_is(client: Client, shop: Program) -> None:
    owner = people.olga()
    changes.add("order", "plan", "String", Terms("", False, False), by=owner)
    changes.add("order", "gift", "Boolean", Terms("", False, False), by=owner)
    order = record(
        "O-1",
        claims=Claims("INES10"),
        revenue_amount=Decimal("1248.5"),
        external_status="paid",
        ip_address="203.0.113.9",
        properties={"plan": "annual", "gift": "yes"},
    )
    text = words(client.get(at(order)))
    assert text.startswith("O-1 Recorded 1,248.50 USD API · 20 Nov 2026, 12:00 Refund Edit Void")
    for fact in (
        "Campaign Spring",
        "External status paid",
        "HubSpot deal stage Not set",
        "IP address 203.0.113.9",
        "plan custom annual",
        "gift custom Yes",
        "Customer NW Nora Weber nora.weber@example.com",
        "All orders through Ines Brandt",
    ):
        assert fact in text


def test_it_explains_who_is_credited_with_the_evidence(client: Client, shop: Program) -> None:
    click = shop.tom.enrollments.get().clicks.create(code="TOM5", clicked_at=factories.LONG_AGO)
    claims = Claims("ines10", "WELCOME5", "tom.becker@example.com", str(click.click_id))
    text = words(client.get(at(record("O-1", claims=claims))))
    said = text[text.index("Why Ines Brandt?") : text.index("Customer NW")].strip()
    assert re.sub(r"since .*?\.", "since then.", said) == (
        "Why Ines Brandt? The order came with the advocate's referral code."
        " decided it: Referral code ines10 belongs to Ines Brandt in Spring Good when the order was placed."
        " did not count: Coupon WELCOME5 names nobody No advocate has this coupon code."
        " did not count: Advocate tom.becker@example.com is Tom Becker in Winter"
        " It belongs to another campaign than the order."
        " did not count: Click on the link of Tom Becker in Winter"
        " It belongs to another campaign than the order."
        " Permanent since then. Nobody can change it, here or in the database. The attribution"
    )


def test_a_second_code_loses_to_the_first_touch(client: Client, shop: Program) -> None:
    record("O-1", claims=Claims("INES10"))
    factories.code("UTE7", factories.enrollment(factories.contact("Ute Lang"), shop.spring))
    text = words(client.get(at(record("O-2", claims=Claims("UTE7")))))
    assert "Why Ines Brandt?" in text
    assert (
        "decided it: Referred before by Ines Brandt in Spring on 20 Nov"
        " A known customer needs no code: the first touch counts." in text
    )
    assert (
        "came too late: Referral code UTE7 belongs to Ute Lang in Spring"
        " It holds, but the customer had been referred before, and the first touch counts." in text
    )


def test_nobody_is_explained_with_the_nearest_miss(client: Client, shop: Program) -> None:
    code = shop.ines.enrollments.get().codes.get()
    code.disabled_at = factories.LONG_AGO
    code.save()
    order = record("O-1", claims=Claims("INES10", "NOPE"))
    text = words(client.get(at(order)))
    assert "Needs attention. The code was disabled when the order was placed." in text
    assert (
        "Why nobody? None of what named an advocate counted. The nearest miss was Ines Brandt,"
        " by 688 days."
        " did not count: Referral code INES10 belongs to Ines Brandt in Spring"
        " The code was disabled when the order was placed. It counted until 1 Jan 2025: 688 days too late."
        " did not count: Coupon NOPE names nobody No advocate has this coupon code."
        " Credit Ines Brandt by hand" in text
    )
    assert "Permanent since" not in text
    assert (
        f'href="{at(order, "attribute/")}?advocate={shop.ines.pk}"' in client.get(at(order)).content.decode()
    )


def test_a_click_that_is_too_old_says_until_when_it_counted(client: Client, shop: Program) -> None:
    visit = shop.ines.enrollments.get().clicks.create(code="INES10", clicked_at=factories.LONG_AGO)
    text = words(client.get(at(record("O-1", claims=Claims(click_id=str(visit.click_id))))))
    assert (
        "did not count: Click on the link of Ines Brandt in Spring on 1 Jan 2025"
        " The click lies outside the campaign's tracking window."
        " It counted until 1 Apr 2025: 598 days too late." in text
    )
    assert "Credit Ines Brandt by hand" in text


@pytest.mark.parametrize(
    ("customer", "status", "sentence"),
    [
        ("ines.brandt@example.com", "enrolled", "Advocate and customer are the same person."),
        ("leo@example.com", "banned", "The advocate was banned when the order was placed."),
    ],
)
def test_whom_a_person_could_not_credit_is_not_suggested(
    client: Client, shop: Program, customer: str, status: str, sentence: str
) -> None:
    Contact.objects.filter(pk=shop.ines.pk).update(status=status)
    text = words(client.get(at(record("O-1", customer_email=customer, claims=Claims("INES10")))))
    assert (
        f"The one thing that named an advocate did not count. did not count: {CODE_OF_INES} {sentence}"
        in text
    )
    assert "by hand" not in text


def test_an_order_that_nobody_was_named_for_says_so(client: Client, shop: Program) -> None:
    text = words(client.get(at(record("O-1"))))
    assert "Why nobody?" in text
    assert "did not count" not in text
    assert "Needs attention" not in text


def test_a_deactivated_attribution_stays_with_its_order(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10"))
    tie = order.referral_attribution
    assert tie is not None
    tie.is_active, tie.deactivated_at = False, factories.NOON
    tie.save()
    text = words(client.get(at(order)))
    assert "Why Ines Brandt?" in text
    assert "The attribution was deactivated on 20 Nov: this order keeps it, new ones do not." in text


def test_the_timeline_tells_who_when_from_where_and_old_to_new(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10"), external_status="open")
    marc = actor_for(people.anna())
    intake.edit(
        order.pk,
        OrderDraft(external_status="paid", revenue_amount=Decimal("120.50")),
        source="dashboard",
        actor=marc,
    )
    refund = RefundDraft(refund_id="r-1", amount=Decimal("20.5"), note="Too small")
    intake.refund(order.pk, refund, source="shopify", actor=SYSTEM)
    intake.record([OrderDraft(order_id="O-1", claims=Claims("TOM5"))], source="api", actor=SYSTEM)
    text = re.sub(r" 2\d \w+ 2026, \d\d:\d\d", "", words(client.get(at(order))).partition("Timeline ")[2])
    assert text.partition("Why")[0].strip() == (
        "A later claim was noted Referral code TOM5. It changes nothing. through the API"
        " 20.50 USD refunded Too small from Shopify"
        " 2 facts changed Revenue 100.00 USD → 120.50 USD External status open → paid"
        " by Anna Analyst, in the dashboard"
        " Attributed to Ines Brandt Referral code, permanent from here on through the API"
        " Recorded with 100.00 USD through the API"
    )


def test_refunds_are_listed_and_the_rest_named(client: Client, shop: Program) -> None:
    order = record("O-1")
    done = RefundDraft(refund_id="r-1", amount=Decimal(30))
    open_ = RefundDraft(refund_id="d-1", amount=Decimal(30), kind="dispute", status="pending")
    for draft in (done, open_):
        intake.refund(order.pk, draft, source="stripe", actor=SYSTEM)
    text = words(client.get(at(order)))
    assert text.startswith("O-1 Disputed 100.00 USD")
    assert "Revenue 100.00 USD (30.00 USD refunded)" in text
    assert re.search(r"Refunds 30\.00 USD Dispute, pending .* 30\.00 USD Refund ", text)


def test_what_the_source_sent_is_there_for_those_who_debug(client: Client, shop: Program) -> None:
    html = client.get(at(record("O-1", source_details={"id": 7, "html": "<script>"}))).content.decode()
    assert "What API sent" in html
    assert "&quot;html&quot;: &quot;&lt;script&gt;&quot;" in html
    assert "What API sent" not in client.get(at(record("O-2"))).content.decode()


def test_strange_texts_are_shown_and_escaped(client: Client, shop: Program) -> None:
    evil = '"><img src=x onerror=alert(1)> مرحبا 🎉 {{ 7|add:7 }}'
    mail = "evil@example.com"
    order = record(
        evil, external_status=evil, customer_email=mail, customer_first_name=evil[:100], claims=Claims(evil)
    )
    for address in (
        at(order),
        at(order, "edit/"),
        at(order, "refund/"),
        at(order, "void/"),
        at(order, "attribute/"),
    ):
        html = client.get(address).content.decode()
        assert "<img" not in html.partition("<main")[2]
        assert "14" not in re.findall(r"<h1>.*?</h1>", html, re.DOTALL)[0]
    assert "مرحبا 🎉 {{ 7|add:7 }}" in words(client.get(at(order)))


def test_only_those_who_may_see_it_do(client: Client, shop: Program) -> None:
    spring, none = record("S", claims=Claims("INES10")), record("N")
    limited = factories.limit_to(people.person("lea@example.com", "manager"), shop.winter)
    client.force_login(limited)
    for order in (spring, none):
        for more in ("", "edit/", "refund/", "void/", "attribute/"):
            assert client.get(at(order, more)).status_code == 404
            if more:
                assert client.post(at(order, more), {"reason": "x"}).status_code == 404
    spring.refresh_from_db()
    assert spring.voided_at is None


def test_the_limited_read_no_names_out_of_other_campaigns(client: Client, shop: Program) -> None:
    order = record("S", campaign_uid="spring", claims=Claims("TOM5"))
    client.force_login(factories.limit_to(people.person("lea@example.com", "manager"), shop.spring))
    text = words(client.get(at(order)))
    assert "Referral code TOM5 belongs to somebody in a campaign that is not shown to you" in text
    assert "Tom Becker" not in text
    assert "Winter" not in text


def test_an_analyst_looks_and_changes_nothing(client: Client, shop: Program) -> None:
    order = record("O-1")
    client.force_login(people.anna())
    html = client.get(at(order)).content.decode()
    assert "O-1" in html
    for more in ("edit/", "refund/", "void/", "attribute/"):
        assert at(order, more) not in html
        assert client.post(at(order, more), {"reason": "x"}).status_code == 403
    assert client.get("/orders/new/").status_code == 403


def test_nothing_that_is_not_there_breaks(client: Client, shop: Program) -> None:
    assert client.get("/orders/999999/").status_code == 404
    assert client.get(f"/orders/{10**30}/").status_code == 404


def test_erased_people_are_gone_and_the_facts_stay(client: Client, shop: Program) -> None:
    order = record(
        "O-1", campaign_uid="spring", claims=Claims("INES10", advocate_email="tom.becker@example.com")
    )
    intake.edit(
        order.pk, OrderDraft(external_status="paid"), source="dashboard", actor=actor_for(people.anna())
    )
    blank = {"email": None, "uid": None, "first_name": "", "last_name": "", "erased_at": factories.NOON}
    Contact.objects.update(**blank)
    Decision.objects.update(personal=None)
    Event.objects.update(personal=None, actor_label=None)
    html = client.get(at(order)).content.decode()
    text = words(html)
    assert f"Why Erased contact {shop.ines.pk}?" in text
    assert f"did not count: Advocate Erased contact {shop.tom.pk}" in text
    assert "by somebody, in the dashboard" in text
    for gone in ("Ines", "Brandt", "tom.becker", "Nora", "Anna Analyst"):
        assert gone not in html.partition("<main")[2]
    assert client.get(at(order, "edit/")).status_code == 200


def test_it_asks_few_questions_of_the_database(client: Client, shop: Program) -> None:
    order = record("O-1", claims=Claims("INES10", "NOPE", "tom.becker@example.com"), source_details={"a": 1})
    refund = RefundDraft(refund_id="r", amount=Decimal(1))
    intake.refund(order.pk, refund, source="api", actor=SYSTEM)
    client.get(at(order))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(at(order))
    assert len(queries) <= 12, [one["sql"][:120] for one in queries]
    assert not [one for one in queries if not one["sql"].startswith("SELECT")]


def test_the_command_line_explains_too(shop: Program, capsys: pytest.CaptureFixture[str]) -> None:
    record("O-1", claims=Claims("INES10", "NOPE"))
    call_command("explain", "O-1")
    said = capsys.readouterr().out.splitlines()
    assert said[:-1] == [
        "Why Ines Brandt?",
        "The order came with the advocate's referral code.",
        "  won: Referral code INES10 belongs to Ines Brandt in Spring",
        "    Good when the order was placed.",
        "  refused: Coupon NOPE names nobody",
        "    No advocate has this coupon code.",
    ]
    assert said[-1].startswith("Permanent since ")
    with pytest.raises(CommandError, match="There is no order “O-2”"):
        call_command("explain", "O-2")
