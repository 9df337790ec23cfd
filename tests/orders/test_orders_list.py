"""The Orders table beyond its filters: columns, totals, saved views, who sees what, answers to htmx."""

import gzip
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.listing.models import SavedView
from orders.models import Order
from orders.signals import orders_totals
from tests import factories, people
from tests.orders.listed import listed, order_ids, page, taken

pytestmark = pytest.mark.django_db

HEADS = re.compile(r"<th scope=\"col\"[^>]*>(?:<a[^>]*>)?([^<]+)")


@pytest.fixture
def orders(client: Client) -> Client:
    """Three orders: S in Spring, referred by Ines; W in Winter; N in none."""
    client.force_login(people.marc())
    spring, winter = factories.campaign("Spring"), factories.campaign("Winter")
    mia, ines = factories.contact("Mia Keller"), factories.contact("Ines Brandt")
    by_ines = factories.attribution(ines, mia, spring)
    factories.orders(
        factories.order_row("S", mia, by=by_ines, revenue_amount=Decimal("60.00")),
        factories.order_row("W", mia, campaign=winter, revenue_amount=Decimal("30.00")),
        factories.order_row("N", mia, revenue_amount=Decimal(1000), currency="JPY"),
    )
    return client


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def test_a_row_shows_what_the_order_is(orders: Client) -> None:
    html = page(orders, "?campaign=spring")
    order = Order.objects.get(order_id="S")
    row = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<tbody>")[2].partition("</tbody>")[0])
    ).strip()
    assert (
        row == "S 20 Nov 12:00 Mia Keller mia.keller@example.com 60.00 USD Spring IB Ines Brandt API Recorded"
    )
    assert f'data-href="/orders/{order.pk}/"' in html
    assert f'name="selected" value="{order.pk}" aria-label="Select S"' in html


def test_what_came_from_outside_is_escaped(orders: Client) -> None:
    evil = factories.contact("<script>alert(1)</script>", email="x@example.com")
    factories.order('"><img src=x>', evil, external_status="<b>", hubspot_dealstage="{{ 7|add:7 }}")
    html = page(orders, "?columns=order,customer,external_status,deal_stage")
    assert "<script>alert(1)" not in html
    assert "<img src=x>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7|add:7 }}" in html


def test_the_columns_and_their_order_are_in_the_address(orders: Client) -> None:
    assert HEADS.findall(page(orders)) == [
        "Order", "Date", "Customer", "Revenue", "Campaign", "Advocate", "Source", "Status",
    ]  # fmt: skip
    assert HEADS.findall(page(orders, "?columns=status,net,order,nothing,net")) == ["Status", "Net", "Order"]


def test_the_picker_becomes_one_parameter(orders: Client) -> None:
    html = page(orders, "?pick=1&columns=status,order")
    assert re.findall(r'name="c" value="([^"]+)" checked', html) == ["status", "order"]
    answer = orders.get("/orders/?c=revenue&c=order&sort=date")
    assert (answer.status_code, answer["Location"]) == (302, "/orders/?sort=date&columns=revenue,order")


def test_the_head_of_the_sorted_column_says_so(orders: Client) -> None:
    html = page(orders, "?sort=-revenue")
    assert re.findall(r'aria-sort="(\w+)"><a href="([^"]+)">(\w+)', html) == [
        ("descending", "?sort=revenue", "Revenue")
    ]
    assert html.count("aria-sort") == 1


def test_totals_are_per_currency_and_never_added_across(orders: Client) -> None:
    text = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", orders.get("/orders/totals/").content.decode())
    ).strip()
    assert text == (
        "Revenue 90.00 USD 1,000 JPY Orders 3 Attributed 33.3 % 60.00 USD 0 JPY"
        " Average order 45.00 USD 1,000 JPY"
    )


def test_totals_are_of_what_is_filtered(orders: Client) -> None:
    text = orders.get("/orders/totals/?campaign=winter").content.decode()
    assert "30.00 <" in text
    assert "60.00" not in text
    assert "0.0 %" in text


