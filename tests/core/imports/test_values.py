"""Texts of files as numbers and moments, and what is said of those that are none."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.imports.values import Unreadable, moment, number, plain_text

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("261.96", ".", "261.96"),
        ("1,234.50", ".", "1234.50"),
        ("1,234,567", ".", "1234567"),
        ("$ 1,234.50", ".", "1234.50"),
        ("US$12", ".", "12"),
        ("12.50 EUR", ".", "12.50"),
        ("€12.50", ".", "12.50"),
        ("-5", ".", "-5"),
        ("(12.50)", ".", "-12.50"),
        ("1.5E+3", ".", "1500"),
        (".5", ".", "0.5"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,50 €", ",", "1234.50"),
        ("1\u202f234,50", ",", "1234.50"),
        ("1’234.50", ".", "1234.50"),
        ("12,5", ",", "12.5"),
        ("1.234", ",", "1234"),
    ],
)
def test_numbers_are_read_in_the_manner_of_the_file(text: str, decimal: str, amount: str) -> None:
    assert number(text, decimal) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "decimal", "suggestion"),
    [
        (
            "1.234,50",
            ".",
            "1.234,50 looks like a decimal comma: choose that for the file, or write 1234.50.",
        ),
        (
            "1,234.50",
            ",",
            "1,234.50 looks like a decimal point: choose that for the file, or write 1234.50.",
        ),
        ("abc", ".", "Write a plain number such as 1234.50."),
        ("١٢٣", ".", "Write a plain number such as 1234.50."),
        ("12.5.3", ".", "Write a plain number such as 1234.50."),
        ("9" * 10_000, ".", "Write a plain number such as 1234.50."),
        ("NaN", ".", "Write a plain number such as 1234.50."),
    ],
)
def test_what_is_no_number_is_told_how_to_become_one(text: str, decimal: str, suggestion: str) -> None:
    with pytest.raises(Unreadable) as found:
        number(text, decimal)
    assert found.value.suggestion == suggestion
    assert len(found.value.message) < 70


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-11-24", "mdy", dt.datetime(2026, 11, 24, tzinfo=BERLIN)),
        ("2026-11-24 14:30", "mdy", dt.datetime(2026, 11, 24, 14, 30, tzinfo=BERLIN)),
        ("2026-11-24T14:30:05Z", "mdy", dt.datetime(2026, 11, 24, 14, 30, 5, tzinfo=dt.UTC)),
        ("2026-11-24 14:30:05 -0500", "mdy", dt.datetime(2026, 11, 24, 19, 30, 5, tzinfo=dt.UTC)),
        ("2026/11/24", "mdy", dt.datetime(2026, 11, 24, tzinfo=BERLIN)),
        ("3/4/2026", "mdy", dt.datetime(2026, 3, 4, tzinfo=BERLIN)),
        ("3/4/2026", "dmy", dt.datetime(2026, 4, 3, tzinfo=BERLIN)),
        ("24.11.2026 09:15", "dmy", dt.datetime(2026, 11, 24, 9, 15, tzinfo=BERLIN)),
        ("11/24/26 2:05 PM", "mdy", dt.datetime(2026, 11, 24, 14, 5, tzinfo=BERLIN)),
        ("12/1/2026, 12:00 am", "mdy", dt.datetime(2026, 12, 1, tzinfo=BERLIN)),
        ("Nov 8, 2016", "mdy", dt.datetime(2016, 11, 8, tzinfo=BERLIN)),
        ("8 November 2016 10:00", "dmy", dt.datetime(2016, 11, 8, 10, tzinfo=BERLIN)),
        ("1900-01-01", "mdy", dt.datetime(1900, 1, 1, tzinfo=BERLIN)),
    ],
)
def test_dates_are_meant_in_the_programs_zone(text: str, order: str, expected: dt.datetime) -> None:
    assert moment(text, order, BERLIN) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("42682", "It looks like a spreadsheet's number of a day, 2016-11-08"),
        ("24/11/2026", "It looks like a date with the day first"),
        ("2026-02-30", ""),
        ("tomorrow", "Write it as 2026-11-24"),
        ("11/24/2026 25:00", ""),
        ("0000-00-00", ""),
    ],
)
def test_what_is_no_date_is_told_how_to_become_one(text: str, hint: str) -> None:
    with pytest.raises(Unreadable) as found:
        moment(text, "mdy", BERLIN)
    assert found.value.suggestion.startswith(hint)


def test_only_the_apostrophe_of_a_formula_guard_is_taken_off() -> None:
    assert plain_text("'=SUM(A1)") == "=SUM(A1)"
    assert plain_text("'+49 170") == "+49 170"
    assert plain_text("'tis") == "'tis"
    assert plain_text("'-5") == "'-5"
