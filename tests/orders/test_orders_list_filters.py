"""Each filter with each of its operators: which orders stay, and how the chip says so."""

import datetime as dt
from decimal import Decimal
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.test import Client

from campaigns.models import Program
from core.imports.models import Import
from core.properties.models import PropertyDefinition
from tests import factories, people
from tests.orders.listed import chips, listed, order_ids, page

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def orders(client: Client) -> Client:
    """Five orders, A to E from the newest to the oldest, and the voided order V."""
    client.force_login(people.olga())
    spring, winter = factories.campaign("Spring"), factories.campaign("Winter")
    mia, tom = factories.contact("Mia Keller", uid="u-7"), factories.contact("Tom Weber")
    ines = factories.contact("Ines Brandt")
    by_ines = factories.attribution(ines, mia, spring)
    file = Import.objects.create(file_name="november.csv")
    day = dt.timedelta(days=1)
    factories.orders(
        factories.order_row(
            "A",
            mia,
            by=by_ines,
            ordered_at=TODAY,
            source="csv",
            imported_in=file,
            properties={"plan": "gold", "seats": 3},
        ),
        factories.order_row(
            "B",
            tom,
            campaign=winter,
            ordered_at=TODAY - day,
            revenue_amount=Decimal(250),
            currency="EUR",
            reason="other_campaign",
            attention="campaign_unclear",
            properties={"plan": "silver", "seats": 12},
        ),
        factories.order_row(
            "C", mia, ordered_at=TODAY - 20 * day, external_status="paid", properties={"vip": True}
        ),
        factories.order_row(
            "D",
            tom,
            ordered_at=TODAY - 40 * day,
            refunded_amount=Decimal(40),
            status="partly_refunded",
            hubspot_dealstage="won",
            external_status="a, b",
        ),
        factories.order_row(
            "E", mia, ordered_at=TODAY - 400 * day, revenue_amount=Decimal("19.99"), source="stripe"
        ),
        factories.order_row("V", mia, ordered_at=TODAY, voided_at=TODAY, status="voided"),
    )
    for name, kind in (("plan", "String"), ("seats", "Integer"), ("vip", "Boolean")):
        PropertyDefinition.objects.create(name=name, type=kind, filterable=True)
    PropertyDefinition.objects.create(name="note", type="String", filterable=False)
    return client