def test_totals_that_take_too_long_say_at_least(orders: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from orders import queries

    asked: list[Any] = []

    def slow_at_first(rows: Any) -> list[queries.Total]:
        from django.db import connection

        asked.append(rows)
        if len(asked) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(5)")
        return [queries.Total("USD", 2, Decimal(90), 1, Decimal(60))]

    monkeypatch.setattr(queries, "_totals", slow_at_first)
    monkeypatch.setattr(queries, "PATIENCE_MS", 30)
    text = orders.get("/orders/totals/").content.decode()
    assert "at least 2" in text
    assert len(asked) == 2
    assert listed(orders) == ["N", "W", "S"]


def test_the_floors_above_may_add_to_the_totals(orders: Client) -> None:
    def answer(rows: Any, **_: Any) -> list[tuple[str, str, Decimal]]:
        return [("Rewards owed", "USD", Decimal(rows.count()))]

    orders_totals.connect(answer)
    try:
        text = orders.get("/orders/totals/?campaign=spring").content.decode()
    finally:
        orders_totals.disconnect(answer)
    assert "Rewards owed" in text
    assert "1.00 <" in text


def test_the_limited_see_their_campaigns_only(orders: Client) -> None:
    from campaigns.models import Campaign

    anna = factories.limit_to(people.anna(), Campaign.objects.get(uid="winter"))
    orders.force_login(anna)
    assert listed(orders) == ["W"]
    assert listed(orders, "?campaign=spring") == ["W"]
    assert "There is no campaign “spring”." in page(orders, "?campaign=spring")
    assert listed(orders, "?q=S") == []
    assert listed(orders, "?sort=campaign") == ["W"]
    assert listed(orders, "?sort=-customer") == ["W"]
    totals = orders.get("/orders/totals/").content.decode()
    assert "30.00 <" in totals
    assert "60.00" not in totals
    assert taken(orders, "?columns=order") == "order_id\r\nW\r\n"
    everyone = ",".join(str(order.pk) for order in Order.objects.all())
    chosen = "&".join(f"selected={pk}" for pk in everyone.split(","))
    assert taken(orders, f"?columns=order&{chosen}") == "order_id\r\nW\r\n"
    ines = Order.objects.get(order_id="S").advocate_id
    assert "Ines" not in page(orders, f"?advocate={ines}")


def test_the_limited_without_campaigns_see_nothing(orders: Client) -> None:
    orders.force_login(factories.limit_to(people.anna()))
    for sort in ("date", "campaign", "customer", "advocate"):
        assert listed(orders, f"?sort={sort}") == []
    assert "60.00" not in orders.get("/orders/totals/").content.decode()


def test_needs_attention_is_counted_on_its_tab(orders: Client) -> None:
    assert 'attention=any" >Needs attention</a>' in page(orders)
    Order.writes.filter(order_id__in=["W", "N"]).update(attention="campaign_unclear")
    assert 'Needs attention<span class="a-tabs__n">2</span>' in page(orders)
    assert listed(orders, "?attention=any") == ["N", "W"]


def test_a_view_is_kept_changed_renamed_and_given_up(orders: Client) -> None:
    saved = orders.post(
        "/orders/views/save/", {"name": " Winter  sales ", "query": "campaign=winter&sort=-revenue&after=x"}
    )
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared) == ("Winter sales", "campaign=winter&sort=-revenue", False)
    assert saved["Location"] == f"/orders/?campaign=winter&sort=-revenue&view={view.pk}"
    html = page(orders, f"?campaign=winter&sort=-revenue&view={view.pk}")
    assert 'aria-current="page">Winter sales' in html
    assert '<button class="a-btn a-btn--small">' not in html.partition("Rename")[0]
    changed = page(orders, f"?campaign=winter&sort=date&view={view.pk}")
    assert "</svg>Save</button>" in changed
    orders.post("/orders/views/save/", {"view": view.pk, "query": "campaign=winter&sort=date"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Winter sales", "campaign=winter&sort=date")
    orders.post("/orders/views/save/", {"view": view.pk, "name": "Cold", "query": view.query, "shared": "1"})
    view.refresh_from_db()
    assert (view.name, view.shared) == ("Cold", True)
    orders.post(f"/orders/views/{view.pk}/delete/")
    assert not SavedView.objects.exists()


def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_only(orders: Client) -> None:
    orders.post("/orders/views/save/", {"name": "Ours", "query": "source=api", "shared": "1"})
    orders.post("/orders/views/save/", {"name": "Mine", "query": "source=csv"})
    ours, mine = SavedView.objects.get(name="Ours"), SavedView.objects.get(name="Mine")
    orders.force_login(people.anna())
    html = page(orders)
    assert "Ours</a>" in html
    assert "Mine</a>" not in html
    assert orders.post("/orders/views/save/", {"view": ours.pk, "query": "x=1"}).status_code == 404
    assert orders.post(f"/orders/views/{ours.pk}/delete/").status_code == 404
    assert orders.post(f"/orders/views/{mine.pk}/delete/").status_code == 404
    orders.post("/orders/views/save/", {"name": "Anna’s", "query": "", "shared": "1"})
    assert SavedView.objects.get(name="Anna’s").shared is False


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "Taken", "\0"])
def test_a_view_that_cannot_be_kept_says_why(orders: Client, name: str) -> None:
    orders.post("/orders/views/save/", {"name": "Taken", "query": ""})
    answer = orders.post("/orders/views/save/", {"name": name, "query": "source=api"}, follow=True)
    assert answer.status_code == 200
    assert SavedView.objects.count() == 1
    assert answer.redirect_chain[0][0] == "/orders/?source=api"


def test_looking_writes_nothing(orders: Client) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        for query in ("?sort=-revenue&columns=order", "?view=1", "?pick=1", "?add=campaign", "?q=mia"):
            page(orders, query)
    assert [one["sql"] for one in asked if not one["sql"].startswith(("SELECT", "WITH", "("))] == []


def test_htmx_gets_only_what_changes(orders: Client) -> None:
    whole = orders.get("/orders/")
    part = orders.get("/orders/", headers={"HX-Request": "true", "HX-Target": "list"})
    assert part.content.decode().lstrip().startswith('<div id="list"')
    assert "<html" not in part.content.decode()
    assert order_ids(part.content.decode()) == order_ids(whole.content.decode())
    assert "HX-Request" in part["Vary"]
    again = orders.get(
        "/orders/", headers={"HX-Request": "true", "HX-Target": "list", "HX-History-Restore-Request": "true"}
    )
    assert "<html" in again.content.decode()


def test_changing_the_page_is_light(orders: Client) -> None:
    spring = Order.objects.get(order_id="S").campaign
    people_of_many_names = [factories.contact(f"Person{n} Of{n * 7}") for n in range(50)]
    factories.orders(
        *(
            factories.order_row(f"SH-{n * 7919}", one, campaign=spring)
            for n, one in enumerate(people_of_many_names)
        )
    )
    part = orders.get("/orders/", headers={"HX-Request": "true", "HX-Target": "list"})
    assert len(order_ids(part.content.decode())) == 50
    assert len(gzip.compress(part.content, 6)) < 25_000


def test_start_up_checks_pass() -> None:
    call_command("check")
