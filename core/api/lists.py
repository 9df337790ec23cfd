"""A list for programs, out of the table's own declaration: both filter, search and sort by the same names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.http import HttpResponse, QueryDict
from ninja import Schema

from core.api.callers import ApiRequest
from core.api.endpoints import Parameter
from core.api.problems import ApiProblem, Fault, respond
from core.listing import days
from core.listing.cursors import Cursor
from core.listing.declaration import Listing
from core.listing.facets import OPERATORS, Choice, Day, Number, YesNo
from core.listing.keyset import Place
from core.listing.pages import page_rows
from core.listing.state import LONGEST_SEARCH, State

MOST = 200
OWN = frozenset({"search", "ordering", "cursor", "limit", "fields"})
_STATE = {"search": "q", "ordering": "sort", "cursor": "after", "limit": "size"}
_MEANING = {
    "": "is",
    "not": "is not",
    "in": "is one of these, with commas between",
    "gte": "is at least",
    "lte": "is at most",
    "empty": "is empty: yes or no",
}

Row = tuple[Any, ...]


@dataclass(frozen=True, kw_only=True)
class ApiList:
    """``columns`` are fetched for each row and made JSON by ``shape``, whose members are those of ``item``.

    ``orderings`` gives what a member sorts by, where the table's column has another name. ``computed`` names
    expressions for what is no column.
    """

    listing: Listing
    item: type[Schema]
    columns: Sequence[str]
    shape: Callable[[Row], dict[str, Any]]
    orderings: Mapping[str, str] = field(default_factory=dict)
    computed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> list[str]:
        return list(self.item.model_fields)

    def sorts(self) -> list[str]:
        """Every name that the list can be ordered by."""
        own = [name for name, column in self.listing.columns.items() if column.sort is not None]
        return sorted({*own, *self.orderings})

    def parameters(self) -> tuple[Parameter, ...]:
        """What may stand in the address, for the document."""
        sorts = [f"{mark}{name}" for name in self.sorts() for mark in ("", "-")]
        return (*self._own_parameters(sorts), *self._filters())

    def _own_parameters(self, sorts: list[str]) -> Iterator[Parameter]:
        if self.listing.search is not None:
            yield Parameter("search", "Text to search for.", {"type": "string", "maxLength": LONGEST_SEARCH})
        yield Parameter("ordering", "What to sort by; `-` descends.", {"type": "string", "enum": sorts})
        yield Parameter("cursor", "`next_cursor` of the page before.")
        sizes = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 50}
        yield Parameter("limit", "How many at most.", sizes)
        yield Parameter("fields", f"Only these members, with commas between: {', '.join(self.members)}.")

    def _filters(self) -> Iterator[Parameter]:
        for name, facet in self.listing.filters.base_filters.items():
            for operator in facet.offered:
                parameter = f"{name}__{operator}" if operator else name
                yield Parameter(parameter, f"{facet.label} {_MEANING[operator]}.", _schema(facet, operator))


def answer_list(request: ApiRequest, of: ApiList) -> HttpResponse:
    """One page. Raises :class:`ApiProblem` for a parameter that is unknown or cannot be read."""
    params = request.GET
    members = _members(params, of)
    state = _state(params, of, request.caller)
    _check(params, state)
    place = state.place()
    if params.get("cursor") and place.cursor is None:
        raise _bad([Fault("", "This is no cursor of this list and ordering.", "cursor", "cursor")])
    names = tuple(dict.fromkeys((*of.columns, *place.names)))
    fetched = _fetch(state, place, of, names)
    rows = fetched[: place.size]
    cursor = _cursor(state, place, names, rows[-1]) if len(fetched) > place.size else None
    data = [of.shape(row) for row in rows]
    if members is not None:
        data = [{name: one[name] for name in members} for one in data]
    headers = {"Link": f'<{request.path}?{_address(params, cursor)}>; rel="next"'} if cursor else {}
    return respond({"data": data, "next_cursor": cursor}, headers=headers)


def _state(params: QueryDict, of: ApiList, who: Any) -> State:
    """The same list as a person would see it, asked for in the table's own words."""
    asked = QueryDict(mutable=True)
    for name, values in params.lists():
        asked.setlist(_STATE.get(name, name), values)
    ordering = params.get("ordering", "")
    name = ordering.removeprefix("-")
    if name in of.orderings:
        asked["sort"] = f"{'-' if ordering.startswith('-') else ''}{of.orderings[name]}"
    return State(of.listing, asked, who)


