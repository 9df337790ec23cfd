"""What an address asks of a list: its whole state, read from the query string and written back into one."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from core.listing.columns import Column
from core.listing.cursors import Cursor
from core.listing.declaration import Extras, Found, Listing
from core.listing.filters import ListFilters
from core.listing.keyset import Place
from core.listing.positions import read_cursor
from core.listing.sorting import Direction

PAGE_SIZE = 50
LONGEST_SEARCH = 200
PAGING = frozenset({"after", "before"})
# Parts of the page that an address opens; they say nothing about the rows.
PANELS = frozenset({"add", "pick"})
OWN = frozenset({"sort", "columns", "q", "size", "view"}) | PAGING | PANELS


class State:
    """One request's list. Nothing in it can be wrong enough to fail: what cannot be read is left out."""

    def __init__(self, listing: Listing, params: QueryDict, who: Any) -> None:
        self.listing = listing
        self.params = params
        self.who = who

    @cached_property
    def extras(self) -> Extras:
        """Run-time columns and facets, looked up only where the address names one or a panel lists them."""
        named = "p." in self.params.get("columns", "") + self.params.get("sort", "")
        asked = named or any(key.startswith("p.") for key in self.params) or PANELS & self.params.keys()
        return self.listing.extras() if asked and self.listing.extras else Extras()

    @cached_property
    def all_columns(self) -> dict[str, Column]:
        return {**self.listing.columns, **self.extras.columns}

    @cached_property
    def column_names(self) -> list[str]:
        asked = [
            name for name in self.params.get("columns", "")[:2_000].split(",") if name in self.all_columns
        ]
        return list(dict.fromkeys(asked)) or self.listing.default_columns

    @cached_property
    def columns(self) -> list[Column]:
        return [self.all_columns[name] for name in self.column_names]

    @cached_property
    def sort_text(self) -> str:
        """The name of the column sorted by, with ``-`` before it when descending."""
        text = self.params.get("sort", "")
        column = self.all_columns.get(text.removeprefix("-"))
        return text if column is not None and column.sort is not None else self.listing.default_sort

    @property
    def sort_name(self) -> str:
        return self.sort_text.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.sort_text.startswith("-")

    @cached_property
    def filters(self) -> ListFilters:
        return self.listing.filters(
            self.params, self.listing.rows(self.who), who=self.who, extra=self.extras.facets
        )

    @cached_property
    def q(self) -> str:
        return self.params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.filters.conditions)

    @cached_property
    def size(self) -> int:
        text = self.params.get("size", "")
        return (
            min(max(int(text), 1), 200) if text.isascii() and text.isdigit() and len(text) < 5 else PAGE_SIZE
        )

    @cached_property
    def found(self) -> Found:
        """Every row that the filters and the search leave, in no order."""
        rows = self.filters.qs
        if self.listing.usual is not None:
            rows = self.listing.usual(rows, [one for one in self.filters.conditions if not one.error])
        if self.q and self.listing.search is not None:
            return self.listing.search(rows, self.q, self.who)
        return Found(rows, few=False)

    @property
    def rows(self) -> QuerySet[Any]:
        return self.found.rows

    def place(self, *, first: bool = False) -> Place:
        """Where the page begins. A cursor that is not of this sort means the first page."""
        sort = self.all_columns[self.sort_name].sort
        assert sort is not None
        cursor, backward = None, False
        for name in ("after", "before"):
            if cursor is None and not first:
                cursor = read_cursor(
                    self.rows.model, sort, self.listing.tie, self.sort_text, self.params.get(name, "")
                )
                backward = cursor is not None and name == "before"
        return Place(sort, self.listing.tie, Direction(self.descending, backward), cursor, self.size)

    def address(self, *, drop: Iterable[str] = (), **put: str | Cursor) -> str:
        """``?…`` of this list with some parameters put in or left out. The page and panels are left out."""
        out = QueryDict(mutable=True)
        left_out = {*PAGING, *PANELS, *drop, *put}
        for name, values in self.params.lists():
            if name not in left_out and any(values):
                out.setlist(name, values)
        for name, value in put.items():
            text = value.text() if isinstance(value, Cursor) else value
            if text:
                out[name] = text
        return f"?{out.urlencode(safe=',:@')}"

    @cached_property
    def query(self) -> str:
        """What a saved view keeps: everything but the page, the panels and the view's own name."""
        return self.address(drop=("view",)).removeprefix("?")
