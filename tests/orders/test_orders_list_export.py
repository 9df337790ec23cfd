"""The table as a file: the same rows and columns, safe to open, and never held in memory."""

import csv
import io
import json
import tracemalloc
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from campaigns.models import Program
from core.listing.export import guarded
from orders.models import Order
from tests import factories, people
from tests.orders.listed import taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(client: Client) -> Client:
    client.force_login(people.anna())
    spring = factories.campaign("Spring")
    mia, ines = factories.contact("Mia Keller"), factories.contact("Ines Brandt")
    factories.orders(
        factories.order_row(
            "B-1",
            mia,
            by=factories.attribution(ines, mia, spring),
            refunded_amount=Decimal(10),
            status="partly_refunded",
        ),
        factories.order_row(
            "B-2", factories.contact("", email="plain@example.com"), currency="JPY", source="csv"
        ),
    )
    return client


def test_the_visible_columns_are_exported(orders: Client) -> None:
    head, second, first = csv.reader(io.StringIO(taken(orders)))
    assert dict(zip(head, first, strict=True)) == {
        "order_id": "B-1",
        "ordered_at": "2026-11-20T12:00:00+00:00",
        "customer_name": "Mia Keller",
        "customer_email": "mia.keller@example.com",
        "revenue_amount": "100.00",
        "currency": "USD",
        "campaign": "Spring",
        "campaign_uid": "spring",
        "advocate_name": "Ines Brandt",
        "advocate_email": "ines.brandt@example.com",
        "source": "api",
        "status": "partly_refunded",
    }
    assert ",".join(second) == "B-2,2026-11-20T12:00:00+00:00,,plain@example.com,100,JPY,,,,,csv,recorded"


def test_filters_sort_and_columns_are_those_of_the_list(orders: Client) -> None:
    assert taken(orders, "?sort=order&columns=order,net") == "order_id,net_amount\r\nB-1,90.00\r\nB-2,100\r\n"
    assert taken(orders, "?campaign=spring&columns=order") == "order_id\r\nB-1\r\n"
    assert (
        taken(orders, "?columns=currency,revenue") == "currency,revenue_amount\r\nJPY,100\r\nUSD,100.00\r\n"
    )


def test_times_are_in_the_programs_zone(orders: Client) -> None:
    Program.objects.filter(pk=1).update(time_zone="America/New_York")
    assert "2026-11-20T07:00:00-05:00" in taken(orders, "?columns=date")


def test_chosen_rows_or_all_that_match(orders: Client) -> None:
    first = Order.objects.get(order_id="B-1").pk
    assert taken(orders, f"?columns=order&selected={first}&selected=x&selected=0") == "order_id\r\nB-1\r\n"
    assert taken(orders, f"?columns=order&selected={first}&all=1") == "order_id\r\nB-2\r\nB-1\r\n"


def test_a_byte_order_mark_on_demand(orders: Client) -> None:
    assert taken(orders, "?columns=order&bom=1").startswith("\ufefforder_id")
    assert not taken(orders, "?columns=order").startswith("\ufeff")


def test_json_lines(orders: Client) -> None:
    lines = taken(orders, "?columns=order,revenue&format=json").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"order_id": "B-2", "revenue_amount": "100", "currency": "JPY"},
        {"order_id": "B-1", "revenue_amount": "100.00", "currency": "USD"},
    ]


def test_the_file_has_a_name_and_a_type(orders: Client) -> None:
    answer = orders.get("/orders/export/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="orders-20')
    assert answer.streaming


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("＝1+1", "'＝1+1"),
        ("-5.20", "-5.20"),
        ("-", "'-"),
        ("SH-1", "SH-1"),
        ("", ""),
        ("a=1", "a=1"),
    ],
)
def test_no_cell_is_a_formula(text: str, safe: str) -> None:
    assert guarded(text) == safe


def test_formulas_of_strangers_are_guarded_in_the_file(orders: Client) -> None:
    factories.order(
        "=HYPERLINK(1)", factories.contact("=Evil", email="evil@example.com"), external_status="@x"
    )
    rows = list(csv.reader(io.StringIO(taken(orders, "?q=evil&columns=order,customer,external_status"))))
    assert rows[1] == ["'=HYPERLINK(1)", "'=Evil", "evil@example.com", "'@x"]


def test_exporting_needs_its_permission(orders: Client, client: Client) -> None:
    client.logout()
    assert client.get("/orders/export/").status_code == 302


def test_the_command_gives_the_same_file(
    orders: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "orders.csv"
    call_command("export_orders", "--query", "sort=order", "--columns", "order,revenue", "-o", str(target))
    assert target.read_bytes().decode() == taken(orders, "?sort=order&columns=order,revenue")
    call_command("export_orders", "--query", "?campaign=spring", "--columns", "order", "--format", "json")
    assert capsys.readouterr().out == '{"order_id": "B-1"}\n'


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--query", "campaign=summer"], "There is no campaign “summer”."),
        (["--query", "campain=spring"], "There is no filter “campain”."),
        (["--columns", "order,nothing"], "There is no column “nothing”."),
        (["-o", "/nowhere/at/all.csv"], "cannot be written"),
    ],
)
def test_the_command_refuses_mistakes(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("export_orders", *arguments)


def test_memory_does_not_grow_with_the_rows(orders: Client) -> None:
    mia = Order.objects.get(order_id="B-1").customer
    factories.orders(*(factories.order_row(f"M-{n}", mia, external_status="x" * 200) for n in range(12_000)))
    answer: Any = orders.get("/orders/export/?columns=order,customer,external_status")
    tracemalloc.start()
    size = sum(map(len, answer.streaming_content))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 2_900_000
    assert peak < size / 2
