"""A list as a file: the rows and columns of the screen, streamed, however many there are."""

import csv
import datetime as dt
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from core.listing.columns import Export, Reading
from core.listing.sorting import with_key
from core.listing.state import State

FORMATS = {"csv": "text/csv; charset=utf-8", "json": "application/x-ndjson; charset=utf-8"}
CHUNK = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Line:
    """A file for the csv writer that hands each line back instead of keeping it."""

    def write(self, text: str) -> str:
        return text


def response(state: State, rows: QuerySet[Any], kind: str, *, with_bom: bool = False) -> HttpResponseBase:
    kind = kind if kind in FORMATS else "csv"
    name = f"{state.listing.name}-{timezone.localdate():%Y-%m-%d}.{kind}"
    return StreamingHttpResponse(
        lines(state, rows, kind, with_bom=with_bom),
        content_type=FORMATS[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"},
    )


def lines(state: State, rows: QuerySet[Any], kind: str, *, with_bom: bool = False) -> Iterator[str]:
    """The file, some hundred rows at a time. ``kind`` is csv, or json for one object a line."""
    # A response is sent when the request's time zone is gone already.
    return _lines(state, rows, kind, "\ufeff" if with_bom else "", timezone.get_current_timezone())


def _lines(state: State, rows: QuerySet[Any], kind: str, mark: str, zone: dt.tzinfo) -> Iterator[str]:
    exports = _exports(state)
    names = [export.name for export, _ in exports]
    write = _csv_line() if kind == "csv" else _json_line(names)
    if kind == "csv":
        yield mark + write(names)
    values = _values(state, rows, exports)
    while True:
        with timezone.override(zone):
            part = "".join(map(write, islice(values, CHUNK)))
        if not part:
            return
        yield part


def guarded(text: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula. Plain numbers, negative ones too, stay."""
    if not text.startswith(_FORMULA) or _is_number(text):
        return text
    return f"'{text}"


def _exports(state: State) -> list[tuple[Export, tuple[str, ...]]]:
    """The file's columns, each once, with what they read."""
    found: dict[str, tuple[Export, tuple[str, ...]]] = {}
    for column in state.columns:
        for export in column.export:
            found.setdefault(export.name, (export, column.reads))
    return list(found.values())


def _values(
    state: State, rows: QuerySet[Any], exports: list[tuple[Export, tuple[str, ...]]]
) -> Iterator[list[str]]:
    place = state.place(first=True)
    reading = Reading.of(state.columns, "pk")
    cells = [(export.text, reading.places(reads)) for export, reads in exports]
    ordered = with_key(rows, place.sort).annotate(**reading.computed).order_by(*place.order)
    try:
        # A server-side cursor in a transaction of its own: neither the database nor we collect all rows.
        with transaction.atomic():
            for row in ordered.values_list(*reading.names).iterator(chunk_size=CHUNK):
                yield [text(*[row[at] for at in places]) for text, places in cells]
    except EmptyResultSet:
        return


def _csv_line() -> Callable[[list[str]], str]:
    writer = csv.writer(_Line())
    return lambda texts: writer.writerow(map(guarded, texts))


def _json_line(names: list[str]) -> Callable[[list[str]], str]:
    return lambda texts: json.dumps(dict(zip(names, texts, strict=True)), ensure_ascii=False) + "\n"


def _is_number(text: str) -> bool:
    digits = text[1:].replace(".", "", 1)
    return text[0] in "+-" and digits.isascii() and digits.isdigit()
