"""Reads one page of a list: the rows, what comes before and after them, and how many there are."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.listing.columns import Reading
from core.listing.counting import UNKNOWN, Count, count, count_sql
from core.listing.cursors import Cursor
from core.listing.keyset import Place, owners_in_use, sorted_page, walked_page
from core.listing.state import State

TAB_CAP = 99
# So many rows are sorted on the spot rather than found in order by walking indexes.
FEW = 2_000


@dataclass(frozen=True)
class Page:
    """Fetched rows and where they stand. ``first`` and ``last`` are ordinals, 0 when there is no row."""

    reading: Reading
    fetched: list[tuple[Any, ...]]
    first: int
    last: int
    total: Count
    next: Cursor | None
    previous: Cursor | None
    tab_counts: dict[str, int]

    @property
    def first_shown(self) -> str:
        return f"{self.first:,}"

    @property
    def last_shown(self) -> str:
        return f"{self.last:,}"


def read_page(state: State) -> Page:
    """The page that the address asks for; the first one where that page is gone or not whole."""
    place = state.place()
    page = _read(state, place)
    short = len(page.fetched) < state.size
    if place.cursor is not None and (not page.fetched or (place.direction.backward and short)):
        return _read(state, state.place(first=True))
    return page


def _read(state: State, place: Place) -> Page:
    listing, cursor = state.listing, place.cursor
    known = cursor.total if cursor else UNKNOWN
    computed: dict[str, Any] = {}
    rows = page_rows(state, place, known)
    if known == UNKNOWN:
        computed["rows_in_all"] = count_sql(state.rows, is_whole_table=_is_whole_table(state))
    for tab in listing.tabs:
        if tab.count is not None:
            computed[f"tab_{tab.name}"] = count_sql(tab.count(state.who), cap=TAB_CAP)
    reading = _reading(state, place, tuple(computed))
    fetched = list(_fetched(rows, reading, computed))
    more = len(fetched) > place.size
    fetched = fetched[: place.size]
    if place.direction.backward:
        fetched.reverse()
    places = {name: reading.names.index(name) for name in computed}
    if fetched and "rows_in_all" in computed:
        known = fetched[0][places["rows_in_all"]]
    tabs = {tab.name for tab in listing.tabs if tab.count is not None}
    counts = {
        name: fetched[0][places[f"tab_{name}"]] if fetched else _tab_count(state, name) for name in tabs
    }
    return _stand(state, place, reading, fetched, more, known, counts)


def _stand(
    state: State,
    place: Place,
    reading: Reading,
    fetched: list[tuple[Any, ...]],
    more: bool,
    known: int,
    counts: dict[str, int],
) -> Page:
    """Number the rows and make the cursors of the pages beside them."""
    cursor, backward = place.cursor, place.direction.backward
    size = len(fetched)
    if cursor is None:
        first = 1 if fetched else 0
    elif backward:
        first = max(cursor.number - size, 1) if more else 1
    else:
        first = cursor.number + 1
    last = first + size - 1 if fetched else 0
    is_end = not backward and not more
    if is_end:
        known = last
    elif known != UNKNOWN:
        known = max(known, last)
    total = Count(known, is_whole_table=_is_whole_table(state))
    values = reading.places(place.names)

    def cut(row: tuple[Any, ...], number: int) -> Cursor:
        return Cursor(state.sort_text, tuple(row[place] for place in values), number, total.number)

    has_next = (more or backward) and bool(fetched)
    has_previous = (more if backward else cursor is not None) and bool(fetched)
    return Page(
        reading=reading,
        fetched=fetched,
        first=first,
        last=last,
        total=total,
        next=cut(fetched[-1], last) if has_next else None,
        previous=cut(fetched[0], first) if has_previous else None,
        tab_counts=counts,
    )


def page_rows(state: State, place: Place, known: int = UNKNOWN) -> QuerySet[Any]:
    """The page's rows, read in the way that suits how many there are."""
    rows = state.rows
    if not place.sort.through and not place.sort.nullable:
        return sorted_page(rows, place)
    few = state.found.few
    if not few and state.is_narrowed:
        few = known <= FEW if known != UNKNOWN else count(rows, cap=FEW) <= FEW
    if few:
        return sorted_page(rows, place)
    owners = owners_in_use(rows, place.sort.through) if place.sort.sparse else None
    try:
        return walked_page(rows, place, owners)
    except EmptyResultSet:
        return rows.none()


def _reading(state: State, place: Place, more: tuple[str, ...]) -> Reading:
    names = ("pk", state.listing.name_field, *place.names, *more)
    reading = Reading.of(state.columns, *names)
    if place.sort.expression is not None:
        reading = replace(reading, computed={**reading.computed, place.sort.key: place.sort.expression})
    return reading


def _fetched(rows: QuerySet[Any], reading: Reading, computed: dict[str, Any]) -> QuerySet[Any]:
    return rows.annotate(**reading.computed, **computed).values_list(*reading.names)


def _is_whole_table(state: State) -> bool:
    return not state.is_narrowed and not state.listing.rows(state.who).query.where


def _tab_count(state: State, name: str) -> int:
    tab = next(tab for tab in state.listing.tabs if tab.name == name)
    return count(tab.count(state.who), cap=TAB_CAP) if tab.count else 0
