"""Custom properties: names, types, values, and an index behind each filterable one."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, JSONField, Value
from django.db.models.lookups import Exact
from django.test import Client

from campaigns.models import Campaign
from core.events.models import Event
from core.properties import changes, definitions, indexes
from core.properties.definitions import PropertyError, parse, to_json
from core.properties.models import PropertyDefinition, PropertyType
from tests import jobs, people

pytestmark = pytest.mark.django_db


def of_type(kind: str) -> PropertyDefinition:
    return PropertyDefinition(name="x", type=kind)


@pytest.mark.parametrize(
    ("kind", "given", "value", "stored"),
    [
        ("String", "  annual ", "annual", "annual"),
        ("String", 42, "42", "42"),
        ("String", "مرحبا 🎉", "مرحبا 🎉", "مرحبا 🎉"),
        ("Integer", "12", 12, 12),
        ("Integer", -(2**63), -(2**63), -(2**63)),
        ("Integer", 3.0, 3, 3),
        ("Decimal", "12.50", Decimal("12.50"), "12.50"),
        ("Decimal", 0.1, Decimal("0.1"), "0.1"),
        ("Decimal", Decimal("1E+3"), Decimal(1000), "1000"),
        ("Boolean", "Yes", True, True),
        ("Boolean", False, False, False),
        ("Boolean", 0, False, False),
    ],
)
def test_values_are_read_and_kept_by_type(kind: str, given: Any, value: Any, stored: Any) -> None:
    read = parse(of_type(kind), given)
    assert (read, type(read)) == (value, type(value))
    assert (to_json(read), type(to_json(read))) == (stored, type(stored))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("String", "nul\x00"),
        ("String", "x" * 1001),
        ("String", "漢" * 900),
        ("String", "\ud800"),
        ("String", ["a"]),
        ("String", True),
        ("Integer", "12.5"),
        ("Integer", 3.5),
        ("Integer", 2**63),
        ("Integer", "٣"),
        ("Integer", True),
        ("Integer", float("nan")),
        ("Integer", None),
        ("Decimal", "1,5"),
        ("Decimal", "NaN"),
        ("Decimal", float("inf")),
        ("Decimal", "1e999999"),
        ("Decimal", "0." + "1" * 40),
        ("Boolean", "maybe"),
        ("Boolean", 2),
        ("Boolean", {}),
    ],
)
def test_what_does_not_fit_is_refused_kindly(kind: str, given: Any) -> None:
    with pytest.raises(PropertyError, match=r"^(This|“)"):
        parse(of_type(kind), given)


@pytest.fixture
def owner(client: Client) -> Client:
    client.force_login(people.olga())
    return client


def add(client: Client, name: str, kind: str = "String", **more: str) -> Any:
    given = {"name": name, "type": kind, "description": "", **more}
    return client.post("/settings/order-properties/new/", given)


def test_a_property_is_added_changed_archived_and_restored(owner: Client) -> None:
    assert add(owner, "plan_name", required="on").status_code == 302
    plan = PropertyDefinition.objects.get()
    assert (plan.name, plan.type, plan.required, plan.filterable) == ("plan_name", "String", True, False)
    address = f"/settings/order-properties/{plan.pk}/"
    owner.post(address, {"description": "What they bought", "type": "Integer", "name": "other"})
    plan.refresh_from_db()
    assert (plan.name, plan.type, plan.description, plan.required) == (
        "plan_name",
        "String",
        "What they bought",
        False,
    )
    owner.post(f"{address}archive/")
    assert definitions.definitions("order") == []
    owner.post(f"{address}restore/")
    assert definitions.definitions("order") == [plan]
    kinds = list(Event.objects.filter(noun="property").order_by("id").values_list("kind", flat=True))
    assert kinds == ["property_added", "property_changed", "property_archived", "property_restored"]


@pytest.mark.parametrize(
    "name",
    [
        "order_id",
        "Revenue_Amount",
        "history",
        "customer_email",
        "2nd",
        "with space",
        "ü",
        "",
        "x" * 64,
        "a\x00",
    ],
)
def test_reserved_and_malformed_names_are_refused(owner: Client, name: str) -> None:
    assert add(owner, name).status_code == 422
    assert not PropertyDefinition.objects.exists()


def test_a_name_is_taken_whatever_its_case_and_when_archived(owner: Client) -> None:
    add(owner, "plan")
    owner.post(f"/settings/order-properties/{PropertyDefinition.objects.get().pk}/archive/")
    answer = add(owner, "PLAN")
    assert answer.status_code == 422
    assert "There is a property of this name already." in answer.content.decode()
    assert PropertyDefinition.objects.count() == 1


def test_a_manager_looks_and_does_not_touch(client: Client) -> None:
    client.force_login(people.marc())
    page = client.get("/settings/order-properties/")
    assert page.status_code == 200
    assert "Add a property" not in page.content.decode()
    assert add(client, "plan").status_code == 403
    assert not PropertyDefinition.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", PropertyType.values)
def test_filterable_brings_an_index_and_its_lack_takes_it_away(kind: str) -> None:
    olga = people.olga()
    terms = changes.Terms("", required=False, filterable=True)
    made = changes.add("order", "seats", kind, terms, by=olga)
    assert indexes.ready([made]) == set()
    jobs.run_all()
    assert indexes.ready([made]) == {made.pk}
    assert _plan(made).startswith("Limit"), _plan(made)
    assert indexes.name_of(made) in _plan(made)
    changes.change(made.pk, changes.Terms("", required=False, filterable=False), by=olga)
    jobs.run_all()
    assert indexes.ready([made]) == set()


def _plan(definition: PropertyDefinition) -> str:
    """How the database sorts orders by the property, were there many of them."""
    from django.apps import apps

    orders = apps.get_model("orders.Order").objects.annotate(value=definitions.expression(definition))
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off")
        try:
            return str(orders.order_by("value", "ordered_at", "id")[:50].explain())
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_sort; RESET enable_bitmapscan")


@pytest.mark.django_db(transaction=True)
def test_an_index_that_was_cut_short_is_made_anew() -> None:
    made = changes.add("order", "seats", "Integer", changes.Terms("", False, True), by=people.olga())
    jobs.run_all()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [indexes.name_of(made)]
        )
    assert indexes.ready([made]) == set()
    indexes.bring_about(made)
    assert indexes.ready([made]) == {made.pk}
    made.filterable = False
    indexes.bring_about(made)


@pytest.mark.parametrize(
    ("kind", "stored", "asked"),
    [
        ("String", "annual", "annual"),
        ("Integer", 12, 12),
        ("Decimal", "12.50", Decimal("12.5")),
        ("Boolean", True, "true"),
    ],
)
def test_the_database_compares_a_value_by_its_type(kind: str, stored: Any, asked: Any) -> None:
    value = Value({"x": stored}, output_field=JSONField())
    holds = ExpressionWrapper(
        Exact(definitions.expression(of_type(kind), "properties"), asked), BooleanField()
    )
    one = Campaign.objects.create(uid="one", name="One")
    found = Campaign.objects.annotate(properties=value).annotate(holds=holds).get(pk=one.pk)
    assert found.holds is True
