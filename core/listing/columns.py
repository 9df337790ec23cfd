"""What a column of a list is: how it is called, read, drawn, sorted and exported."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.db.models import F
from django.db.models.expressions import Expression

from core.listing.sorting import Sort


@dataclass(frozen=True)
class Export:
    """One column of a file. ``text`` takes the values of the listed column's fields."""

    name: str
    text: Callable[..., str]


class Column(tables.Column):
    """A django-tables2 column that also knows how to be drawn fast.

    ``reads`` are the columns to fetch; ``draw`` gets a :class:`core.listing.drawing.Pen` and their values
    and returns HTML that is escaped already. ``computed`` names an expression for what is no column.
    """

    def __init__(
        self,
        label: str,
        *,
        reads: tuple[str, ...],
        draw: Callable[..., str],
        export: tuple[Export, ...],
        sort: Sort | None = None,
        shown: bool = True,
        falls_first: bool = False,
        look: str = "",
        computed: dict[str, Expression] | None = None,
    ) -> None:
        super().__init__(
            verbose_name=label,
            orderable=sort is not None,
            visible=shown,
            initial_sort_descending=falls_first,
        )
        self.reads = reads
        self.draw = draw
        self.export = export
        self.sort = sort
        self.look = look
        self.computed = computed or {}

    @property
    def label(self) -> str:
        return str(self.verbose_name)


@dataclass(frozen=True)
class Reading:
    """The columns to fetch for some listed columns, and where each finds its values in a fetched row."""

    names: tuple[str, ...]
    computed: dict[str, Any]

    @classmethod
    def of(cls, columns: list[Column], *more: str) -> "Reading":
        names = list(more)
        computed: dict[str, Any] = {}
        for column in columns:
            computed.update(column.computed)
            names += [name for name in column.reads if name not in names]
        return cls(tuple(dict.fromkeys(names)), computed)

    def places(self, names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(self.names.index(name) for name in names)

    def fetched(self, rows: Any) -> Any:
        """``rows`` as tuples of the columns read."""
        return rows.values_list(*(self.computed.get(name, F(name)) for name in self.names))