def _check(params: QueryDict, state: State) -> None:
    """Nothing in an address is passed over in silence: a filter that is ignored gives the wrong rows."""
    faults = [
        Fault("", error, "filter", parameter=parameter) for parameter, error in state.filters.errors.items()
    ]
    for name in params:
        facet, _, operator = name.partition("__")
        if name not in OWN and not "".join(params.getlist(name)).strip():
            words = "Say a value, or leave the parameter out."
            faults.append(Fault("", words, "required", parameter=name[:80]))
            continue
        is_told = name in OWN or name in state.filters.errors
        if not is_told and (facet not in state.filters.filters or operator not in OPERATORS):
            words = "There is no such parameter here."
            faults.append(Fault("", words, "unknown_parameter", parameter=name[:80]))
    if "ordering" in params and state.params.get("sort") != state.sort_text:
        faults.append(Fault("", "The list cannot be ordered by this.", "ordering", parameter="ordering"))
    if len(params.get("search", "")) > LONGEST_SEARCH:
        faults.append(Fault("", f"Search for at most {LONGEST_SEARCH} characters.", "too_long", "search"))
    limit = params.get("limit", "1")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MOST):
        faults.append(Fault("", f"Say a number from 1 to {MOST}.", "limit", parameter="limit"))
    if faults:
        raise _bad(faults)


def _schema(facet: Any, operator: str) -> dict[str, Any]:
    """What a filter's value looks like, as far as that is the same in every program."""
    if operator == "empty" or isinstance(facet, YesNo):
        return {"type": "string", "enum": ["yes", "no", "true", "false", "1", "0"]}
    if isinstance(facet, Choice) and operator != "in":
        return {"type": "string", "enum": [value for value, _ in facet.options]}
    if isinstance(facet, Number) and operator != "in":
        return {"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,4})?$"}
    if isinstance(facet, Day):
        presets = "|".join(days.PRESETS)
        return {"type": "string", "pattern": rf"^(20\d\d-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])|{presets})$"}
    return {"type": "string"}


def _members(params: QueryDict, of: ApiList) -> list[str] | None:
    asked = [name.strip() for name in params.get("fields", "").split(",") if name.strip()]
    unknown = [name for name in asked if name not in of.members]
    if unknown:
        words = f"There is no member “{unknown[0][:60]}”."
        raise _bad([Fault("", words, "unknown_field", parameter="fields")])
    return list(dict.fromkeys(asked)) or None


def _fetch(state: State, place: Place, of: ApiList, names: tuple[str, ...]) -> list[Row]:
    """The page's rows and one more, where there is one."""
    computed = dict(of.computed)
    if place.sort.expression is not None:
        computed[place.sort.key] = place.sort.expression
    try:
        rows = page_rows(state, place).annotate(**computed)
        return list(rows.values_list(*names))
    except EmptyResultSet:
        return []


def _cursor(state: State, place: Place, names: tuple[str, ...], row: Row) -> str:
    values = tuple(row[names.index(name)] for name in place.names)
    return Cursor(state.sort_text, values, number=1).text()


def _address(params: QueryDict, cursor: str | None) -> str:
    pairs = [(name, value) for name, values in params.lists() if name != "cursor" for value in values]
    return urlencode([*pairs, ("cursor", cursor)])


def _bad(faults: list[Fault]) -> ApiProblem:
    return ApiProblem(422, "invalid", "A parameter cannot be read.", faults)
