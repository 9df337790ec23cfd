"""What a page of the Orders table costs: its statements, their time, and all of it beside its template."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory

from ambassador.bench.lines import Line, line, milliseconds
from ambassador.bench.scenarios import Scenario, scenarios
from ambassador.bench.stock import stock_page
from ambassador.bench.visiting import Asked, Visitor, listening
from campaigns.program import program
from core.accounts.models import User
from core.listing.pages import read_page
from core.listing.state import State
from orders.views.listing import ORDERS

PATH = "/orders/"
MOST_QUERIES = 6
_SQL_TARGET, _GROWTH_TARGET, _PAGE_TARGET = 3.0, 1.5, 1.5
# A page that takes less than this has not grown, whatever it took before.
_QUICK_MS = 5.0
_TABLES = ("orders_order", "referrals_contact", "campaigns_campaign", "imports_import", "property")


def measure(user: User, name: str, before: dict[str, float]) -> Iterator[Line]:
    """All scenarios. ``before`` holds their SQL times in the small table, and is filled where it is empty."""
    visitor, is_small = Visitor(user), not before
    request = _request(user)
    (peer,) = milliseconds(lambda: stock_page(request))
    for scenario in scenarios():
        stem, cost = f"{name}.{scenario.name}", _cost(visitor, user, scenario)
        yield line(f"{stem}.queries", "queries", cost.queries, 1, target=MOST_QUERIES)
        yield line(f"{stem}.sql", "ms", cost.sql, cost.bare, target=_SQL_TARGET)
        if is_small:
            before[scenario.name] = cost.sql
        elif scenario.name in before:
            small = max(before[scenario.name], _QUICK_MS / _GROWTH_TARGET)
            yield line(f"{stem}.growth", "ms", cost.sql, small, target=_GROWTH_TARGET)
        yield line(f"{stem}.page", "ms", cost.whole, cost.in_memory, target=_PAGE_TARGET, peer=peer)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of a page: whole, of its SQL, of that SQL by hand, and of the page over rows in memory."""

    queries: int
    whole: float
    sql: float
    bare: float
    in_memory: float


def _cost(visitor: Visitor, user: User, scenario: Scenario) -> Cost:
    address = f"{PATH}?{scenario.query}"
    visits: list[Asked] = []

    def whole() -> None:
        with listening() as asked:
            visitor.get(address)
        visits.append(asked)

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(scenario.sql, scenario.params or None)
            cursor.fetchall()

    page = read_page(State(ORDERS, QueryDict(scenario.query), user))

    def in_memory() -> None:
        """The same request and the same template over rows that were read before."""
        with patch("core.listing.screen.read_page", lambda state: page):
            visitor.get(address)

    whole_ms, bare_ms, memory_ms = milliseconds(whole, bare, in_memory)
    sql = statistics.median(asked.milliseconds(_TABLES) for asked in visits[1:])
    return Cost(len(visits[0].statements), whole_ms, sql, bare_ms, memory_ms)


def _request(user: User) -> Any:
    request: Any = RequestFactory().get(PATH)
    request.user = user
    request.program = program()
    return request