CASES = [
    ("campaign=spring", "A", "Campaign is Spring"),
    ("campaign=SPRING", "A", "Campaign is Spring"),
    ("campaign__not=spring", "BCDE", "Campaign is not Spring"),
    ("campaign__in=spring,winter", "AB", "Campaign is any of Spring, Winter"),
    ("campaign__in=spring&campaign__in=winter", "AB", "Campaign is any of Spring, Winter"),
    ("campaign__empty=1", "CDE", "No campaign"),
    ("campaign__empty=0", "AB", "Campaign is not empty"),
    ("customer=mia.keller@example.com", "ACE", "Customer is Mia Keller"),
    ("customer=u-7", "ACE", "Customer is Mia Keller"),
    ("customer__not=mia.keller@example.com", "BD", "Customer is not Mia Keller"),
    ("advocate=Ines.Brandt@example.com", "A", "Advocate is Ines Brandt"),
    ("advocate__not=ines.brandt@example.com", "BCDE", "Advocate is not Ines Brandt"),
    ("advocate__empty=1", "BCDE", "No advocate"),
    ("attributed=yes", "A", "Attributed"),
    ("attributed=no", "BCDE", "Unattributed"),
    ("reason=other_campaign", "B", None),
    ("reason__not=no_claim", "AB", None),
    ("reason__in=code,other_campaign", "AB", None),
    ("attention=any", "B", "Needs attention"),
    ("attention__not=any", "ACDE", "Needs no attention"),
    ("attention=campaign_unclear", "B", None),
    ("revenue=250", "B", "Revenue is 250"),
    ("revenue__not=100", "BE", "Revenue is not 100"),
    ("revenue__in=250,19.99", "BE", "Revenue is any of 250, 19.99"),
    ("revenue__gte=100", "ABCD", "Revenue ≥ 100"),
    ("revenue__lte=99.99", "E", "Revenue ≤ 99.99"),
    ("revenue__gte=50&revenue__lte=200", "ACD", "Revenue 50 – 200"),
    ("revenue__lte=200&revenue__gte=50", "ACD", "Revenue 50 – 200"),
    ("currency=EUR", "B", "Currency is EUR"),
    ("currency__not=EUR", "ACDE", "Currency is not EUR"),
    ("source=csv", "A", "Source is CSV"),
    ("source__not=api", "AE", "Source is not API"),
    ("source__in=csv,stripe", "AE", "Source is any of CSV, Stripe"),
    ("status=partly_refunded", "D", "Status is Partly refunded"),
    ("status=voided", "V", "Status is Voided"),
    ("status__in=voided,recorded", "VABCE", "Status is any of Voided, Recorded"),
    ("voided=yes", "V", "Voided"),
    ("voided=1", "V", "Voided"),
    ("refunded=yes", "D", "Refunded"),
    ("refunded=no", "ABCE", "Not refunded"),
    ("external_status=paid", "C", "External status is paid"),
    ("external_status=a, b", "D", "External status is a, b"),
    ("external_status__not=paid", "ABDE", "External status is not paid"),
    ("external_status__in=paid,open", "C", "External status is any of paid, open"),
    ("external_status__empty=1", "ABE", "External status is empty"),
    ("external_status__empty=0", "CD", "External status is not empty"),
    ("deal_stage=won", "D", "Deal stage is won"),
    ("deal_stage__empty=1", "ABCE", "Deal stage is empty"),
    ("import__empty=1", "BCDE", "Not imported"),
    ("date=today", "A", "Date today"),
    ("date=yesterday", "B", "Date yesterday"),
    ("date=last_7_days", "AB", "Date in the last 7 days"),
    ("date=last_30_days", "ABC", "Date in the last 30 days"),
    ("date=this_month", "ABC", "Date this month"),
    ("date=last_month", "D", "Date last month"),
    ("date=this_quarter", "ABCD", "Date this quarter"),
    ("date=this_year", "ABCD", "Date this year"),
    ("date=last_year", "E", "Date last year"),
    ("date=2026-11-23", "B", "Date 23 Nov"),
    ("date__gte=2026-11-23", "AB", "Date from 23 Nov"),
    ("date__lte=2026-11-23", "BCDE", "Date until 23 Nov"),
    ("date__gte=2026-11-01&date__lte=2026-11-23", "BC", "Date 1 Nov – 23 Nov"),
    ("date__gte=2025-10-20&date__lte=2026-10-15", "DE", "Date 20 Oct 2025 – 15 Oct"),
    ("p.plan=gold", "A", "plan is gold"),
    ("p.plan__not=gold", "BCDE", "plan is not gold"),
    ("p.plan__in=gold,silver", "AB", "plan is any of gold, silver"),
    ("p.plan__empty=1", "CDE", "plan is empty"),
    ("p.seats=12", "B", "seats is 12"),
    ("p.seats__gte=5", "B", "seats ≥ 5"),
    ("p.seats__gte=2&p.seats__lte=5", "A", "seats 2 – 5"),
    ("p.vip=true", "C", "vip is Yes"),
    ("q=mia", "ACE", None),
    ("q=KELLER", "ACE", None),
    ("q=tom.weber@", "BD", None),
    ("q=u-7", "ACE", None),
    ("q=to", "BD", None),
    ("q=b", "B", None),
    ("q=nothing like it", "", None),
    ("campaign=spring&revenue__gte=100&source=csv", "A", "Campaign is Spring"),
]


@pytest.mark.parametrize(("query", "stay", "chip"), CASES)
def test_filter(orders: Client, query: str, stay: str, chip: str | None) -> None:
    with patch("django.utils.timezone.now", return_value=TODAY):
        html = page(orders, "?" + quote(query, safe="=&,@"))
    assert order_ids(html) == list(stay)
    if chip:
        assert chips(html)[0] == chip


WRONG = [
    ("campaign=summer", "There is no campaign “summer”."),
    ("customer=nobody@example.com", "No customer has the e-mail, uid or number “nobody@example.com”."),
    ("revenue__gte=lots", "“lots” is not a number."),
    ("revenue__gte=1,000", "“1,000” is not a number. Write it without separators"),
    ("date=yesteryear", "“yesteryear” is not a date; write it like 2026-11-23."),
    ("date__gte=2026-13-01", "“2026-13-01” is not a date"),
    ("date__lte=9999-12-31", "“9999-12-31” is not a date"),
    ("source=fax", "“fax” is none of its values."),
    ("attributed=perhaps", "Say yes or no."),
    ("import=999", "There is no import “999”."),
    ("import=99999999999999999999999", "There is no import"),
    ("revenue__contains=1", "Revenue cannot be filtered in this way."),
    ("source__empty=1", "Source cannot be filtered in this way."),
    ("p.seats=3.5", "“3.5” is not a whole number."),
    ("p.seats=99999999999999999999", "is too large"),
    ("external_status=" + "x" * 2000, "That is too long"),
    ("revenue__in=" + ",".join(map(str, range(300))), "That is too long"),
]


@pytest.mark.parametrize(("query", "words"), WRONG)
def test_a_value_that_says_nothing_is_explained_and_filters_nothing(
    orders: Client, query: str, words: str
) -> None:
    html = page(orders, f"?{query}&currency=USD")
    assert words in html
    assert order_ids(html) == ["A", "C", "D", "E"]


