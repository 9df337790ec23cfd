"""What the template of a list needs, put together once: tabs, chips, headers, rows, pages, panels."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from core.listing.columns import Column
from core.listing.drawing import Pen, draw_rows
from core.listing.facets import Facet
from core.listing.filters import Chip, operator_words
from core.listing.models import SavedView
from core.listing.pages import TAB_CAP, Page, read_page
from core.listing.saved import tidy, visible_to
from core.listing.state import State


@dataclass(frozen=True)
class TabLink:
    label: str
    href: str
    is_current: bool
    count: str = ""


@dataclass(frozen=True)
class Header:
    """A column's head. ``sorted`` is the value of ``aria-sort``, empty where the list is not sorted by it."""

    label: str
    href: str
    sorted: str
    look: str


@dataclass(frozen=True)
class ChipLink:
    chip: Chip
    without: str


@dataclass(frozen=True)
class PickerItem:
    name: str
    label: str
    is_shown: bool


class Screen:
    """One request's list, ready to be drawn. Each part is worked out when the template asks for it."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.listing = state.listing

    @cached_property
    def page(self) -> Page:
        return read_page(self.state)

    @cached_property
    def body(self) -> SafeString:
        state = self.state

        def stem(name: str) -> str:
            """The address with that filter still to be said."""
            drop = [one.parameter for one in state.filters.conditions if one.name == name]
            return f"{_ended(state.address(drop=drop))}{name}="

        return draw_rows(state.columns, self.page.reading, self.page.fetched, Pen(stem), self.listing.opens)

    @cached_property
    def headers(self) -> list[Header]:
        return [
            self._header(name, column)
            for name, column in zip(self.state.column_names, self.state.columns, strict=True)
        ]

    @cached_property
    def views(self) -> list[SavedView]:
        return list(visible_to(self.state.who, self.listing.name)[:200])

    @cached_property
    def view(self) -> SavedView | None:
        """The saved view that the address says it began with."""
        named = self.state.params.get("view", "")
        return next((view for view in self.views if str(view.pk) == named), None)

    @cached_property
    def is_changed(self) -> bool:
        """Whether the list differs from the view it began with."""
        return self.view is not None and _same(self.view.query) != _same(self.state.query)

    @property
    def owns_view(self) -> bool:
        return self.view is not None and self.view.owner_id == self.state.who.pk

    @cached_property
    def tabs(self) -> list[TabLink]:
        now = _same(self.state.query)
        built_in = [
            TabLink(
                tab.label,
                f"?{tab.query}",
                self.view is None and _same(tab.query) == now,
                _tab_count(self.page.tab_counts.get(tab.name, 0)),
            )
            for tab in self.listing.tabs
        ]
        own = [
            TabLink(view.name, f"?{view.query}{'&' if view.query else ''}view={view.pk}", view == self.view)
            for view in self.views
        ]
        return built_in + own

    @cached_property
    def offers_saving(self) -> bool:
        return not any(tab.is_current for tab in self.tabs) or self.is_changed

    @cached_property
    def chips(self) -> list[ChipLink]:
        return [ChipLink(chip, self.state.address(drop=chip.parameters)) for chip in self.state.filters.chips]

    @property
    def everything(self) -> str:
        """The address without any filter or search, sort and columns kept."""
        drop = {"q", "view", *(one.parameter for one in self.state.filters.conditions)}
        return self.state.address(drop=drop)

    @property
    def without_search(self) -> str:
        return self.state.address(drop=("q",))

    @cached_property
    def next(self) -> str:
        return self.state.address(after=self.page.next) if self.page.next else ""

    @cached_property
    def previous(self) -> str:
        return self.state.address(before=self.page.previous) if self.page.previous else ""

    @property
    def query(self) -> str:
        return self.state.query

    @cached_property
    def hidden(self) -> list[tuple[str, str]]:
        """The whole state as hidden fields, for a form that acts on what the list shows."""
        return self._fields(drop=())

    @cached_property
    def hidden_for_search(self) -> list[tuple[str, str]]:
        return self._fields(drop=("q",))

    @cached_property
    def hidden_for_columns(self) -> list[tuple[str, str]]:
        return self._fields(drop=("columns",))

    @cached_property
    def totals_url(self) -> str:
        return f"{self.url('totals')}?{self.query}" if self.listing.totals else ""

    @cached_property
    def export_url(self) -> str:
        return _ended(f"{self.url('export')}?{self.query}")

    @property
    def totals_key(self) -> str:
        """The same for every page and sort of the same rows: the numbers stay while one turns pages."""
        drop = {"sort", "columns", "size", "view"}
        return hashlib.sha256(self.state.address(drop=drop).encode()).hexdigest()[:12]

    @property
    def export_action(self) -> str:
        return self.url("export")

    @property
    def delete_url(self) -> str:
        return reverse(self.listing.url_name("view_delete"), args=[self.view.pk]) if self.view else ""

    @property
    def save_url(self) -> str:
        return self.url("view_save")

    @property
    def list_url(self) -> str:
        return self.url("list")

    @property
    def add_url(self) -> str:
        """To be followed by the name of a facet: the list with that facet's form open."""
        return _ended(self.state.address()) + "add="

    @property
    def pick_url(self) -> str:
        return _ended(self.state.address()) + "pick=1"

    @property
    def usual_columns_url(self) -> str:
        return self.state.address(drop=("columns",))

    @property
    def plain_url(self) -> str:
        """The list with its panels closed."""
        return self.state.address()

    @cached_property
    def facets(self) -> list[tuple[str, str]]:
        """(name, label) of everything that can be filtered by."""
        return [(name, str(facet.label)) for name, facet in self.state.filters.filters.items()]

    @property
    def offers_extras(self) -> bool:
        """Whether there may be more to filter by than was looked up for this page."""
        return self.listing.extras is not None and not self.state.extras.facets

    @cached_property
    def adding(self) -> "FilterForm | None":
        name = self.state.params.get("add", "")
        facet = self.state.filters.filters.get(name)
        return FilterForm(name, facet, self.state) if facet else None

    @cached_property
    def picking(self) -> list[PickerItem]:
        """Every column, those shown first and in their order; empty while the picker is closed."""
        if "pick" not in self.state.params:
            return []
        shown = self.state.column_names
        others = [name for name in self.state.all_columns if name not in shown]
        return [
            PickerItem(name, self.state.all_columns[name].label, name in shown) for name in [*shown, *others]
        ]

    def url(self, action: str) -> str:
        return reverse(self.listing.url_name(action))

    def _header(self, name: str, column: Column) -> Header:
        if column.sort is None:
            return Header(column.label, "", "", column.look)
        is_sorted = name == self.state.sort_name
        falls = not self.state.descending if is_sorted else column.initial_sort_descending
        sorted_now = ("descending" if self.state.descending else "ascending") if is_sorted else ""
        return Header(
            column.label, self.state.address(sort=f"{'-' if falls else ''}{name}"), sorted_now, column.look
        )

    def _fields(self, drop: tuple[str, ...]) -> list[tuple[str, str]]:
        params = QueryDict(self.state.address(drop=drop).removeprefix("?"))
        return [(name, value) for name, values in params.lists() for value in values]


