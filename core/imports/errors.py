"""The error file: the rows that did not go in, in the owner's own columns, with what is wrong with each.

It is written as the file was (encoding, delimiter, line ends), so that it opens where the file came from and
goes up again once it is mended.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from django.db import connection, transaction

from core.imports import mapping
from core.imports.formats import Format
from core.imports.importers import BAD, importer
from core.imports.models import Import
from core.imports.reading import OWN_COLUMNS, opened
from core.listing.export import guarded

_PART = 500
_BAD_LINES = """
    SELECT unnest(lines) AS line, outcome, problems::text, differences::text
    FROM imports_importrow WHERE of_id = %s AND outcome = ANY(%s) ORDER BY line
"""


def file_name(kept: Import) -> str:
    """``orders.csv`` → ``orders.errors.csv``."""
    path = PurePath(kept.file_name)
    suffix = path.suffix if path.suffix.lower() in {".csv", ".tsv", ".txt"} else ".csv"
    return f"{path.stem or 'file'}.errors{suffix}"


def has_errors(kept: Import) -> bool:
    return any(kept.counts.get(outcome) for outcome in BAD)


def content(kept: Import) -> Iterator[bytes]:
    """The file, some hundred rows at a time, however many there are. Raises FileRefused if it is gone."""
    form = Format.from_json(kept.format)
    labels = _labels(kept)
    with opened(kept.file.name or "", form) as table:
        own = [place for place, name in enumerate(table.columns) if name.lower() in OWN_COLUMNS]
        width = len(table.columns)
        pen = _Pen(form)
        yield pen.draw([[*_without([*table.columns], own), *OWN_COLUMNS]])
        part: list[list[str]] = []
        lines = iter(table.lines)
        for number, outcome, problems, differences in _bad_lines(kept):
            line = next((one for one in lines if one.number == number), None)
            if line is None:
                break
            cells = line.cells + [""] * (width - len(line.cells))
            error, suggestion = _said(outcome, problems, differences, labels)
            part.append([*_without(cells[:width], own), error, suggestion, *cells[width:]])
            if len(part) == _PART:
                yield pen.draw(part)
                part = []
        yield pen.draw(part)


def in_words(problems: Sequence[Sequence[str]], labels: dict[str, str]) -> str:
    """``Sales: “abc” is not a number.`` Each thing that is wrong with a row, by the owner's own names."""
    return " ".join(
        f"{labels.get(target, target)}: {message}" if target else message for target, message, _ in problems
    )


def hints(problems: Sequence[Sequence[str]]) -> str:
    """How to mend it, each hint once."""
    return " ".join(dict.fromkeys(suggestion for _, _, suggestion in problems if suggestion))


def conflict_in_words(differences: dict[str, Sequence[str]], labels: dict[str, str]) -> str:
    parts = [
        f"{labels.get(target, target)} is “{stored}” and would become “{given}”"
        for target, (stored, given) in differences.items()
    ]
    return f"It is there already with other facts: {'; '.join(parts)}." if parts else ""


def _labels(kept: Import) -> dict[str, str]:
    targets = {target.name: target for target in importer(kept.noun).targets(None)}
    return mapping.names(targets, mapping.from_json(kept.mapping))


def _said(
    outcome: str, problems: list[list[str]], differences: dict[str, Any], labels: dict[str, str]
) -> tuple[str, str]:
    error = in_words(problems, labels)
    if outcome == "conflict":
        error = " ".join(part for part in (error, conflict_in_words(differences, labels)) if part)
    return error, hints(problems)


def _bad_lines(kept: Import) -> Iterator[tuple[int, str, list[list[str]], dict[str, Any]]]:
    """Every line of every bad row in the order of the file, through a cursor on the server."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_BAD_LINES, [kept.pk, list(BAD)])
        for number, outcome, problems, differences in cursor:
            yield number, outcome, json.loads(problems), json.loads(differences)


def _without(cells: list[str], places: list[int]) -> list[str]:
    return [cell for place, cell in enumerate(cells) if place not in places] if places else cells


class _Pen:
    """Writes lines in the manner of a format. Cells go back as they came, guarded against formulas."""

    def __init__(self, form: Format) -> None:
        self._encoding = "utf-8-sig" if form.kind == "xlsx" else form.encoding
        self._is_first = True
        self._lines: list[str] = []
        self._writer = csv.writer(
            self, delimiter=form.delimiter, quotechar=form.quote, lineterminator=form.newline
        )

    def write(self, text: str) -> None:
        self._lines.append(text)

    def draw(self, rows: Sequence[Sequence[str]]) -> bytes:
        self._lines.clear()
        self._writer.writerows([guarded(cell) for cell in row] for row in rows)
        return self._encoded("".join(self._lines))

    def _encoded(self, text: str) -> bytes:
        encoding = self._encoding
        if encoding.startswith("utf-16"):
            encoding = "utf-16-be" if encoding == "utf-16-be" else "utf-16-le"
        elif encoding == "utf-8-sig":
            encoding = "utf-8"
        marked = self._is_first and self._encoding in {"utf-8-sig", "utf-16"}
        self._is_first = False
        try:
            return (("\ufeff" if marked else "") + text).encode(encoding, "surrogateescape")
        except UnicodeEncodeError:
            # Our own words may have characters that the file's encoding lacks.
            return b"".join(map(self._byte_by_byte, text))

    def _byte_by_byte(self, character: str) -> bytes:
        try:
            return character.encode(self._encoding, "surrogateescape")
        except UnicodeEncodeError:
            return b"?"
