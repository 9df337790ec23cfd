"""Tables like that of orders, and a bare COPY into them: the limit that the database sets for writing."""

from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction

from ambassador.bench.lines import seconds

_TABLE = "orders_order"
# What LIKE takes over of it, by the name of the twin.
TWINS = {"bench_whole": "INCLUDING ALL", "bench_keys": "INCLUDING DEFAULTS INCLUDING IDENTITY"}

# What LIKE does not take over.
_FOREIGN_KEYS = """
    SELECT format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', %s::text, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'
"""
_TRIGGERS = """
    SELECT replace(pg_get_triggerdef(oid), ' ON public.' || %s || ' ', ' ON ' || %s || ' ')
    FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows a second of a bare COPY: into the same table with everything, and into one with its keys only."""

    whole: float
    keys: float


def limits(after: int) -> Limits:
    """How fast the orders whose id is above ``after`` go in, where those up to it are in already."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_TABLE} WHERE id > %s", [after])  # noqa: S608
        (rows,) = cursor.fetchone() or (0,)
    data, found = _taken(after), []
    for twin in TWINS:
        make(twin, after)
        found.append(rows / seconds(partial(_copy, twin, data)))
        drop(twin)
    return Limits(*found)


def make(twin: str, after: int) -> None:
    """The table ``twin`` with the orders up to ``after``, its statistics fresh."""
    is_whole = twin == "bench_whole"
    drop(twin)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {twin} (LIKE {_TABLE} {TWINS[twin]})")
        if not is_whole:
            cursor.execute(f"ALTER TABLE {twin} ADD PRIMARY KEY (id)")
            cursor.execute(f"CREATE UNIQUE INDEX ON {twin} (order_id) WHERE voided_at IS NULL")
        cursor.execute(f"INSERT INTO {twin} SELECT * FROM {_TABLE} WHERE id <= %s", [after])  # noqa: S608
        cursor.execute(_FOREIGN_KEYS, [twin, _TABLE])
        statements = cursor.fetchall()
        if is_whole:
            cursor.execute(_TRIGGERS, [_TABLE, twin, _TABLE])
            statements += cursor.fetchall()
        for (statement,) in statements:
            cursor.execute(statement)
        cursor.execute(f"VACUUM (ANALYZE) {twin}")


def drop(twin: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {twin}")


def _taken(after: int) -> bytes:
    rows = f"SELECT * FROM {_TABLE} WHERE id > {after} ORDER BY id"  # noqa: S608  (a number of ours)
    with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


def _copy(twin: str, data: bytes) -> None:
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(f"COPY {twin} FROM STDIN") as copy:
        copy.write(data)
