"""The benchmarks measure what they say, all of it, and leave nothing behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import signals
from django.db import close_old_connections, connection

from ambassador.bench import pages, table, twins
from ambassador.bench.lines import Line, line, milliseconds
from ambassador.bench.scenarios import scenarios
from ambassador.bench.visiting import Visitor, listening
from ambassador.demo import seeding
from orders.models import Order
from orders.properties import extras
from orders.views.listing import ORDERS
from tests import people

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = ["bench", "unit", "better", "ours", "limit", "peer", "ratio", "target"]


@pytest.fixture
def seeded(db: None) -> None:
    seeding.seed(seeding.market(400, 1), chunk=40, with_imports=True, make_indexes=False)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests leave the test's connection open, as those of Django's own test client do."""
    requests = (signals.request_started, signals.request_finished)
    for signal in requests:
        signal.disconnect(close_old_connections)
    yield
    for signal in requests:
        signal.connect(close_old_connections)


def test_a_line_is_one_json_object_with_these_keys() -> None:
    one = line("import.apply", "rows/s", 5_000, 20_000, target=0.2, better="higher")
    data = json.loads(one.text())
    assert list(data) == KEYS
    assert data["ratio"] == 0.25


@pytest.mark.parametrize(
    "better, ours, holds",
    [("lower", 149, True), ("lower", 151, False), ("higher", 151, True), ("higher", 149, False)],
)
def test_a_target_holds_on_its_side_of_the_ratio(better: str, ours: float, holds: bool) -> None:
    assert line("x", "ms", ours, 100, target=1.5, better=better).holds is holds


def test_works_take_turns() -> None:
    order: list[str] = []
    times = milliseconds(lambda: order.append("a"), lambda: order.append("b"), rounds=2)
    assert "".join(order) == "ab" * 3
    assert len(times) == 2


def test_program_grows_by_the_usual_sizes() -> None:
    assert table.sizes(500) == [500]
    assert table.sizes(100_000) == [10_000, 100_000]
    assert table.sizes(1_000_000) == [10_000, 100_000, 1_000_000]


def test_every_filter_and_every_sort_is_measured(seeded: None) -> None:
    names = {scenario.name for scenario in scenarios()}
    more = extras()
    filters = {f"filter.{name}" for name in [*ORDERS.filters.base_filters, *more.facets]}
    columns = {**ORDERS.columns, **more.columns}
    sorts = {f"sort.{name}" for name, column in columns.items() if column.sort is not None}
    assert names == {"first", "deep", *filters, *sorts} | {name for name in names if name[:7] == "search."}
    assert len(names) == len(list(scenarios()))


def test_by_hand_one_finds_the_same_rows(seeded: None) -> None:
    """Or the bare SQL would be no limit."""
    owner = people.olga()
    for scenario in scenarios():
        state = pages.State(ORDERS, pages.QueryDict(scenario.query), owner)
        ours = [row[0] for row in pages.read_page(state).fetched]
        with connection.cursor() as cursor:
            cursor.execute(scenario.sql, scenario.params or None)
            by_hand = [row[0] for row in cursor.fetchall()][:50]
        assert ours == by_hand, scenario


def test_pages_are_measured_whole_and_within_their_queries(
    seeded: None, one_connection: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ambassador.bench.lines.ROUNDS", 1)
    monkeypatch.setattr("ambassador.bench.lines.gc.collect", lambda: 0)
    before: dict[str, float] = {}
    lines = list(pages.measure(people.olga(), "orders.table.small", before))
    assert {one.bench.rpartition(".")[2] for one in lines} == {"queries", "sql", "page"}
    assert len(before) == len(lines) / 3
    queries = {one.bench: one.ours for one in lines if one.unit == "queries"}
    assert {name: count for name, count in queries.items() if count > pages.MOST_QUERIES} == {}
    assert all(one.ours > 0 and one.limit for one in lines)
    assert all(one.peer for one in lines if one.bench.endswith(".page"))


def test_a_visitor_is_signed_in_and_heard(seeded: None, one_connection: None) -> None:
    visitor = Visitor(people.olga())
    with listening() as asked:
        page = visitor.get("/orders/?size=5")
    assert page.count("data-row ") == 5
    assert asked.milliseconds(("orders_order",)) > 0
    assert asked.milliseconds(("no_such_table",)) == 0
    with pytest.raises(RuntimeError, match="answered"):
        visitor.get("/no-such-page/")


@pytest.fixture
def twin(transactional_db: None) -> Iterator[int]:
    """The whole twin with the first 200 orders; the id of the last of them."""
    seeding.seed(seeding.market(250, 1), make_indexes=False)
    last = Order.objects.order_by("id").values_list("id", flat=True)[199]
    twins.make("bench_whole", last)
    yield last
    twins.drop("bench_whole")


def test_a_twin_is_like_its_original_and_has_the_same_rows_go_in(twin: int) -> None:
    kinds = {}
    with connection.cursor() as cursor:
        for name in ("orders_order", "bench_whole"):
            cursor.execute(
                "SELECT (SELECT count(*) FROM pg_index WHERE indrelid = %(t)s::regclass),"
                " (SELECT count(*) FROM pg_constraint WHERE conrelid = %(t)s::regclass),"
                " (SELECT count(*) FROM pg_trigger WHERE tgrelid = %(t)s::regclass AND NOT tgisinternal)",
                {"t": name},
            )
            kinds[name] = cursor.fetchone()
        cursor.execute("SELECT count(*), max(id) FROM bench_whole")
        assert cursor.fetchone() == (200, twin)
    assert kinds["bench_whole"] == kinds["orders_order"]
    found = twins.limits(after=twin)
    assert found.whole > 0
    assert found.keys > 0


def test_command_prints_lines_and_leaves_no_database() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "intake.record", "import.apply", "--orders", "300"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "DEMO": "0"},
    )
    assert done.returncode == 0, done.stderr
    lines = [Line(**json.loads(text)) for text in done.stdout.splitlines()]
    assert [one.bench for one in lines] == [
        "intake.record",
        "intake.record.keys",
        "import.apply",
        "import.apply.keys",
    ]
    assert all(one.unit == "rows/s" and one.ours > 0 for one in lines)


def test_unknown_bench_is_refused_with_the_names() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "bench", "orders.chair"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "There is no bench orders.chair: orders.table, intake.record, import.apply, " in done.stderr
