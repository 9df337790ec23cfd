"""A list that is declared wrongly is found at start-up, and says where."""

from dataclasses import replace
from typing import Any

import django_tables2 as tables
import pytest
from django.db.models import Q

from core.listing import declaration
from core.listing.checks import check_listings
from core.listing.columns import Column
from core.listing.declaration import Listing, Tab
from core.listing.facets import Text, YesNo
from core.listing.filters import ListFilters
from core.listing.sorting import Sort
from orders.views.listing import ORDERS


@pytest.fixture(autouse=True)
def _only_what_the_test_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(declaration, "LISTINGS", {})
    monkeypatch.setattr("core.listing.checks.LISTINGS", declaration.LISTINGS)


def column(reads: str = "order_id", sort: Sort | None = None) -> Column:
    return Column("Any", reads=(reads,), draw=lambda pen, value: "", export=(), sort=sort)


def declared(**changes: Any) -> list[str]:
    columns = changes.pop("columns", {})
    facets = changes.pop("facets", {})
    if columns:
        changes["table"] = type("Any", (tables.Table,), {"order": column(sort=Sort("order_id")), **columns})
        changes.setdefault("default_sort", "order")
    if facets:
        changes["filters"] = type("AnyFilters", (ListFilters,), facets)
        changes.setdefault("tabs", ())
    replace(ORDERS, **{"name": "trial", **changes})
    return [str(message.id) for message in check_listings()]


def test_the_orders_table_is_sound() -> None:
    assert declared() == []
    assert isinstance(declaration.LISTINGS["trial"], Listing)


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"default_sort": "-nothing"}, "E001"),
        ({"tie": ("ordered_at",)}, "E002"),
        ({"tie": ("updated_at", "id")}, "E003"),
        ({"columns": {"plain": tables.Column()}}, "E004"),
        ({"columns": {"lost": column("customer__nothing")}}, "E005"),
        ({"columns": {"slow": column(sort=Sort("void_reason"))}}, "E006"),
        ({"facets": {"lost": Text("Lost", "nothing")}}, "E007"),
        ({"facets": {"sort": Text("Named like a part of every address", "source")}}, "E007"),
        ({"facets": {"odd": Text("Odd", "source", operators=("near",))}}, "E007"),
        ({"tabs": (Tab("lost", "Lost", "nothing=1"),)}, "E008"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], number: str) -> None:
    assert declared(**changes) == [f"listing.{number}"]


def test_a_sound_facet_passes() -> None:
    facet = YesNo("Late", "ordered_at", holds=Q(ordered_at__isnull=True), yes="Late", no="In time")
    assert declared(facets={"late": facet}) == []
