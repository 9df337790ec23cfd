"""The locks of the database: what they are made of, and the log that they hold."""

import io
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter

from campaigns.models import Campaign
from core.events.log import SYSTEM, Entry, write
from core.events.models import Event
from core.locks import AppendOnly, CompositeForeignKey, LockedOnceSet, TriggerConstraint, violated
from referrals.models import Click
from tests import factories as make
from tests.racing import race
from tests.writing import (
    REMOVALS,
    WAYS,
    Removal,
    Way,
    by_second_connection,
    delete_then_insert,
    refusal,
    stored,
)

LOCKED = [
    model
    for model in apps.get_models()
    if any(isinstance(one, TriggerConstraint) for one in model._meta.constraints)
]
# What nothing else may be without.
LOCKS = {
    "campaign_uid_locked",
    "event_append_only",
    "order_attribution_locked",
    "order_identity_locked",
    "decision_append_only",
    "refund_locked",
    "attribution_triple_locked",
    "referral_code_locked",
    "coupon_code_locked",
}
TRIGGERS = """
    SELECT t.tgname, t.tgrelid::regclass::text, t.tgenabled, t.tgtype, p.prosrc
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)
"""
EVENT_CHANGES: dict[str, dict[str, Any]] = {
    "kind": {"kind": "order_recorded"},
    "row": {"noun_id": 8},
    "time": {"at": make.LONG_AGO},
    "actor": {"actor_id": 3},
    "facts": {"data": {"amount": "999.00"}},
    "personal values": {"personal": {"email": "other@example.com"}},
    "name of the actor": {"actor_label": "Somebody else"},
    "erasure with a change": {"personal": None, "source": "csv"},
}


def event() -> Event:
    entry = Entry("order_refunded", "order", 7, {"amount": "10.00"}, {"email": "mia@example.com"})
    write([entry], actor=SYSTEM, source="dashboard", at=make.NOON)
    return Event.objects.get()


def triggers() -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS, [[model._meta.db_table for model in LOCKED]])
        return set(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_writing_changes_a_row_without_a_lock(way: Way) -> None:
    """So that a refusal elsewhere is the lock's, and not the way's."""
    spring = make.campaign()
    click = Click.objects.create(enrollment=make.enrollment(make.contact(), spring), code="MIA")
    assert refusal(way, click, {"code": "ZOE", "user_agent": "Phone"}) == ""
    assert (stored(click)["code"], stored(click)["user_agent"]) == ("ZOE", "Phone")


@pytest.mark.django_db
@pytest.mark.parametrize("remove", REMOVALS)
def test_each_way_of_removing_removes_a_row_without_a_lock(remove: Removal) -> None:
    click = Click.objects.create(enrollment=make.enrollment(make.contact(), make.campaign()), code="MIA")
    assert refusal(remove, click) == ""
    assert not Click.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", EVENT_CHANGES)
def test_what_happened_is_never_rewritten(way: Way, change: str) -> None:
    row = event()
    before = stored(row)
    assert refusal(way, row, EVENT_CHANGES[change]) == "event_append_only"
    assert stored(row) == before


@pytest.mark.django_db
@pytest.mark.parametrize("remove", REMOVALS)
def test_what_happened_is_never_removed(remove: Removal) -> None:
    row = event()
    assert refusal(remove, row) == "event_append_only"
    assert Event.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("way", [way for way in WAYS if way is not delete_then_insert])
def test_erasure_blanks_the_named_columns_of_the_log_for_good(way: Way) -> None:
    row = event()
    before = stored(row)
    assert refusal(way, row, {"personal": None, "actor_label": None}) == ""
    assert stored(row) == {**before, "personal": None, "actor_label": None}
    assert refusal(way, row, {"personal": before["personal"]}) == "event_append_only"
    assert refusal(way, row, {"actor_label": "Ambassador"}) == "event_append_only"


@pytest.mark.django_db(transaction=True)
def test_the_log_holds_against_a_connection_from_outside_and_against_eight_at_once() -> None:
    row = event()
    before = stored(row)
    for change in EVENT_CHANGES.values():
        assert by_second_connection(row, change) == "event_append_only"
    names = race(lambda number: by_second_connection(row, {"noun_id": number}), range(100, 108))
    assert names == ["event_append_only"] * 8
    assert stored(row) == before


@pytest.mark.django_db
def test_the_log_speaks_kindly_to_forms() -> None:
    with pytest.raises(ValidationError) as caught:
        event().full_clean()
    assert "This is history: it is never changed." in caught.value.messages


@pytest.mark.django_db
def test_violation_arrives_with_the_name_of_its_constraint() -> None:
    make.campaign("Spring")
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        make.campaign("Spring", uid="SPRING")
    assert violated(caught.value) == "campaign_uid_once"
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Campaign.objects.update(uid="summer")
    assert violated(caught.value) == "campaign_uid_locked"
    assert violated(IntegrityError("of somebody else's making")) == ""


@pytest.mark.django_db
def test_every_lock_stands_in_the_database_and_fires_always() -> None:
    declared = {
        (one.name, model._meta.db_table)
        for model in LOCKED
        for one in model._meta.constraints
        if isinstance(one, TriggerConstraint)
    }
    found = {(name, table): enabled for name, table, enabled, _, _ in triggers()}
    assert set(found) == declared
    assert set(found.values()) == {"A"}
    assert {name for name, _ in declared} >= LOCKS


@pytest.mark.django_db
def test_migrations_carry_the_locks_as_declared() -> None:
    said = io.StringIO()
    call_command("makemigrations", check_changes=True, dry_run=True, stdout=said)
    assert said.getvalue() == "No changes detected\n"


@pytest.mark.django_db
def test_tables_made_from_the_models_alone_have_the_same_locks() -> None:
    """As for a database that is set up without migrations: here, in a schema beside the migrated one."""
    by_migrations = triggers()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA bare")
        cursor.execute("SET LOCAL search_path = bare, public")
        with connection.schema_editor() as editor:
            for model in apps.get_models():
                if model._meta.managed and not model._meta.proxy:
                    editor.create_model(model)
        assert len(by_migrations) >= len(LOCKS)
        assert triggers() == by_migrations


def test_locks_that_say_the_same_are_the_same() -> None:
    assert LockedOnceSet(field="uid", name="x") == LockedOnceSet(field="uid", name="x")
    assert LockedOnceSet(field="uid", name="x") != LockedOnceSet(field="uid", along=["name"], name="x")
    assert LockedOnceSet(field="uid", name="x") != LockedOnceSet(field="uid", name="x", version=1)
    assert AppendOnly(name="x") == AppendOnly(name="x")
    assert AppendOnly(name="x") != AppendOnly(name="x", erasable=["personal"])
    assert AppendOnly(name="x") != AppendOnly(name="x", sealable=["seal"])
    key = {"fields": ["campaign"], "to": "campaigns.Campaign", "name": "x"}
    assert CompositeForeignKey(to_fields=["id"], **key) == CompositeForeignKey(to_fields=["id"], **key)  # type: ignore[arg-type]
    assert CompositeForeignKey(to_fields=["id"], **key) != CompositeForeignKey(to_fields=["uid"], **key)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", LOCKED)
def test_each_lock_survives_being_written_into_a_migration(model: type[models.Model]) -> None:
    for constraint in model._meta.constraints:
        path, arguments, named = constraint.deconstruct()
        assert type(constraint)(*arguments, **named) == constraint
        text, imports = MigrationWriter.serialize(constraint)
        assert path.rpartition(".")[2] in text
        assert imports
