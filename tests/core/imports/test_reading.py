"""Rows of files as they are: whole ones go through, each bad one is named at its own number."""

import datetime as dt
import io
import tracemalloc
from typing import Any

import pytest

from core.imports.formats import FileRefused, Format
from core.imports.reading import LONGEST_CELL, Line, table
from tests.core.imports.workbooks import workbook


def lines(text: str | bytes, **form: Any) -> list[Line]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(table(io.BytesIO(content), Format(**form)).lines)


def columns(text: str) -> list[str]:
    return table(io.BytesIO(text.encode()), Format()).columns


def good(found: list[Line]) -> list[list[str]]:
    return [line.cells for line in found if not line.fault]


def bad(found: list[Line]) -> dict[int, str]:
    return {line.number: line.fault for line in found if line.fault}


def test_names_of_columns_are_given_and_unique() -> None:
    assert columns("Name,,Name,'=x,\x00\n1,2,3,4,5\n") == ["Name", "Column 2", "Name (2)", "=x", "Column 5"]


def test_blank_rows_count_as_a_spreadsheet_counts_them() -> None:
    found = lines("\na,b\n\n1,2\n,\n3,4\n")
    assert [(line.number, line.cells) for line in found] == [(4, ["1", "2"]), (6, ["3", "4"])]


def test_a_file_without_a_header_is_read_from_its_first_row() -> None:
    read = table(io.BytesIO(b"A-1,5\nA-2,6\n"), Format(header=False))
    assert read.columns == ["Column 1", "Column 2"]
    assert [line.cells for line in read.lines] == [["A-1", "5"], ["A-2", "6"]]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(newline: str) -> None:
    assert good(lines(newline.join(["a,b", "1,2", '"x', 'y",4', ""]))) == [["1", "2"], [f"x{newline}y", "4"]]


def test_ragged_rows_are_named_and_the_rest_goes_on() -> None:
    found = lines("a,b,c\n1,2\n1,2,3\n1,2,3,4\n1,2,3,,\n")
    assert bad(found) == {
        2: "This row has 2 cells, the header 3.",
        4: "This row has 4 cells, the header 3.",
        5: "This row has 5 cells, the header 3.",
    }
    assert good(found) == [["1", "2", "3"]]


@pytest.mark.parametrize(
    "row", ['2,"open', '2,"open and, more', '"2,open', '"2","open', "2,\"open'"], ids=range(5)
)
def test_an_unclosed_quote_costs_its_own_row_only(row: str) -> None:
    found = lines(f'a,b\n1,x\n{row}\n3,"y"\n4,z\n5,"last"\n')
    assert list(bad(found)) == [3]
    assert good(found) == [["1", "x"], ["3", "y"], ["4", "z"], ["5", "last"]]


def test_an_unclosed_quote_in_a_long_file_does_not_swallow_it() -> None:
    rest = "".join(f"{number},some more text\n" for number in range(100_000))
    found = lines(f'a,b\n1,"open\n{rest}')
    assert list(bad(found)) == [2]
    assert len(good(found)) == 100_000


def test_a_quote_inside_a_quoted_cell_costs_its_own_row_only() -> None:
    found = lines('a,b\n1,"Nylon 6" cable"\n2,5" pipe\n3,"8"" pipe"\n')
    assert bad(found) == {2: 'A quotation mark (") stands inside a cell.'}
    assert good(found) == [["2", '5" pipe'], ["3", '8" pipe']]


def test_a_cell_may_be_long_but_not_endless() -> None:
    found = lines(f"a,b\n1,{'x' * 10_000}\n2,{'y' * (LONGEST_CELL + 1)}\n3,z\n")
    assert bad(found) == {3: "A cell is longer than 131,072 characters."}
    assert [len(cells[1]) for cells in good(found)] == [10_000, 1]


def test_bytes_that_are_no_text_stay_in_their_row() -> None:
    found = lines(b"a,b\n1,M\xfcller\n2,\xd0\x96\n")
    assert good(found) == [["1", "M\udcfcller"], ["2", "Ж"]]


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(FileRefused, match="5,000 columns"):
        columns(",".join(f"c{place}" for place in range(5_000)) + "\n")


def test_memory_stays_flat_whatever_the_length() -> None:
    class Endless(io.RawIOBase):
        """A file of two hundred thousand rows that is nowhere."""

        left = 200_000

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, *place: int) -> int:
            return 0

        def readinto(self, buffer: Any) -> int:
            text = b"a,b\n" if self.left == 200_000 else b"some,thing\n" if self.left > 0 else b""
            self.left -= 1
            buffer[: len(text)] = text
            return len(text)

    tracemalloc.start()
    count = len([None for _ in table(Endless(), Format()).lines])  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 199_999
    assert peak < 2_000_000


def test_workbooks_are_read_like_files() -> None:
    file = workbook(
        [
            ["Order", "Total", "Date", "Paid"],
            ["A-1", 261.96, dt.datetime(2026, 11, 24, 14, 30, tzinfo=dt.UTC), True],
            [],
            ["007", 5, dt.datetime(2026, 11, 24, tzinfo=dt.UTC), None],
        ]
    )
    read = table(file, Format(kind="xlsx"))
    assert read.columns == ["Order", "Total", "Date", "Paid"]
    assert [(line.number, line.cells) for line in read.lines] == [
        (2, ["A-1", "261.96", "2026-11-24 14:30:00", "true"]),
        (4, ["007", "5", "2026-11-24", ""]),
    ]


def test_a_damaged_workbook_is_refused_in_words() -> None:
    whole = workbook([["Order"], ["A-1"]]).getvalue()
    with pytest.raises(FileRefused, match="cannot be read"):
        table(io.BytesIO(whole.replace(b"sheetData", b"sheetDatx")[:-200]), Format(kind="xlsx"))
