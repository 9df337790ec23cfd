"""How many rows a list has: exact while that is cheap, said honestly where it is not.

A page of a large table does not wait for the count of a filter: it says "many", and the numbers that arrive
after the page say how many.
"""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, QuerySet
from django.db.models.expressions import RawSQL

CAP = 10_000
LARGE = 2 * CAP
UNKNOWN = -1


@dataclass(frozen=True)
class Count:
    """``number`` rows; about that many where it is an estimate, and UNKNOWN where nobody has counted yet."""

    number: int
    is_whole_table: bool = False

    @property
    def is_known(self) -> bool:
        return self.number != UNKNOWN

    @property
    def all_words(self) -> str:
        """``all 5,014``, or ``all`` where there is no number."""
        return f"all {self}" if self.is_known else "all"

    def __str__(self) -> str:
        if not self.is_known:
            return "many"
        if self.number <= CAP:
            return f"{self.number:,}"
        if self.is_whole_table:
            return f"~{round(self.number, 3 - len(str(self.number))):,}"
        return f"{CAP:,}+"


def count_sql(rows: QuerySet[Any], *, is_whole_table: bool = False, cap: int = CAP) -> RawSQL:
    """The count as an expression for another statement, reading at most ``cap`` + 1 rows.

    In a large table the planner's own estimate is taken for all of it, and UNKNOWN for a part of it.
    """
    try:
        inner, params = rows.order_by().values_list("pk")[: cap + 1].query.sql_with_params()
    except EmptyResultSet:
        return RawSQL("0", (), output_field=BigIntegerField())
    counted = f"SELECT count(*) FROM ({inner}) counted"  # noqa: S608
    if cap < CAP:
        return RawSQL(counted, params, output_field=BigIntegerField())  # noqa: S611
    otherwise = "reltuples::bigint" if is_whole_table else str(UNKNOWN)
    sql = (
        f"SELECT CASE WHEN reltuples > {LARGE} THEN {otherwise} ELSE ({counted}) END"  # noqa: S608
        " FROM pg_class WHERE oid = %s::regclass"
    )
    table = connection.ops.quote_name(rows.model._meta.db_table)
    return RawSQL(sql, (*params, table), output_field=BigIntegerField())  # noqa: S611


def count(rows: QuerySet[Any], *, cap: int = CAP) -> int:
    """At most ``cap`` + 1."""
    return rows.order_by().values_list("pk")[: cap + 1].count()
