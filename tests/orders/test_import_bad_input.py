"""Bad rows: each is told what is wrong with it, the others go in, and nothing is lost on the way."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.imports.models import Import
from orders.models import Order
from tests import factories, people
from tests.orders import importing
from tests.orders.importing import a_file, a_row, error_rows, outcomes, problems, through, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


LONG = "x" * 300


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"revenue_amount": "-5"}, "Revenue cannot be negative."),
        ({"revenue_amount": "12 apples"}, "“12 apples” is not a number."),
        ({"revenue_amount": ""}, "An order needs its revenue; 0 is allowed."),
        ({"currency": "XXY"}, "“XXY” is not a currency; use a three-letter code such as USD."),
        ({"customer_email": "not-an-address"}, "“not-an-address” is not an e-mail address."),
        ({"customer_email": ""}, "Say who bought: an e-mail address or a customer id."),
        ({"order_id": LONG}, "This is longer than 255 characters."),
        ({"customer_uid": LONG}, "This is longer than 255 characters."),
        ({"order_id": ""}, "An order needs an id of its own."),
        ({"order_id": "1.23E+17"}, "A spreadsheet has shortened this id to “1.23E+17”; its digits are lost."),
        ({"order_id": "A\x00B"}, "This has a NUL character, which cannot be stored."),
        ({"customer_uid": "\x00"}, "This has a NUL character, which cannot be stored."),
        ({"ordered_at": "1900-01-01"}, "This date is before 2000."),
        ({"ordered_at": "soon"}, "“soon” is not a date."),
        ({"campaign_uid": "nowhere"}, "There is no campaign “nowhere”."),
    ],
)
def test_a_bad_row_is_told_why_and_the_others_go_in(
    marc: Client, cells: dict[str, str], message: str
) -> None:
    kept = through(marc, a_file(a_row("A-1"), a_row("A-2", **cells), a_row("A-3")))
    assert problems(kept) == {3: message}
    assert outcomes(kept) == {"created": 2, "rejected": 1}
    assert set(Order.objects.values_list("order_id", flat=True)) == {"A-1", "A-3"}
    (row,) = error_rows(marc, kept)
    assert message in row["error"]


def test_all_that_is_wrong_with_a_row_is_said_at_once(marc: Client) -> None:
    row = a_row("A-1", revenue_amount="x", currency="??", customer_email="y", ordered_at="z")
    kept = through(marc, a_file(row))
    (said,) = error_rows(marc, kept)
    for name in ("revenue_amount", "currency", "customer_email", "ordered_at"):
        assert f"{name}: " in said["error"]


def test_an_unknown_code_is_stored_without_an_advocate_and_counted(marc: Client) -> None:
    kept = through(marc, a_file(a_row("A-1", short_code="NOSUCH"), a_row("A-2")))
    assert outcomes(kept) == {"created": 2}
    assert kept.counts["refusals"] == {"Unknown code": 1}
    assert Order.objects.get(order_id="A-1").advocate is None
    page = marc.get(f"/orders/imports/{kept.pk}/?rows=noted").content.decode()
    assert "Referral code: Unknown code" in page


@pytest.mark.parametrize("text", ["订单-🎉", "طلب-١", "Ö\u0301-1", "=SUM(A1)", "<script>", "a'b\\c"])
def test_any_text_goes_in_as_it_is(marc: Client, text: str) -> None:
    kept = through(marc, a_file(a_row(text, customer_email="mia@example.com")))
    assert outcomes(kept) == {"created": 1}
    assert Order.objects.get().order_id == text
    assert "<script>" not in marc.get(f"/orders/imports/{kept.pk}/").content.decode().partition("<main")[2]


def test_ids_that_come_twice_in_a_file(marc: Client) -> None:
    same = a_row("A-1")
    kept = through(marc, a_file(same, a_row("A-2"), same, a_row("A-2", revenue_amount="7")))
    assert outcomes(kept) == {"created": 2, "unchanged": 1, "conflict": 1}
    assert problems(kept) == {5: "Line 3 has this already and says something else of it."}
    assert Order.objects.get(order_id="A-2").revenue_amount == 100


def test_broken_rows_cost_themselves_only(marc: Client) -> None:
    content = a_file(
        "A-1,2026-11-20",
        a_row("A-2") + ",more",
        'A-3,2026-11-20,5,USD,"a3@example.com,,,',
        a_row("A-4"),
        'A-5,2026-11-20,5,USD,"a"5@example.com",,,',
        a_row("A-6"),
    )
    kept = through(marc, content)
    assert list(problems(kept)) == [2, 3, 4, 6]
    assert outcomes(kept) == {"created": 2, "rejected": 4}
    assert kept.counts["lines"] == 6


def test_a_cell_of_ten_thousand_characters(marc: Client) -> None:
    kept = through(marc, a_file(a_row("A-1", customer_uid="x" * 10_000), a_row("A-2")))
    assert problems(kept) == {2: "This is longer than 255 characters."}
    (row,) = error_rows(marc, kept)
    assert row["customer_uid"] == "x" * 10_000


def test_duplicate_headers_and_lone_returns(marc: Client) -> None:
    content = b"order_id,revenue_amount,customer_email,Note,Note\rA-1,5,mia@example.com,a,b\r"
    kept = through(marc, content, external_status="Note (2)")
    assert outcomes(kept) == {"created": 1}
    assert Order.objects.get().external_status == "b"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_error_file_is_in_the_owners_manner_and_goes_up_again(
    marc: Client, encoding: str, delimiter: str
) -> None:
    header = ["Nr", "Total", "Mail", "Käufer", "Extra"]
    rows = [
        ["A-1", "5.00", "mia@example.com", "Mia Müller", "=1+1"],
        ["A-2", "x", "jo@example.com", "Jo Größe", "@home"],
        ["-A3", "-1", "jo@example.com", 'Jo "J" Größe', "+49 170; a, b\tc"],
    ]
    content = table([header, *rows], encoding, delimiter)
    columns = {"order_id": "Nr", "customer_email": "Mail", "customer_name": "Käufer"}
    kept = through(marc, content, **columns)
    assert outcomes(kept) == {"created": 1, "rejected": 2}

    file = importing.error_file(marc, kept)
    assert (file[:3] == b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    said = list(csv.DictReader(io.StringIO(file.decode(encoding), newline=""), delimiter=delimiter))
    assert [*said[0]] == [*header, "error", "suggestion"]
    assert said[0]["error"] == "Total: “x” is not a number."
    assert [row["Extra"] for row in said] == ["'@home", "'+49 170; a, b\tc"]

    mended = [[*header, "error", "suggestion"]] + [
        [*list(row.values())[:1], "7.00", *list(row.values())[2:]] for row in said
    ]
    again = through(marc, table(mended, encoding, delimiter))
    assert outcomes(again) == {"created": 2}
    assert Order.objects.get(order_id="-A3").customer.last_name == "Größe"
    assert set(Order.objects.values_list("revenue_amount", flat=True)) == {Decimal(5), Decimal(7)}


def table(rows: list[list[str]], encoding: str, delimiter: str) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def test_bytes_of_another_encoding_go_back_as_they_came(marc: Client) -> None:
    content = a_file(a_row("A-1"), *(a_row(f"Ü-{n}", customer_email=f"u{n}@example.com") for n in range(9)))
    content += a_row("X-1", customer_uid="M?ller").encode().replace(b"?", b"\xfc") + b"\n"
    kept = through(marc, content)
    assert outcomes(kept) == {"created": 10, "rejected": 1}
    assert problems(kept) == {12: "This has bytes that are no text in the file's encoding."}
    assert b"M\xfcller" in importing.error_file(marc, kept)


def test_rows_with_too_many_cells_stay_wrong_until_they_are_mended(marc: Client) -> None:
    kept = through(marc, a_file(a_row("A-1"), a_row("A-2") + ",7,8"))
    file = importing.error_file(marc, kept)
    again = through(marc, file)
    assert outcomes(again) == {"rejected": 1}
    assert not Order.objects.filter(order_id="A-2").exists()


def test_lines_of_one_order_are_summed_wherever_they_stand(marc: Client) -> None:
    kept = through(
        marc,
        a_file(
            a_row("A-1", revenue_amount="10.005", customer_email="mia@example.com"),
            a_row("A-2"),
            a_row("A-1", revenue_amount="5", customer_email=""),
            a_row("A-3", revenue_amount="1"),
            a_row("A-3", revenue_amount="2", currency="EUR"),
            a_row("A-4", revenue_amount="1"),
            a_row("A-4", revenue_amount="one"),
            a_row("", revenue_amount="3"),
            a_row("", revenue_amount="4"),
            a_row("A-1", revenue_amount="-0.5", customer_email="mia@example.com"),
        ),
        lines="sum",
    )
    assert kept.counts["lines"] == 10
    assert kept.counts["rows"] == 6
    assert outcomes(kept) == {"created": 2, "rejected": 4}
    order = Order.objects.get(order_id="A-1")
    assert (order.revenue_amount, order.customer.email) == (Decimal("14.51"), "mia@example.com")
    assert problems(kept) == {
        5: "Line 6 says “EUR”, a line before it “USD”.",
        7: "Line 8: “one” is not a number.",
        9: "An order needs an id of its own.",
        10: "An order needs an id of its own.",
    }
    assert kept.counts["marks"]["rounded"] == 1
    assert [row["order_id"] for row in error_rows(marc, kept)] == ["A-3", "A-3", "A-4", "A-4", "", ""]


def test_existing_orders_are_updated_left_or_in_conflict(marc: Client) -> None:
    through(marc, a_file(a_row("A-1"), a_row("A-2")))
    changed = a_file(a_row("A-1", revenue_amount="70"), a_row("A-2"))
    assert outcomes(through(marc, changed, on_existing="skip")) == {"skipped": 2}
    failed = through(marc, changed, on_existing="fail")
    assert outcomes(failed) == {"conflict": 2}
    assert Order.objects.get(order_id="A-1").revenue_amount == 100
    said = error_rows(marc, failed)[0]["error"]
    assert "revenue_amount is “100” and would become “70”" in said
    updated = through(marc, changed, on_existing="update")
    assert outcomes(updated) == {"updated": 1, "unchanged": 1}
    assert Order.objects.get(order_id="A-1").revenue_amount == 70
    page = marc.get(f"/orders/imports/{updated.pk}/?rows=updated").content.decode()
    assert 'Revenue: <del class="a-mute">100</del> → <b>70</b>' in page


def test_a_currency_that_changes_is_a_conflict_with_both_sides_shown(marc: Client) -> None:
    through(marc, a_file(a_row("A-1")))
    kept = through(marc, a_file(a_row("A-1", currency="EUR")))
    assert outcomes(kept) == {"conflict": 1}
    assert "currency is “USD” and would become “EUR”" in error_rows(marc, kept)[0]["error"]
    page = marc.get(f"/orders/imports/{kept.pk}/").content.decode()
    assert 'Currency: <del class="a-mute">USD</del> → <b>EUR</b>' in page


def test_the_same_file_again_is_said_and_changes_nothing(marc: Client) -> None:
    content = a_file(*(a_row(f"A-{n}", short_code="NOSUCH") for n in range(5)))
    through(marc, content)
    before = list(Order.objects.order_by("pk").values())
    kept = upload(marc, content)
    assert "This very file was imported" in marc.get(f"/orders/imports/{kept.pk}/columns/").content.decode()
    kept = importing.apply(marc, importing.preview(marc, kept))
    assert outcomes(kept) == {"unchanged": 5}
    assert list(Order.objects.order_by("pk").values()) == before


def test_all_or_nothing_is_nothing_when_a_row_is_wrong(marc: Client) -> None:
    content = a_file(a_row("A-1"), a_row("A-2", currency="XXY"))
    kept = importing.preview(marc, upload(marc, content), on_error="none")
    assert "disabled" in marc.get(f"/orders/imports/{kept.pk}/").content.decode()
    kept = importing.apply(marc, kept)
    assert kept.status == Import.Status.PREVIEWED
    assert kept.message == "Nothing was applied, for 1 row is wrong."
    assert not Order.objects.exists()
    whole = through(marc, a_file(a_row("A-1"), a_row("A-2")), on_error="none")
    assert outcomes(whole) == {"created": 2}


def test_missing_advocates_are_enrolled_by_choice(marc: Client) -> None:
    spring = factories.campaign()
    header = "order_id,revenue_amount,customer_email,advocate_email,campaign_uid"
    kept = through(marc, a_file("A-1,5,mia@example.com,new@example.com,spring", header=header))
    assert kept.counts["refusals"] == {"Advocate not enrolled": 1}
    fields: dict[str, Any] = {"enrol_missing": "on"}
    kept = through(marc, a_file("A-2,5,jo@example.com,new@example.com,spring", header=header), **fields)
    assert kept.counts["marks"]["attributed"] == 1
    assert spring.enrollments.get().contact.email == "new@example.com"
