"""Every sort, in both directions, visits every order exactly once, and back again."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from core.imports.models import Import
from core.properties.models import PropertyDefinition
from orders.models import Order
from orders.views.listing import ORDERS
from tests import factories, people
from tests.orders.listed import NEXT, PREVIOUS, link, listed, order_ids, page, summary, walk

pytestmark = pytest.mark.django_db

SORTABLE = [name for name, column in ORDERS.columns.items() if column.sort is not None]
AMOUNTS = [Decimal("10.00"), Decimal("10.00"), Decimal("250.50"), Decimal(0), Decimal("99.90")]


@pytest.fixture
def program(client: Client) -> Client:
    """130 orders with many ties: equal dates, equal amounts, namesakes, and many without campaign."""
    client.force_login(people.olga())
    campaigns = [factories.campaign(name) for name in ("Winter", "Spring", "Autumn", "Unused")]
    buyers = [factories.contact("Sam Twin", email=f"sam{n}@example.com") for n in range(3)]
    buyers += [factories.contact(name) for name in ("Ada Alder", "Zoe Zander", "Bo Berg", "Cem Çelik")]
    advocates = [factories.contact(name) for name in ("Ines Brandt", "Tom Becker")]
    advocates.append(factories.contact("Ines Brandt", email="other.ines@example.com"))
    files = [Import.objects.create(file_name=f"file-{n}.csv") for n in range(2)]
    referred = {}
    for n, buyer in enumerate(buyers[:5]):
        of = campaigns[n % 2]
        referred[buyer.pk] = factories.attribution(advocates[n % 3], buyer, of)
    rows = []
    for n in range(130):
        buyer = buyers[n % len(buyers)]
        by = referred.get(buyer.pk) if n % 4 else None
        loose = campaigns[2] if by is None and n % 3 == 0 else None
        rows.append(
            factories.order_row(
                f"O-{n:03}",
                buyer,
                by=by,
                **({} if by else {"campaign": loose}),
                ordered_at=factories.NOON - dt.timedelta(hours=n // 3),
                created_at=factories.NOON + dt.timedelta(minutes=n // 5),
                revenue_amount=AMOUNTS[n % 5],
                currency=["USD", "EUR", "JPY"][n % 3],
                source=["api", "csv", "stripe"][n % 3],
                status=["recorded", "partly_refunded"][n % 7 == 0],
                external_status=["", "paid", "open"][n % 3],
                hubspot_dealstage=["", "won"][n % 2],
                imported_in=files[n % 2] if n % 3 == 0 else None,
                properties={"plan": ["gold", "silver"][n % 2], "seats": n % 11} if n % 3 else {},
            )
        )
    factories.orders(*rows)
    PropertyDefinition.objects.create(name="plan", type="String", filterable=True)
    PropertyDefinition.objects.create(name="seats", type="Integer", filterable=True)
    return client


def expected(sort: str, descending: bool) -> list[str]:
    """The order in which ids should come, worked out in Python: those without a key come last."""

    def key(order: Order) -> tuple[object, ...] | None:
        tie = (order.ordered_at, order.pk)
        if sort in {"customer", "advocate"}:
            person = getattr(order, sort)
            return (person.sort_key.encode(), person.pk, *tie) if person else None
        if sort == "campaign":
            return (order.campaign.name.encode(), order.campaign.pk, *tie) if order.campaign else None
        if sort == "imported":
            return (order.imported_in_id, *tie) if order.imported_in_id else None
        if sort.startswith("p."):
            value = order.properties.get(sort[2:])
            return None if value is None else (value, *tie)
        name = {
            "order": "order_id",
            "date": "ordered_at",
            "revenue": "revenue_amount",
            "deal_stage": "hubspot_dealstage",
            "why": "reason",
            "recorded": "created_at",
        }.get(sort, sort)
        return (getattr(order, name), *tie)

    rows = list(Order.objects.select_related("customer", "advocate", "campaign"))
    keyed = sorted((row for row in rows if key(row) is not None), key=key, reverse=descending)  # type: ignore[arg-type]
    without = [row for row in rows if key(row) is None]
    without.sort(key=lambda row: (row.ordered_at, row.pk), reverse=descending)
    return [row.order_id for row in keyed + without]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", [*SORTABLE, "p.plan", "p.seats"])
def test_each_sort_visits_every_order_once(program: Client, sort: str, descending: bool) -> None:
    mark = "-" if descending else ""
    pages = walk(program, f"?sort={mark}{sort}&size=17")
    assert [order_id for one in pages for order_id in one] == expected(sort, descending)
    assert [len(one) for one in pages] == [17] * 7 + [11]


@pytest.mark.parametrize(
    "sort", ["-date", "customer", "-campaign", "advocate", "-revenue", "imported", "p.plan"]
)
def test_previous_leads_back_over_the_same_pages(program: Client, sort: str) -> None:
    there = walk(program, f"?sort={sort}&size=17")
    at, back = f"?sort={sort}&size=17", []
    for _ in there[1:]:
        at = link(NEXT, page(program, at))
    while at:
        html = page(program, at)
        back.append(order_ids(html))
        at = link(PREVIOUS, html)
    assert back == there[::-1]


@pytest.mark.parametrize("sort", ["customer", "-campaign", "advocate", "-advocate", "p.seats"])
def test_few_and_many_rows_are_sorted_alike(
    program: Client, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A filter that leaves few rows has them sorted on the spot; one that leaves many walks the indexes."""
    query = f"?sort={sort}&size=9&revenue__gte=1"
    on_the_spot = walk(program, query)
    monkeypatch.setattr("core.listing.pages.FEW", -1)
    assert walk(program, query) == on_the_spot
    assert sum(map(len, on_the_spot)) == 104


