"""``manage.py import_orders``: the same import without its screens, for scripts."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from core.imports.models import Import, ImportMapping
from orders.models import Order
from referrals.models import Contact
from tests import factories
from tests.orders.importing import a_file, a_row

pytestmark = pytest.mark.django_db

KEYS = [
    *("lines", "rows", "created", "updated", "unchanged", "skipped", "conflict", "rejected", "attributed"),
    *("rounded", "seconds", "error_file"),
]
SUPERSTORE = {
    "order_id": "Order ID",
    "customer_uid": "Customer ID",
    "revenue_amount": "Sales",
    "ordered_at": "Order Date",
    "currency": {"value": "USD"},
    "lines": "sum",
}


def run(path: Path, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_orders", path, stdout=out, **options)
    (line,) = out.getvalue().splitlines()
    said: dict[str, Any] = json.loads(line)
    assert list(said) == KEYS
    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_bytes(
        a_file(a_row("A-1"), a_row("A-2", revenue_amount="x"), a_row("A-3", revenue_amount="1.005"))
    )
    return path


def counted(said: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in said.items() if count and name not in {"seconds", "error_file"}}


def test_one_json_object_says_what_became_of_every_row(file: Path) -> None:
    said = run(file)
    assert counted(said) == {"lines": 3, "rows": 3, "created": 2, "rejected": 1, "rounded": 1}
    assert isinstance(said["seconds"], float)
    assert said["error_file"] == str(file.with_name("orders.errors.csv"))
    (row,) = csv.DictReader(Path(said["error_file"]).read_text().splitlines())
    assert (row["order_id"], row["error"]) == ("A-2", "revenue_amount: “x” is not a number.")
    assert Order.objects.filter(imported_in=Import.objects.get()).count() == 2
    again = run(file)
    assert counted(again) == {"lines": 3, "rows": 3, "unchanged": 2, "rejected": 1}


def test_the_mended_error_file_touches_its_rows_only(file: Path) -> None:
    errors = Path(run(file)["error_file"])
    errors.write_text(errors.read_text().replace(",x,", ",7,"))
    said = run(errors)
    assert counted(said) == {"lines": 1, "rows": 1, "created": 1}
    assert said["error_file"] is None


def test_a_preview_writes_no_order(file: Path) -> None:
    said = run(file, preview=True)
    assert counted(said) == {"lines": 3, "rows": 3, "created": 2, "rejected": 1, "rounded": 1}
    assert not Order.objects.exists()
    assert not Contact.objects.exists()


def test_nothing_goes_in_where_all_or_nothing_was_asked_for(file: Path) -> None:
    said = run(file, on_error="none")
    assert counted(said) == {"lines": 3, "rows": 3, "skipped": 2, "rejected": 1}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("policy", "outcome"), [("update", "updated"), ("skip", "skipped"), ("fail", "conflict")]
)
def test_existing_orders(file: Path, policy: str, outcome: str) -> None:
    run(file)
    file.write_bytes(a_file(a_row("A-1", revenue_amount="5")))
    assert run(file, on_existing=policy)[outcome] == 1


def test_a_mapping_is_given_as_json_or_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text("Nr;Net;Who\n1;2,50;a\n2;1;b\n1;3;a\n")
    mapping = {"order_id": "Nr", "revenue_amount": "Net", "customer_uid": "Who", "currency": {"value": "EUR"}}
    said = run(path, mapping=json.dumps({**mapping, "lines": "sum"}))
    assert counted(said) == {"lines": 3, "rows": 2, "created": 2}
    assert Order.objects.get(order_id="1").revenue_amount == Decimal("5.50")
    ImportMapping.objects.create(
        noun="order", name="Till", header_hash="", mapping=mapping, options={"lines": "sum"}
    )
    assert counted(run(path, mapping="till")) == {"lines": 3, "rows": 2, "unchanged": 2}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ('{"order_id": "Nr"}', "The file has no column “Nr”. “Revenue” is needed."),
        ('{"order_id": ', "The mapping is not JSON"),
        ('{"lines": "add"}', "“lines” is each or sum."),
        ("Till", "No mapping is kept under the name “Till”."),
        ('{"colour": "order_id"}', "There is no target “colour”."),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(file: Path, mapping: str, words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(file, mapping=mapping)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "empty"), (b"a,b\n", "no rows"), (b"\x89PNG", "a picture")]
)
def test_a_file_that_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        run(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nothing.csv")


def test_attributed_orders_are_counted(tmp_path: Path) -> None:
    factories.code("INES10", factories.enrollment(factories.contact("Ines Brandt"), factories.campaign()))
    path = tmp_path / "orders.csv"
    path.write_bytes(a_file(a_row("A-1", short_code="INES10"), a_row("A-2")))
    assert run(path)["attributed"] == 1


def test_a_real_file_of_order_lines(data: Path) -> None:
    said = run(data / "superstore.csv", mapping=json.dumps(SUPERSTORE))
    assert counted(said) == {"lines": 9994, "rows": 5009, "created": 5009, "rounded": 2360}
    assert Order.objects.count() == 5009
    assert Contact.objects.count() == 793
    total = Order.objects.aggregate(total=Sum("revenue_amount"))["total"]
    assert abs(total - Decimal("2297200.8603")) < 5
    again = run(data / "superstore.csv", mapping=json.dumps(SUPERSTORE))
    assert counted(again) == {"lines": 9994, "rows": 5009, "unchanged": 5009}
