"""Several writers that start at the same moment, each with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")
PATIENCE = 30.0


def race(work: Callable[..., T], runners: Sequence[Any]) -> list[T]:
    """What ``work(runner)`` returned for each of ``runners``, in their order; its exceptions are raised.

    Nobody starts before everybody is connected.
    """
    line = threading.Barrier(len(runners))

    def run(runner: Any) -> T:
        try:
            connections["default"].ensure_connection()
            line.wait(PATIENCE)
            return work(runner)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners, timeout=PATIENCE))
