"""What must always hold: each package names it in ``invariants.py``, and ``manage.py verify`` checks all.

The database keeps most of it by constraints. These checks are for the day when somebody has been at the
tables as their owner, or when a bug wrote what no constraint forbids. They read, and change nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, models
from django.utils.module_loading import autodiscover_modules

from core.locks import TriggerConstraint

# Yields what breaks the invariant, one sentence each, and nothing where it holds.
Check = Callable[[], Iterable[str]]
C = TypeVar("C", bound=Check)
_checks: dict[str, Check] = {}


def invariant(says: str) -> Callable[[C], C]:
    """Register a check of what ``says`` states, in a sentence that is true while it holds."""

    def register(check: C) -> C:
        _checks[says] = check
        return check

    return register


def invariants() -> dict[str, Check]:
    """Every invariant by its sentence."""
    autodiscover_modules("invariants")
    return dict(_checks)


def rows(sql: str, *params: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of ``sql``, for a check that one statement can make."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params or None)
        while some := cursor.fetchmany(1_000):
            yield from some


@invariant("Every constraint that a model declares is in the database, and holds for all rows.")
def constraints_are_in_place() -> Iterator[str]:
    known = {
        (table, name): is_valid
        for table, name, is_valid in rows(
            "SELECT conrelid::regclass::text, conname::text, convalidated"
            " FROM pg_constraint WHERE conrelid <> 0"
            " UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, indisvalid FROM pg_index"
        )
    }
    for model, constraint in _declared():
        if isinstance(constraint, TriggerConstraint):
            continue
        is_valid = known.get((model._meta.db_table, constraint.name))
        if is_valid is None:
            yield f"{constraint.name} is missing from {model._meta.db_table}."
        elif not is_valid:
            yield f"{constraint.name} of {model._meta.db_table} does not hold for all rows."


@invariant("Every lock is in place, fires always, and does what was declared.")
def locks_are_in_place() -> Iterator[str]:
    known = {
        (table, name): (enabled, source)
        for table, name, enabled, source in rows(
            "SELECT t.tgrelid::regclass::text, t.tgname::text, t.tgenabled::text, p.prosrc"
            " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        )
    }
    for model, constraint in _declared():
        if not isinstance(constraint, TriggerConstraint):
            continue
        table = model._meta.db_table
        enabled, source = known.get((table, constraint.name), (None, None))
        if enabled is None:
            yield f"The trigger {constraint.name} is missing from {table}."
        elif enabled != "A":
            yield f"The trigger {constraint.name} of {table} does not fire always."
        elif source != _declared_source(model, constraint):
            yield f"The function of the trigger {constraint.name} of {table} was changed."


def _declared() -> Iterator[tuple[type[models.Model], models.constraints.BaseConstraint]]:
    for model in apps.get_models():
        if model._meta.managed:
            for constraint in model._meta.constraints:
                yield model, constraint


def _declared_source(model: type[models.Model], constraint: TriggerConstraint) -> str:
    """The body of the trigger's function as its migration wrote it."""
    with connection.schema_editor(collect_sql=True) as editor:
        return constraint.create_sql(model, editor).split("$lock$")[1]
