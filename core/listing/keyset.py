"""Pages by position: the thousandth costs what the first did, and nothing is skipped or shown twice.

A page is asked for as "what comes after (or before) this row". One statement reads it. Where the key is a
column of the table itself, that is one range of an index. Where it stands in another table, or where some
rows have none, the statement unites up to three short reads, each of them an index range of at most a page:
the rest of the same owner, the owners that follow, and the rows without a key, which come last.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from core.listing.cursors import Cursor
from core.listing.sorting import Beyond, Direction, Sort, with_key

FEW_OWNERS = 200
_Part = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Place:
    """Which page is asked for: a sort, a direction, and the row it lies beyond (None: the first page)."""

    sort: Sort
    tie: tuple[str, ...]
    direction: Direction
    cursor: Cursor | None
    size: int

    @property
    def names(self) -> tuple[str, ...]:
        return self.sort.names(self.tie)

    @property
    def bare(self) -> str:
        """The column that is NULL in rows without a key."""
        return f"{self.sort.through}_id" if self.sort.through else self.sort.key

    @property
    def order(self) -> list[Any]:
        return self.direction.ordering(self.names, nullable=self.sort.nullable)

    @property
    def limit(self) -> int:
        """One more than a page, to see whether there is another."""
        return self.size + 1


def sorted_page(rows: QuerySet[Model], place: Place) -> QuerySet[Model]:
    """The page by sorting all of ``rows``: right for few rows, and for keys that one index holds in order."""
    rows = with_key(rows, place.sort)
    if place.cursor is not None:
        rows = rows.filter(_beyond(place))
    return rows.order_by(*place.order)[: place.limit]


def walked_page(rows: QuerySet[Model], place: Place, owners: list[int] | None = None) -> QuerySet[Model]:
    """The same page by walking indexes: right for many rows whose key is elsewhere or may be missing.

    ``owners`` are the only rows of the other table worth visiting, where that is known.
    """
    keyed = with_key(rows, place.sort)
    parts: list[_Part] = []
    cursor = place.cursor
    in_tail = cursor is not None and cursor.values[0] is None
    if cursor is not None and in_tail:
        parts.append(_tail(rows, place, after=cursor.values[-len(place.tie) :]))
    elif cursor is not None and place.sort.through:
        owned = rows.filter(**{place.bare: cursor.values[1]})
        parts.append(_range(owned, place, place.tie, cursor.values[2:]))
    elif cursor is not None:
        parts.append(_range(keyed.filter(_has_key(place)), place, place.names, cursor.values))
    if not in_tail or place.direction.backward:
        if place.sort.through:
            parts.append(_owners(rows, place, None if in_tail else cursor, owners))
        elif cursor is None or in_tail:
            parts.append(_range(keyed.filter(_has_key(place)), place, place.names, None))
    sql, params = _united(parts)
    if place.sort.nullable and not in_tail and not place.direction.backward:
        sql, params = _filled_up(place, (sql, params), _tail(rows, place, after=None))
    page = rows.model._default_manager.filter(pk__in=RawSQL(sql, params))  # noqa: S611  (compiled querysets)
    return with_key(page, place.sort).order_by(*place.order)[: place.limit]


def owners_in_use(rows: QuerySet[Model], through: str) -> list[int] | None:
    """The ids that column ``through`` holds, or None where they are too many to be a shortcut.

    It leaps from one id to the next along the index instead of reading every row. That pays while leaping
    over all of them is less than walking from one to the next among all rows of the other table.
    """
    quote = connection.ops.quote_name
    relation = rows.model._meta.get_field(through)
    owners = quote(relation.related_model._meta.db_table)  # type: ignore[union-attr]
    table, column = quote(rows.model._meta.db_table), quote(f"{through}_id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE leap(id) AS (SELECT min({column}) FROM {table}"  # noqa: S608  (our own names)
            f" UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > leap.id) FROM leap"
            " WHERE leap.id IS NOT NULL),"
            f" most(n) AS (SELECT sqrt(greatest(2 * reltuples, {FEW_OWNERS}^2))::bigint FROM pg_class"
            " WHERE oid = %s::regclass),"
            " found(id) AS (SELECT id FROM leap WHERE id IS NOT NULL LIMIT (SELECT n + 1 FROM most))"
            " SELECT CASE WHEN count(*) <= (SELECT n FROM most) THEN coalesce(array_agg(id), '{}') END"
            " FROM found",
            [owners],
        )
        (ids,) = cursor.fetchone() or (None,)
    return ids


def _united(parts: list[_Part]) -> _Part:
    return " UNION ALL ".join(f"({part})" for part, _ in parts), tuple(
        one for _, some in parts for one in some
    )


def _filled_up(place: Place, head: _Part, tail: _Part) -> _Part:
    """``head``, and of ``tail`` only what is missing to a page: mostly nothing, and then it is not read."""
    missing = f'SELECT greatest({place.limit} - count(*), 0) FROM "head"'  # noqa: S608  (a number of ours)
    sql = (
        f'WITH "head"("id") AS MATERIALIZED ({head[0]}) SELECT "id" FROM "head" UNION ALL '  # noqa: S608
        f'(SELECT * FROM ({tail[0]}) "tail" LIMIT ({missing}))'
    )
    return sql, (*head[1], *tail[1])


def _has_key(place: Place) -> Q:
    return Q(**{f"{place.bare}__isnull": False}) if place.sort.nullable else Q()


def _beyond(place: Place) -> Q:
    """Rows on the far side of the cursor, those without a key counted as last."""
    assert place.cursor is not None
    values, falls = place.cursor.values, place.direction.falls
    none = Q(**{f"{place.bare}__isnull": True})
    if place.sort.nullable and values[0] is None:
        tail = none & Q(Beyond(place.tie, values[-len(place.tie) :], falls))
        return tail | ~none if place.direction.backward else tail
    ahead = Q(Beyond(place.names, values, falls))
    return ahead | none if place.sort.nullable and not place.direction.backward else ahead


def _range(
    rows: QuerySet[Model], place: Place, names: tuple[str, ...], after: tuple[Any, ...] | None
) -> _Part:
    """Ids of at most a page of ``rows`` in the order of ``names``."""
    if after is not None:
        rows = rows.filter(Beyond(names, after, place.direction.falls))
    page = rows.order_by(*place.direction.ordering(names))[: place.limit]
    return page.values_list("pk").query.sql_with_params()


def _tail(rows: QuerySet[Model], place: Place, after: tuple[Any, ...] | None) -> _Part:
    without = with_key(rows, place.sort).filter(**{f"{place.bare}__isnull": True})
    return _range(without, place, place.tie, after)


def _owners(rows: QuerySet[Model], place: Place, cursor: Cursor | None, only: list[int] | None) -> _Part:
    """Ids of at most a page of rows, owner after owner in the order of the owners' key."""
    quote = connection.ops.quote_name
    sort, way = place.sort, place.direction.sql()
    relation = rows.model._meta.get_field(sort.through)
    owner_table = relation.related_model._meta.db_table  # type: ignore[union-attr]
    key = quote(sort.key.partition("__")[2])
    owned = rows.filter(**{place.bare: RawSQL('"owner"."id"', ())})
    inner = owned.order_by(*place.direction.ordering(place.tie)).values_list(*place.tie)[: place.limit]
    inner_sql, params = inner.query.sql_with_params()
    conditions: list[str] = []
    outer: list[Any] = []
    if cursor is not None:
        conditions.append(f'("owner".{key}, "owner"."id") {"<" if place.direction.falls else ">"} (%s, %s)')
        outer += cursor.values[:2]
    if only is not None:
        conditions.append('"owner"."id" = ANY(%s)')
        outer.append(only)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    tie = ", ".join(f'"page".{quote(name)} {way}' for name in place.tie)
    sql = (
        f'SELECT "page"."id" FROM {quote(owner_table)} "owner" CROSS JOIN LATERAL ({inner_sql}) "page" '  # noqa: S608
        f'{where}ORDER BY "owner".{key} {way}, "owner"."id" {way}, {tie} LIMIT {place.limit}'
    )
    return sql, (*params, *outer)
