"""How a list can be sorted, so that any page of it is read from an index."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.db.models.expressions import OrderBy


@dataclass(frozen=True)
class Sort:
    """The key that rows are sorted by; equal keys follow the list's own tie (such as date, then id).

    ``key`` is a path to one column (empty: the tie alone). ``through`` names the relation when the key
    stands in another table; that table needs an index on (key, id), ours one on (relation, *tie).
    ``sparse`` says that few of that table's rows have any of ours. ``nullable``: some rows have no key;
    they come last in both directions. ``expression`` computes a key that is no column.
    """

    key: str = ""
    through: str = ""
    sparse: bool = False
    nullable: bool = False
    expression: Any = None

    def names(self, tie: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of a position in this order, from the most important to the least."""
        if not self.key or self.key == tie[0]:
            return tie
        return (self.key, *((f"{self.through}_id",) if self.through else ()), *tie)


@dataclass(frozen=True)
class Direction:
    """Which way rows are read. Backward is how the previous page is found: nearest first."""

    descending: bool
    backward: bool = False

    @property
    def falls(self) -> bool:
        return self.descending != self.backward

    def ordering(self, names: tuple[str, ...], *, nullable: bool = False) -> list[OrderBy]:
        order = [OrderBy(F(name), descending=self.falls) for name in names]
        if nullable:
            nulls = {"nulls_first": True} if self.backward else {"nulls_last": True}
            order[0] = OrderBy(F(names[0]), descending=self.falls, **nulls)
        return order

    def sql(self) -> str:
        return "DESC" if self.falls else "ASC"


class Beyond(Func):
    """``(a, b, c) < (x, y, z)``: PostgreSQL compares rows, and answers from one index range."""

    output_field = BooleanField()

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...], falls: bool) -> None:
        self.width = len(names)
        self.operator = "<" if falls else ">"
        super().__init__(*(F(name) for name in names), *(Value(value) for value in values))

    def as_sql(self, compiler: Any, connection: Any, **kwargs: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        left = ", ".join(sql for sql, _ in compiled[: self.width])
        right = ", ".join(sql for sql, _ in compiled[self.width :])
        return f"({left}) {self.operator} ({right})", [param for _, params in compiled for param in params]


def with_key(rows: QuerySet[Model], sort: Sort) -> QuerySet[Model]:
    """``rows`` with the computed key of ``sort``, where it has one."""
    return rows.alias(**{sort.key: sort.expression}) if sort.expression is not None else rows
