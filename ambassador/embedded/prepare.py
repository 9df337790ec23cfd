"""Bring a database of the embedded server into being: created once, migrated once."""

import os
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from ambassador.embedded.gates import held, lock_file
from ambassador.embedded.places import ROLE, home


def prepare(var: Path, sockets: Path, name: str, migrate: Callable[[], None] | None = None) -> None:
    """Create the database ``name`` if there is none, and ``migrate`` it if nothing ever did.

    One process at a time: the others wait and find the work done.
    """
    lock = lock_file(home(var) / "prepare.lock")
    try:
        with held(lock):
            _prepare(sockets, name, migrate)
    finally:
        os.close(lock)


def _prepare(sockets: Path, name: str, migrate: Callable[[], None] | None) -> None:
    with psycopg.connect(host=str(sockets), user=ROLE, dbname="postgres", autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    if migrate and _is_bare(sockets, name):
        migrate()


def _is_bare(sockets: Path, name: str) -> bool:
    with psycopg.connect(host=str(sockets), user=ROLE, dbname=name, autocommit=True) as database:
        return database.execute("SELECT to_regclass('django_migrations') IS NULL").fetchone() == (True,)