@pytest.mark.parametrize("sort", ["advocate", "-advocate"])
def test_few_and_many_advocates_are_walked_alike(
    program: Client, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_one_to_the_next = walk(program, f"?sort={sort}&size=17")
    monkeypatch.setattr("core.listing.pages.owners_in_use", lambda rows, through: None)
    assert walk(program, f"?sort={sort}&size=17") == from_one_to_the_next


def test_the_foot_says_where_one_is(program: Client) -> None:
    first = page(program, "?size=50")
    assert summary(first) == "1–50 of 130"
    second = page(program, link(NEXT, first))
    assert summary(second) == "51–100 of 130"
    third = page(program, link(NEXT, second))
    assert summary(third) == "101–130 of 130"
    assert link(NEXT, third) == ""
    assert summary(page(program, link(PREVIOUS, third))) == "51–100 of 130"


def test_an_order_that_arrives_meanwhile_moves_nothing(program: Client) -> None:
    first = page(program, "?size=10")
    factories.order(
        "O-NEW", factories.contact("New Person"), ordered_at=factories.NOON + dt.timedelta(days=1)
    )
    second = listed(program, link(NEXT, first))
    assert not set(order_ids(first)) & set(second)
    assert second == expected("date", True)[11:21]


def test_a_page_whose_rows_are_gone_gives_the_first(program: Client) -> None:
    second = link(NEXT, page(program, "?size=100"))
    Order.writes.filter(referral_attribution=None).update(voided_at=factories.NOON)
    assert "O-000" not in listed(program, second)
    assert listed(program, f"{second}&revenue__gte=9999") == []


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "=" * 50,
        "A" * 5000,
        "bnVsbA",  # null
        "W10",  # []
        "WyItZGF0ZSIsWyJ4IiwieSJdLDEsMV0",  # ["-date",["x","y"],1,1]
        "WyItZGF0ZSIsW3sidCI6IjIwMjYtMTEtMjBUMTI6MDA6MDAifSwxXSwxLDFd",  # a moment without offset
        "WyItZGF0ZSIsW3sidCI6IjIwMjYtMTEtMjBUMTI6MDA6MDArMDA6MDAifSw5OTk5OTk5OTk5OTk5OTk5OTk5OTldLDEsMV0",
        "eyJhIjoxfQ",  # {"a":1}
        "W1tbW1tbW1tb",
    ],
)
@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_that_is_none_gives_the_first_page(program: Client, cursor: str, name: str) -> None:
    assert listed(program, f"?size=5&{name}={cursor}") == ["O-002", "O-001", "O-000", "O-005", "O-004"]


def test_a_cursor_of_another_sort_gives_the_first_page(program: Client) -> None:
    cursor = link(NEXT, page(program, "?sort=-revenue&size=5")).partition("after=")[2]
    assert listed(program, f"?size=5&after={cursor}") == ["O-002", "O-001", "O-000", "O-005", "O-004"]


@pytest.mark.parametrize(
    "query", ["", "?sort=customer", "?sort=-campaign", "?sort=advocate", "?q=sam", "?campaign=spring"]
)
def test_a_page_takes_at_most_six_queries(
    program: Client, query: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        page(program, query)
