"""Lines that share an id, summed into one row, wherever in the file they stand.

The lines pass through a private database on disk that vanishes with its connection, so a file of any length
takes little memory, and reading it again gives the same rows in the same order: that of their first lines.
"""

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from operator import itemgetter

from core.imports.reading import Line
from core.imports.translating import Merged, Row, Translator

_BATCH = 5_000


def summed(lines: Iterable[Line], translator: Translator, key: str) -> Iterator[Row]:
    """One row for each value of the target ``key``. Lines without one, or broken, stay by themselves."""
    place = translator.names.index(key)
    with closing(sqlite3.connect("")) as store:
        store.execute("CREATE TABLE lines (key BLOB, number INTEGER, fault TEXT, hint TEXT, texts TEXT)")
        kept = _kept(lines, translator, place)
        while batch := list(itertools.islice(kept, _BATCH)):
            store.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", batch)
        found = store.execute(
            "SELECT min(number) OVER (PARTITION BY key) AS first, number, fault, hint, texts"
            " FROM lines ORDER BY first, number"
        )
        for _, group in itertools.groupby(found, itemgetter(0)):
            yield _row(group, translator)


def _kept(
    lines: Iterable[Line], translator: Translator, place: int
) -> Iterator[tuple[bytes, int, str, str, str]]:
    for line in lines:
        texts = translator.texts(line)
        said = line.cells if line.fault else texts
        if line.fault or not texts[place]:
            # No text begins with this byte, so it is nobody else's key.
            key = b"\xff%d" % line.number
        else:
            key = texts[place].encode("utf-8", "surrogatepass")
        yield key, line.number, line.fault, line.hint, json.dumps(said)


def _row(group: Iterator[tuple[int, int, str, str, str]], translator: Translator) -> Row:
    _, number, fault, hint, texts = next(group)
    if fault:
        return translator.row(Line(number, json.loads(texts), fault, hint))
    second = next(group, None)
    if second is None:
        return translator.row_of([number], json.loads(texts))
    merged = Merged(translator)
    merged.add(number, json.loads(texts))
    for _, another, _, _, said in itertools.chain([second], group):
        merged.add(another, json.loads(said))
    return merged.row()
