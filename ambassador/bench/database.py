"""A database that lives as long as a benchmark, beside the program's own on the same server."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import OperationalError, connection, connections

NAME = "ambassador_bench"


class Busy(Exception):
    """Another benchmark uses the database; the message says so."""


@contextmanager
def own_database(name: str = NAME) -> Iterator[None]:
    """Everything in the block happens in a new, migrated database, which is dropped afterwards.

    What an earlier run left behind is dropped first. Raises :class:`Busy` while another run lasts.
    """
    programs = connection.settings_dict["NAME"]
    connections.close_all()
    _recreate(name)
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = programs
        _execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)} WITH (FORCE)")


def tidy() -> None:
    """Statistics as a database has them that nobody just filled."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _recreate(name: str) -> None:
    quoted = connection.ops.quote_name(name)
    try:
        _execute(f"DROP DATABASE IF EXISTS {quoted}")
    except OperationalError as error:
        raise Busy(f"Another benchmark runs in the database {name}; wait until it is done.") from error
    _execute(f"CREATE DATABASE {quoted}")


def _execute(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
