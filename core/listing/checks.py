"""What can be wrong with a declared list is found at start-up, not when somebody sorts by it."""

from collections.abc import Iterator
from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import Model, UniqueConstraint
from django.http import QueryDict
from django.urls import get_resolver

from core.listing.columns import Column
from core.listing.declaration import LISTINGS, Listing
from core.listing.facets import OPERATORS, Facet
from core.listing.state import OWN


def check_listings(**_: Any) -> list[CheckMessage]:
    # A list is declared where its addresses are, so these are read first.
    if not get_resolver().url_patterns:
        return []
    return [message for listing in LISTINGS.values() for message in _listing(listing)]


def _listing(listing: Listing) -> Iterator[CheckMessage]:
    model = listing.rows(None).model
    if listing.default_sort.removeprefix("-") not in listing.columns:
        yield _error(listing, f"sorts by {listing.default_sort!r}, which is no column of it", "E001")
    if listing.tie[-1] != "id":
        yield _error(listing, "has a tie that does not end with the id, so rows may be skipped", "E002")
    if not _has_index(model, listing.tie):
        yield _error(listing, f"has no index on its tie {listing.tie}", "E003")
    for name, column in listing.columns.items():
        yield from _column(listing, model, name, column)
    for name, facet in listing.filters.base_filters.items():
        yield from _facet(listing, model, name, facet)
    for tab in listing.tabs:
        for parameter in QueryDict(tab.query):
            if parameter not in OWN and parameter.partition("__")[0] not in listing.filters.base_filters:
                yield _error(
                    listing, f"has the tab {tab.label!r}, which filters by unknown {parameter!r}", "E008"
                )


def _column(listing: Listing, model: type[Model], name: str, column: Any) -> Iterator[CheckMessage]:
    if not isinstance(column, Column):
        yield _error(listing, f"has {name!r}, which is not a core.listing column", "E004")
        return
    reads = [path for path in column.reads if path not in column.computed]
    sort = column.sort
    paths = [*reads, *(sort.names(listing.tie) if sort and sort.expression is None else ())]
    for path in paths:
        if not _exists(model, path):
            yield _error(listing, f"column {name!r} names {path!r}, which does not exist", "E005")
            return
    if sort is None or sort.expression is not None or not sort.key or sort.key in listing.tie:
        return
    leads = f"{sort.through}_id" if sort.through else sort.key
    if not _has_index(model, (leads,)):
        yield _error(listing, f"column {name!r} sorts by {leads!r}, which no index begins with", "E006")


def _facet(listing: Listing, model: type[Model], name: str, facet: Any) -> Iterator[CheckMessage]:
    known = isinstance(facet, Facet) and set(facet.offered) <= OPERATORS.keys()
    if not known or name in OWN or not _exists(model, facet.field_name):
        yield _error(
            listing, f"filter {name!r} cannot work: see its column, its operators and its name", "E007"
        )


def _exists(model: type[Model], path: str) -> bool:
    try:
        model._default_manager.values_list(path)
    except (FieldError, FieldDoesNotExist):
        return False
    return True


def _has_index(model: type[Model], names: tuple[str, ...]) -> bool:
    """Whether some index of ``model`` begins with ``names``."""

    def columns(fields: Any) -> tuple[str, ...]:
        found: list[Any] = [model._meta.get_field(field.removeprefix("-")) for field in fields]
        return tuple(field.column for field in found)

    held = [columns(index.fields) for index in model._meta.indexes if index.fields]
    held += [columns(one.fields) for one in model._meta.constraints if isinstance(one, UniqueConstraint)]
    single: list[Any] = list(model._meta.concrete_fields)
    held += [(field.column,) for field in single if field.primary_key or field.db_index or field.unique]
    wanted = columns(names)
    return any(index[: len(wanted)] == wanted for index in held)


def _error(listing: Listing, words: str, number: str) -> CheckMessage:
    return Error(f"The list {listing.name!r} {words}.", id=f"listing.{number}")