@pytest.mark.parametrize(
    "query",
    [
        "?q=" + "x" * 10_000,
        "?q=%00",
        "?q=%00mia",
        "?q=%F0%9F%8E%81",
        "?q=%ff%fe",
        "?q=%25",
        "?q=_",
        "?q=%5C",
        "?q='%3B--",
        "?campaign=%00",
        "?external_status=%00",
        "?columns=%00,nothing",
        "?columns=" + "order," * 5000,
        "?sort=nothing",
        "?sort=net",
        "?sort=--date",
        "?sort=%00",
        "?size=0",
        "?size=-1",
        "?size=%C2%B2",
        "?size=1e3",
        "?view=%00",
        "?view=99999999999999999999",
        "?add=nothing",
        "?add=p.",
        "?f=nothing&op=x&v=1",
        "?nothing=1",
        "?p.note=1",
        "?campaign",
        "?&&==",
        "?selected=1&format=csv",
    ],
)
def test_bad_input_still_gives_the_list(orders: Client, query: str) -> None:
    answer = orders.get(f"/orders/{query}", follow=True)
    assert answer.status_code == 200


def test_percent_and_underscore_are_only_letters(orders: Client) -> None:
    mia = factories.contact("Per Cent")
    factories.order("100%_off", mia, ordered_at=TODAY)
    assert listed(orders, "?q=0%25_") == ["100%_off"]
    assert listed(orders, "?q=%25%25%25") == []


def test_days_are_cut_in_the_programs_time_zone(orders: Client) -> None:
    """23:30 UTC on 14 November is 08:30 on the 15th in Tokyo."""
    factories.order(
        "LATE", factories.contact("Late Buyer"), ordered_at=dt.datetime(2026, 11, 14, 23, 30, tzinfo=dt.UTC)
    )
    assert listed(orders, "?date=2026-11-14") == ["LATE"]
    Program.objects.filter(pk=1).update(time_zone="Asia/Tokyo")
    assert listed(orders, "?date=2026-11-14") == []
    assert listed(orders, "?date__gte=2026-11-15&date__lte=2026-11-15") == ["LATE"]


def test_a_chip_can_be_taken_away(orders: Client) -> None:
    html = page(orders, "?campaign=spring&revenue__gte=50&revenue__lte=200&sort=-revenue")
    assert 'href="?campaign=spring&amp;sort=-revenue" aria-label="Remove the filter Revenue 50 – 200"' in html
    assert "Remove the filter Campaign is Spring" in html


@pytest.mark.parametrize(
    ("form", "query"),
    [
        ("f=source&op=not&v=csv", "source__not=csv"),
        ("f=source&op=in&v=csv&v=api", "source__in=csv&source__in=api"),
        ("f=source&op=&v=csv&v=api", "source__in=csv&source__in=api"),
        ("f=campaign&op=empty&v=", "campaign__empty=1"),
        ("f=revenue&op=between&v=5&v2=10", "revenue__gte=5&revenue__lte=10"),
        ("f=revenue&op=gte&v=5&v2=", "revenue__gte=5"),
        ("f=revenue&op=gte&v=5&revenue__lte=9&sort=date&after=x&add=revenue", "sort=date&revenue__gte=5"),
        ("f=source&op=&v=&sort=date", "sort=date"),
    ],
)
def test_the_filter_form_becomes_a_readable_address(orders: Client, form: str, query: str) -> None:
    answer = orders.get(f"/orders/?{form}")
    assert (answer.status_code, answer["Location"]) == (302, f"/orders/?{query}")


def test_the_filter_form_offers_the_campaigns(orders: Client) -> None:
    html = page(orders, "?add=campaign&campaign=winter")
    assert '<option value="spring" >Spring</option>' in html
    assert '<option value="winter" selected>Winter</option>' in html


def test_no_match_says_which_filter_to_drop(orders: Client) -> None:
    html = page(orders, "?campaign=spring&source=stripe&q=zebra")
    assert "No order matches" in html
    for words in ("Search “zebra”", "Campaign is Spring", "Source is Stripe", "Show all orders"):
        assert words in html


def test_an_empty_program_shows_the_ways_in(client: Client) -> None:
    client.force_login(people.olga())
    html = page(client)
    assert "No orders yet" in html
    assert "Get an API key" in html


def test_search_for_what_is_everywhere_and_what_is_rare_agree(
    orders: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the cap, hits are found by going through the orders instead of by their ids."""
    for text in ("mia", "example.com", "ke", "weber"):
        by_ids = listed(orders, f"?q={text}")
        monkeypatch.setattr("orders.queries.FEW", 0)
        assert listed(orders, f"?q={text}") == by_ids
        monkeypatch.setattr("orders.queries.FEW", 1000)
