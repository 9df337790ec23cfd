"""Every way to write a row, so that a lock can be tried by each of them.

A way takes a stored row and the values it is to have, by column. ``refusal`` tries one and names the
constraint that refused it.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Model, QuerySet, Value, When
from psycopg import sql

from core.locks import violated

Values: TypeAlias = dict[str, Any]
Way: TypeAlias = Callable[[Any, Values], None]
Removal: TypeAlias = Callable[[Any], None]


def refusal(write: Callable[..., object], *arguments: Any) -> str:
    """The constraint that refuses ``write``, at once or at commit, or the code of the model's own kind error.

    Empty when it goes through.
    """
    try:
        with transaction.atomic():
            write(*arguments)
            connection.check_constraints()
    except IntegrityError as error:
        return violated(error) or f"no name: {error}"
    except ValidationError as error:
        return f"said kindly: {error.code}"
    return ""


def save(row: Model, values: Values) -> None:
    _changed(row, values).save()


def save_some_fields(row: Model, values: Values) -> None:
    _changed(row, values).save(update_fields=list(values))


def save_past_signals(row: Model, values: Values) -> None:
    _changed(row, values).save_base(raw=True)


def update(row: Model, values: Values) -> None:
    _itself(row).update(**values)


def update_by_expression(row: Model, values: Values) -> None:
    fields = {name: row._meta.get_field(name) for name in values}
    new = {name: Value(value, output_field=_plain(fields[name])) for name, value in values.items()}
    _itself(row).update(
        **{name: Case(When(pk=row.pk, then=value), default=F(name)) for name, value in new.items()}
    )


def bulk_update(row: Model, values: Values) -> None:
    type(row)._base_manager.bulk_update([_changed(row, values)], list(values))


def bulk_create_over(row: Model, values: Values) -> None:
    type(row)._base_manager.bulk_create(
        [_changed(row, values)], update_conflicts=True, unique_fields=["id"], update_fields=list(values)
    )


def insert_on_conflict(row: Model, values: Values) -> None:
    _run(
        "INSERT INTO {table} SELECT * FROM {table} WHERE id = {id} ON CONFLICT (id) DO UPDATE SET {set}",
        row,
        values,
    )


def raw_update(row: Model, values: Values) -> None:
    _run("UPDATE {table} SET {set} WHERE id = {id}", row, values)


def update_from(row: Model, values: Values) -> None:
    _run("UPDATE {table} SET {set} FROM (SELECT {id} AS id) given WHERE {table}.id = given.id", row, values)


def merge(row: Model, values: Values) -> None:
    _run(
        "MERGE INTO {table} USING (SELECT {id} AS id) given ON {table}.id = given.id"
        " WHEN MATCHED THEN UPDATE SET {set}",
        row,
        values,
    )


def delete_then_insert(row: Model, values: Values) -> None:
    changed = _changed(row, values)
    _itself(row)._raw_delete(using="default")
    type(row)._base_manager.bulk_create([changed])


def in_one_statement(row: Model, values: Values) -> None:
    """A change within a query that reads."""
    _run(
        "WITH written AS (UPDATE {table} SET {set} WHERE id = {id} RETURNING id) SELECT * FROM written",
        row,
        values,
    )


def as_a_replica(row: Model, values: Values) -> None:
    """With ordinary triggers switched off for the session, as a superuser may; foreign keys go with them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            pytest.skip("only a superuser can try this")
        cursor.execute("SET LOCAL session_replication_role = replica")
    raw_update(row, values)


WAYS: list[Way] = [
    save,
    save_some_fields,
    save_past_signals,
    update,
    update_by_expression,
    bulk_update,
    bulk_create_over,
    insert_on_conflict,
    raw_update,
    update_from,
    merge,
    delete_then_insert,
    in_one_statement,
    as_a_replica,
]


def delete(row: Model) -> None:
    row.delete()


def delete_set(row: Model) -> None:
    _itself(row).delete()


def raw_delete(row: Model) -> None:
    _run("DELETE FROM {table} WHERE id = {id}", row, {})


def delete_using(row: Model) -> None:
    _run("DELETE FROM {table} USING (SELECT {id} AS id) given WHERE {table}.id = given.id", row, {})


def merge_away(row: Model) -> None:
    _run(
        "MERGE INTO {table} USING (SELECT {id} AS id) given ON {table}.id = given.id"
        " WHEN MATCHED THEN DELETE",
        row,
        {},
    )


REMOVALS: list[Removal] = [delete, delete_set, raw_delete, delete_using, merge_away]


def by_second_connection(row: Model, values: Values) -> str:
    """The constraint that refuses a plain UPDATE from outside Django; the row must be committed."""
    statement = sql.SQL("UPDATE {table} SET {set} WHERE id = {id}").format(**_parts(row, values))
    given = _given(row, values)
    outside = psycopg.connect(**connection.get_connection_params())
    try:
        outside.execute(statement, given)
        outside.commit()
    except psycopg.errors.IntegrityError as error:
        return error.diag.constraint_name or "no name"
    finally:
        outside.close()
    return ""


def stored(row: Model) -> Values:
    """Every column of ``row`` as the database has it now."""
    found: Values = _itself(row).values().get()
    return found


def _itself(row: Model) -> QuerySet[Any]:
    return type(row)._base_manager.filter(pk=row.pk)


def _changed(row: Model, values: Values) -> Model:
    fresh: Model = _itself(row).get()
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


def _plain(field: Any) -> Any:
    return field.target_field if field.is_relation else field


def _run(statement: str, row: Model, values: Values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**_parts(row, values)), _given(row, values))


def _given(row: Model, values: Values) -> list[Any]:
    """The values as psycopg takes them."""
    fields: list[Any] = [row._meta.get_field(name) for name in values]
    return [
        field.get_db_prep_save(values[name], connection) for name, field in zip(values, fields, strict=True)
    ]


def _parts(row: Model, values: Values) -> dict[str, sql.Composable]:
    settings = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values]
    return {
        "table": sql.Identifier(row._meta.db_table),
        "set": sql.SQL(", ").join(settings),
        "id": sql.SQL("{}::bigint").format(sql.Literal(row.pk)),
    }
