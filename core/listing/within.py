"""A statement that may not take longer than its answer is worth."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

T = TypeVar("T")


def within(milliseconds: int, ask: Callable[[], T]) -> T | None:
    """What ``ask`` reads from the database, or None when that took too long. Nothing else is rolled back."""
    try:
        with transaction.atomic():
            _limit(f"{milliseconds}ms")
            answer = ask()
            _limit("0")
            return answer
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return None
        raise


def _limit(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [time])
