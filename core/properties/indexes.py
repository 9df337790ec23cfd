"""The index behind each filterable property: by value, then by the table's tie-breakers."""

from collections.abc import Iterable

from django.db import connection
from psycopg import sql

from core.properties import definitions, nouns
from core.properties.models import PropertyDefinition


def name_of(definition: PropertyDefinition) -> str:
    return f"{definition.noun}_property_{definition.pk}"


def bring_about(definition: PropertyDefinition) -> None:
    """Make or drop the index, so that it is as ``definition`` says. Outside of any transaction.

    Writers go on meanwhile. A run that was cut short leaves an invalid index, which is made anew.
    """
    wanted = definition.filterable and definition.archived_at is None
    valid = _states([name_of(definition)]).get(name_of(definition))
    if valid is not None and not (wanted and valid):
        _execute(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name_of(definition))))
        valid = None
    if wanted and valid is None:
        noun = nouns.noun(definition.noun)
        _execute(
            sql.SQL("CREATE INDEX CONCURRENTLY {} ON {} ({}, {})").format(
                sql.Identifier(name_of(definition)),
                sql.Identifier(noun.table),
                sql.SQL(definitions.sql(definition)),
                sql.SQL(", ").join(map(sql.Identifier, noun.tie_breakers)),
            )
        )


def ready(of: Iterable[PropertyDefinition]) -> set[int]:
    """The ids of those whose index is in use. One query."""
    names = {name_of(definition): definition.pk for definition in of}
    return {names[name] for name, valid in _states(list(names)).items() if valid}


def _states(names: list[str]) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " WHERE c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
            [names],
        )
        return dict(cursor.fetchall())


def _execute(statement: sql.Composed) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