class FilterForm:
    """The small form that adds or changes one filter."""

    def __init__(self, name: str, facet: Facet, state: State) -> None:
        self.name = name
        self.label = facet.label
        self.kind = facet.kind
        self.operators = operator_words(facet)
        self.has_range = {"gte", "lte"} <= set(facet.offered)
        self.choices = facet.choices(state.who)
        mine = [one for one in state.filters.conditions if one.name == name]
        self.base = _ended(state.address(drop=[one.parameter for one in mine]))
        params = QueryDict(self.base.removeprefix("?"))
        self.hidden = [(key, value) for key, values in params.lists() for value in values]
        texts = {one.operator: one.texts for one in mine}
        is_range = {"gte", "lte"} <= texts.keys()
        self.operator = "between" if is_range else next(iter(texts), self.operators[0][0])
        self.low = ", ".join(texts["gte"] if is_range else next(iter(texts.values()), ()))
        self.high = ", ".join(texts["lte"]) if is_range else ""
        self.chosen = next(iter(texts.values()), ())
        self.is_many = "in" in facet.offered
        self.error = next((one.error for one in mine if one.error), "")

    @property
    def rows(self) -> int:
        """How many choices to show at once."""
        return max(min(len(self.choices), 8), 2)


def _ended(address: str) -> str:
    return address if address.endswith("?") else f"{address}&"


def _tab_count(number: int) -> str:
    return "" if not number else f"{number:,}" if number <= TAB_CAP else f"{TAB_CAP:,}+"


def _same(query: str) -> dict[str, Any]:
    """A query in a form that can be compared: the order of its parameters does not matter."""
    return {name: values for name, values in QueryDict(tidy(query)).lists() if any(values)}
