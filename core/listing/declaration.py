"""A list, declared: what its rows are, how they are shown, filtered, sorted, searched, and by whom."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpRequest

from core.listing.columns import Column
from core.listing.facets import Condition, Facet
from core.listing.filters import ListFilters

# Every list that was declared, by name: what the start-up checks and the command line look through.
LISTINGS: dict[str, "Listing"] = {}


@dataclass(frozen=True)
class Tab:
    """A view that every list of its kind has from the start. ``count`` gives the rows to be counted on it."""

    name: str
    label: str
    query: str
    count: Callable[[Any], QuerySet[Any]] | None = None


@dataclass(frozen=True)
class Found:
    """The rows that a search found. ``few``: they are few enough to be sorted on the spot."""

    rows: QuerySet[Any]
    few: bool


@dataclass(frozen=True)
class Extras:
    """Columns and facets known only at run time, such as custom properties. Their names begin with ``p.``."""

    columns: Mapping[str, Column] = field(default_factory=dict)
    facets: Mapping[str, Facet] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list. Declared once, at import; :func:`core.listing.views.listing_urls` makes its addresses.

    ``rows`` gives what the person may see. ``usual`` leaves out what nobody asked for (such as voided
    orders), told which filters are in force. ``tie`` orders rows of equal keys, ends with the id and has an
    index. ``name_field`` is what a row is called, ``opens`` its address. ``namespace`` is that of the list's
    addresses, where it is not its name. ``totals`` works out the numbers above the table for the context of
    ``totals_template``. ``bulk_template`` are the buttons for selected rows, besides export.
    """

    name: str
    noun: str
    title: str
    singular: str
    plural: str
    table: type[tables.Table]
    filters: type[ListFilters]
    rows: Callable[[Any], QuerySet[Any]]
    tie: tuple[str, ...]
    default_sort: str
    name_field: str
    opens: Callable[[int], str]
    namespace: str = ""
    tabs: tuple[Tab, ...] = ()
    usual: Callable[[QuerySet[Any], list[Condition]], QuerySet[Any]] | None = None
    search: Callable[[QuerySet[Any], str, Any], Found] | None = None
    search_hint: str = ""
    extras: Callable[[], Extras] | None = None
    totals: Callable[[QuerySet[Any], HttpRequest], dict[str, Any]] | None = None
    totals_template: str = ""
    template: str = "listing/page.html"
    body_template: str = "listing/body.html"
    bulk_template: str = ""

    def __post_init__(self) -> None:
        LISTINGS[self.name] = self

    @property
    def columns(self) -> dict[str, Column]:
        return self.table.base_columns

    @property
    def default_columns(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.visible]

    def permission(self, verb: str) -> str:
        return f"{self.noun}:{verb}"

    def url_name(self, action: str) -> str:
        return f"{self.namespace or self.name}:{action}"
