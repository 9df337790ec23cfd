"""Rows of a run that are kept to be seen: all that are bad, and the first few of every other outcome."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection

from core.copying import copy_rows
from core.imports.counting import NOTED, Tally
from core.imports.importers import BAD, Fault, Landed
from core.imports.models import ImportRow
from core.imports.translating import Row

KEPT_TO_SEE = 200
KEPT_NOTED = 1_000
_LONGEST_TEXT = 300
# Neither PostgreSQL's JSON nor UTF-8 can carry these; they are shown as a mark instead.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_COLUMNS = ("of_id", "line", "lines", "outcome", "row_pk", "problems", "warnings", "differences", "values")


def keep(import_id: int, before: Tally, rows: Iterable[Row], landed: Iterable[Landed]) -> int:
    """Keep of a chunk what should be kept, given what came ``before`` it; inside the caller's transaction."""
    chosen = _chosen(import_id, before, rows, landed)
    return copy_rows(connection, ImportRow._meta.db_table, _COLUMNS, chosen)


def forget(import_id: int) -> None:
    ImportRow.objects.filter(of=import_id).delete()


def _chosen(
    import_id: int, before: Tally, rows: Iterable[Row], landed: Iterable[Landed]
) -> Iterator[tuple[Any, ...]]:
    seen, noted = before.outcomes.copy(), before.marks[NOTED]
    for row, one in zip(rows, landed, strict=True):
        seen[one.outcome] += 1
        noted += bool(one.warnings)
        is_noted = one.warnings and noted <= KEPT_NOTED
        if one.outcome not in BAD and seen[one.outcome] > KEPT_TO_SEE and not is_noted:
            continue
        yield (
            import_id,
            row.lines[0],
            row.lines,
            one.outcome,
            one.pk,
            _json([_said(fault) for fault in one.faults]),
            _json([_said(fault) for fault in one.warnings]),
            _json({name: [_cut(old), _cut(new)] for name, (old, new) in one.differences.items()}),
            _json({name: _cut(text) for name, text in row.texts.items() if text}),
        )


def _said(fault: Fault) -> list[str]:
    return [fault.target, _cut(fault.message), _cut(fault.suggestion)]


def _cut(text: str) -> str:
    text = text if text.isascii() and "\x00" not in text else _UNSTORABLE.sub("\ufffd", text)
    return text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
