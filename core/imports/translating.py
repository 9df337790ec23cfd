"""Rows of a file as values of targets: texts read in the file's manner, each misreading named."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from core.imports.formats import Format
from core.imports.importers import Fault, Kind, Target
from core.imports.mapping import Mapping
from core.imports.reading import Line
from core.imports.values import Unreadable, moment, number, plain_text

_SPOILT = re.compile("[\x00\ud800-\udfff]")
_SHORTENED = re.compile(r"[0-9][.,][0-9]+E\+[0-9]{2}")


@dataclass(slots=True)
class Row:
    """One row as it goes to its importer. ``lines`` are the lines of the file that it is made of.

    ``texts`` are what the file says, by target; ``values`` what was read of it. ``settled`` is the outcome of
    a row that is refused here already, and never reaches its importer.
    """

    lines: list[int]
    texts: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    settled: str = ""


class Translator:
    """Reads the lines of one file by one mapping."""

    def __init__(
        self,
        mapping: Mapping,
        targets: Sequence[Target],
        columns: Sequence[str],
        form: Format,
        zone: dt.tzinfo,
    ) -> None:
        self.targets = [target for target in targets if target.name in mapping.targets]
        self.names = [target.name for target in self.targets]
        self._places = [
            columns.index(mapping.columns[name]) if name in mapping.columns else None for name in self.names
        ]
        self._fixed = [mapping.fixed.get(name, "").strip() for name in self.names]
        self._readers = [self._reader(target, form, zone) for target in self.targets]

    def texts(self, line: Line) -> list[str]:
        """What the line says to each target; empty where it says nothing."""
        cells = line.cells
        width = len(cells)
        return [
            fixed if place is None else plain_text(cells[place].strip()) if place < width else ""
            for place, fixed in zip(self._places, self._fixed, strict=True)
        ]

    def row(self, line: Line) -> Row:
        texts = self.texts(line)
        if line.fault:
            fault = Fault("", line.fault, line.hint, "broken_row")
            return Row([line.number], dict(zip(self.names, texts, strict=True)), {}, [fault], "rejected")
        return self.row_of([line.number], texts)

    def row_of(self, lines: list[int], texts: Sequence[str]) -> Row:
        row = Row(lines, dict(zip(self.names, texts, strict=True)))
        for name, read, text in zip(self.names, self._readers, texts, strict=True):
            if text:
                try:
                    row.values[name] = read(text)
                except Unreadable as problem:
                    row.faults.append(Fault(name, problem.message, problem.suggestion, "unreadable"))
        return row

    def read(self, place: int, text: str) -> Any:
        """``text`` as a value of the target at ``place``. Raises Unreadable."""
        return self._readers[place](text)

    def _reader(self, target: Target, form: Format, zone: dt.tzinfo) -> Callable[[str], Any]:
        if target.kind == Kind.NUMBER:
            return lambda text: number(text, form.decimal)
        if target.kind == Kind.MOMENT:
            return lru_cache(maxsize=20_000)(lambda text: moment(text, form.date_order, zone))
        return _id if target.kind == Kind.ID else _text


def translated(lines: Iterable[Line], translator: Translator) -> Iterator[Row]:
    """Each line a row."""
    return map(translator.row, lines)


class Merged:
    """Lines that make one row together: numbers that sum are added, the rest is said once.

    What the lines say of anything else must be the same; a line that leaves it blank agrees.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._numbers: list[int] = []
        self._texts = [""] * len(translator.targets)
        self._sums: dict[str, Decimal] = {}
        self._faults: dict[str, Fault] = {}
        self._unreadable: dict[str, tuple[int, Fault]] = {}

    def add(self, number: int, texts: Sequence[str]) -> None:
        self._numbers.append(number)
        for place, (target, text) in enumerate(zip(self._translator.targets, texts, strict=True)):
            if not text:
                continue
            if target.sums:
                self._sum(place, target, number, text)
            elif not self._texts[place]:
                self._texts[place] = text
            elif self._texts[place] != text and target.name not in self._faults:
                words = f"Line {number:,} says “{text[:60]}”, a line before it “{self._texts[place][:60]}”."
                hint = (
                    f"Lines of one row must agree. Give them the same {target.label.lower()}, or other ids."
                )
                self._faults[target.name] = Fault(target.name, words, hint, "lines_disagree")

    def row(self) -> Row:
        row = self._translator.row_of(self._numbers, self._texts)
        row.values.update(self._sums)
        row.texts.update({name: format(amount, "f") for name, amount in self._sums.items()})
        row.faults = [fault for fault in row.faults if fault.target not in self._faults]
        row.faults += self._faults.values()
        for name, (line, fault) in self._unreadable.items():
            row.values.pop(name, None)
            row.faults.append(replace(fault, message=f"Line {line:,}: {fault.message}"))
        return row

    def _sum(self, place: int, target: Target, number: int, text: str) -> None:
        try:
            amount = self._translator.read(place, text)
        except Unreadable as problem:
            fault = Fault(target.name, problem.message, problem.suggestion, "unreadable")
            self._unreadable.setdefault(target.name, (number, fault))
        else:
            self._sums[target.name] = self._sums.get(target.name, Decimal(0)) + amount


def _text(text: str) -> str:
    spoilt = None if text.isascii() and "\x00" not in text else _SPOILT.search(text)
    if spoilt is None:
        return text
    if spoilt[0] == "\x00":
        raise Unreadable("This has a NUL character, which cannot be stored.", "Take it out.")
    raise Unreadable(
        "This has bytes that are no text in the file's encoding.", "Choose another encoding for the file."
    )


def _id(text: str) -> str:
    if _SHORTENED.fullmatch(text):
        raise Unreadable(
            f"A spreadsheet has shortened this id to “{text}”; its digits are lost.",
            "Format the column as text before exporting it.",
        )
    return _text(text)
