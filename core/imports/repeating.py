"""The same id on two rows of one file: told twice alike it is harmless, told differently it is a conflict.

Which ids there were is kept in a private database on disk, so files of any length take little memory.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

from core.imports.importers import Fault
from core.imports.translating import Row


def told_apart(rows: Iterable[Row], keys: Sequence[str]) -> Iterator[Row]:
    """``rows``, those settled as a conflict that say of their ``keys`` something else than an earlier one."""
    with closing(sqlite3.connect("")) as store:
        store.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER, said INTEGER) WITHOUT ROWID")
        cursor = store.cursor()
        for row in rows:
            text = _name(row, keys)
            if text and not row.settled:
                said = hash(tuple(row.texts.values()))
                place = (text.encode("utf-8", "surrogatepass"), row.lines[0], said)
                cursor.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", place)
                if not cursor.rowcount:
                    cursor.execute("SELECT line, said FROM seen WHERE key = ?", place[:1])
                    _settle(row, keys[0], said, *cursor.fetchone())
            yield row


def _name(row: Row, keys: Sequence[str]) -> str:
    """What tells the row apart; empty where it says none of it."""
    texts = [row.texts.get(key, "") for key in keys]
    return "\0".join(texts) if any(texts) else ""


def _settle(row: Row, key: str, said: int, line: int, said_before: int) -> None:
    if said != said_before:
        row.settled = "conflict"
        row.faults = [
            Fault(
                key,
                f"Line {line:,} has this already and says something else of it.",
                "Give each its own, or have lines that share one summed.",
                "repeated",
            )
        ]
