"""The rows of a file as a stream: what cannot be taken apart is named, and the rest goes on.

A row's number is what a spreadsheet shows beside it: the header is 1, blank rows count too.
"""

import csv
import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple, TextIO

from django.core.files.storage import default_storage
from python_calamine import CalamineError, CalamineWorkbook

from core.imports.formats import FileRefused, Format, text_stream
from core.imports.values import plain_text

MOST_COLUMNS = 500
LONGEST_CELL = 131_072
LONGEST_RECORD = 1_000_000
OWN_COLUMNS = ("error", "suggestion")  # those that an error file adds


class Line(NamedTuple):
    """One row of the file. ``fault`` says why its cells are not to be trusted, ``hint`` how to mend that."""

    number: int
    cells: list[str]
    fault: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An open file: the names of its columns, each once, and its rows below, to be read once."""

    columns: list[str]
    lines: Iterator[Line]


@contextmanager
def opened(name: str, form: Format) -> Iterator[Table]:
    """The stored file ``name``, read as ``form`` says. Raises :class:`FileRefused`."""
    try:
        file = default_storage.open(name, "rb")
    except FileNotFoundError:
        raise FileRefused("The file is no longer there. Please upload it again.") from None
    with file:
        yield table(file, form)


def table(file: IO[bytes], form: Format) -> Table:
    """``file`` as a table. Raises :class:`FileRefused` when it has no header."""
    file.seek(0)
    records = _workbook(file, form) if form.kind == "xlsx" else _records(file, form)
    first = next((line for line in records if any(cell.strip() for cell in line.cells)), None)
    if first is None:
        raise FileRefused("The file is empty.")
    if len(first.cells) > MOST_COLUMNS:
        raise FileRefused(f"The file has {len(first.cells):,} columns; {MOST_COLUMNS} is the most.")
    if form.header:
        if first.fault:
            raise FileRefused(f"The header cannot be read: {first.fault}")
        return Table(_named(first.cells), _checked(records, len(first.cells)))
    columns = [f"Column {place}" for place in range(1, len(first.cells) + 1)]
    return Table(columns, _checked(itertools.chain([first], records), len(columns)))


def _named(cells: list[str]) -> list[str]:
    """Names that are given and unique: ``Name``, ``Name (2)``, ``Column 3``."""
    names: list[str] = []
    taken: set[str] = set()
    for place, cell in enumerate(cells, start=1):
        name = base = " ".join(plain_text(cell.replace("\x00", " ")).split())[:200] or f"Column {place}"
        count = 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        names.append(name)
    return names


def _checked(records: Iterator[Line], width: int) -> Iterator[Line]:
    """Rows that are not blank, each with as many cells as the header or a fault."""
    for line in records:
        cells = line.cells
        if len(cells) == width:
            if line.fault or any(cells):
                yield line
            continue
        if not any(cell.strip() for cell in cells) and not line.fault:
            continue
        # Even blank cells too many are refused: an unquoted delimiter may have moved the others.
        yield line if line.fault else _ragged(line.number, cells, width)


def _ragged(number: int, cells: list[str], width: int) -> Line:
    count = "1 cell" if len(cells) == 1 else f"{len(cells)} cells"
    hint = "Was it broken in two? Cells that hold a line break need quotation marks around them."
    if len(cells) > width:
        hint = "Put quotation marks around a cell that holds the delimiter."
    return Line(number, cells, f"This row has {count}, the header {width}.", hint)


class _Malformed(csv.Error):
    """Raised while the csv module reads on and on for a quote that never comes."""


class _Lines:
    """The physical lines under a csv reader. Remembers those of the current record, to give them back."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._size = 0
        self.taken: list[str] = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else self._stream.readline(LONGEST_RECORD)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if self._size > LONGEST_RECORD:
            raise _Malformed("record too long")
        return line

    def begin(self) -> None:
        self.taken.clear()
        self._size = 0

    def give_back(self) -> str:
        """The first line of the record; the others are read again as records of their own."""
        first, *others = self.taken
        self._waiting.extend(reversed(others))
        return first


def _records(file: IO[bytes], form: Format) -> Iterator[Line]:
    source = _Lines(text_stream(file, form.encoding))
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(source, delimiter=form.delimiter, quotechar=form.quote, strict=True)
    for number in itertools.count(1):
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _malformed(number, source, form, str(error))
        except UnicodeError:
            raise FileRefused(f"From row {number:,} on, this is no text in that encoding.") from None
        else:
            yield Line(number, cells)


def _malformed(number: int, source: _Lines, form: Format, error: str) -> Line:
    """A record that the csv module gave up, as its first line cut at the delimiters."""
    is_one_line = len(source.taken) == 1
    text = source.give_back().rstrip("\r\n")
    cells = [cell.strip(form.quote) for cell in text[:LONGEST_RECORD].split(form.delimiter)]
    hint = "Write two for one that belongs to the text, and one at each end of the cell."
    if "field larger" in error:
        return Line(number, cells, f"A cell is longer than {LONGEST_CELL:,} characters.", "Shorten it.")
    if "expected after" in error and is_one_line:
        return Line(number, cells, f"A quotation mark ({form.quote}) stands inside a cell.", hint)
    return Line(number, cells, f"A quotation mark ({form.quote}) is opened and never closed.", hint)


def _workbook(file: IO[bytes], form: Format) -> Iterator[Line]:
    """The first sheet that has rows."""
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for name in workbook.sheet_names:
            sheet = workbook.get_sheet_by_name(name)
            if not sheet.total_height:
                continue
            for number, values in enumerate(sheet.iter_rows(), start=1):
                yield Line(number, [_text(value, form.decimal) for value in values])
            return
    except (CalamineError, OSError, ValueError) as error:
        raise FileRefused(f"The workbook cannot be read: {error}") from None


def _text(value: Any, decimal: str) -> str:
    """A cell of a workbook as the text that a CSV file of it would have."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
        return text.replace(".", decimal)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)
