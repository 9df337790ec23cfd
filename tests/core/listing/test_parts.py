"""Cursors, spans of days, counts and patterns, each by itself."""

import datetime as dt
from decimal import Decimal
from unittest.mock import patch

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.listing import cursors, days
from core.listing.counting import UNKNOWN, Count
from core.listing.cursors import Cursor
from core.listing.like import beginning, containing
from core.listing.within import within

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**62), 2**62),
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=50),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(1900, 1, 1)),  # noqa: DTZ001
)


@given(st.lists(VALUES, min_size=1, max_size=4), st.integers(1, 10**9), st.integers(-1, 10**9))
def test_a_cursor_reads_back_as_it_was(values: list[object], number: int, total: int) -> None:
    cursor = Cursor("-date", tuple(values), number, total)
    assert cursors.read(cursor.text(), "-date", len(values)) == cursor


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading_of_cursors(text: str) -> None:
    assert cursors.read(text, "-date", 2) is None


@given(st.binary(max_size=200))
def test_nor_does_anything_packed_like_a_cursor(packed: bytes) -> None:
    import base64

    assert cursors.read(base64.urlsafe_b64encode(packed).decode().rstrip("="), "-date", 2) is None


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", "2026-03-01", "2026-03-01"),
        ("yesterday", "2026-02-28", "2026-02-28"),
        ("last_7_days", "2026-02-23", "2026-03-01"),
        ("this_month", "2026-03-01", "2026-03-31"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_quarter", "2026-01-01", "2026-03-31"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("2026-02-28", "2026-02-28", "2026-02-28"),
    ],
)
def test_presets_are_whole_days(preset: str, first: str, last: str) -> None:
    with patch("django.utils.timezone.now", return_value=dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)):
        span = days.read(preset)
    assert span is not None
    assert (str(span.first), str(span.last)) == (first, last)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_begins_and_ends_with_itself(month: int) -> None:
    with patch("django.utils.timezone.now", return_value=dt.datetime(2026, month, 15, tzinfo=dt.UTC)):
        span, quarter, before = days.read("this_month"), days.read("this_quarter"), days.read("last_month")
    assert span is not None
    assert quarter is not None
    assert before is not None
    assert span.first == dt.date(2026, month, 1)
    assert (span.last + dt.timedelta(days=1)).day == 1
    assert before.last + dt.timedelta(days=1) == span.first
    assert (quarter.first.month, quarter.last.month) == ((month - 1) // 3 * 3 + 1, (month - 1) // 3 * 3 + 3)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "2026-02-30", "1899-12-31", "2201-01-01", "20260101x", "٢٠٢٦-٠١-٠١"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert days.read(text) is None


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(0), "0"),
        (Count(5014), "5,014"),
        (Count(10_000), "10,000"),
        (Count(10_001), "10,000+"),
        (Count(998_104, is_whole_table=True), "~998,000"),
        (Count(10_004, is_whole_table=True), "~10,000"),
        (Count(UNKNOWN), "many"),
    ],
)
def test_a_count_is_said_honestly(count: Count, words: str) -> None:
    assert str(count) == words


def test_patterns_take_text_as_it_is() -> None:
    assert containing("50%_\\") == "%50\\%\\_\\\\%"
    assert beginning("a_b") == "a\\_b%"


@pytest.mark.django_db
def test_a_question_that_takes_too_long_is_given_up_and_harms_nothing() -> None:
    def slow() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_sleep(20)")
        return 1

    def quick() -> Decimal:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 2.5")
            return cursor.fetchone()[0]

    assert within(20, slow) is None
    assert within(5_000, quick) == Decimal("2.5")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
