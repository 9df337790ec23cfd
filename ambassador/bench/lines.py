"""The lines that a benchmark prints, and how a time is taken."""

import gc
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

ROUNDS, _LEAST_ROUNDS = 15, 3
_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Line:
    """One number of ours. ``ratio`` is ours / ``limit``, and ``target`` what that ratio may be.

    ``limit`` is what the bare thing costs in the same run: the same SQL by hand, the same template over rows
    in memory, a COPY into the same table. ``peer`` is what a usual way of doing it costs. For a count the
    limit is 1.
    """

    bench: str
    unit: str
    better: str
    ours: float
    limit: float | None = None
    peer: float | None = None
    ratio: float | None = None
    target: float | None = None

    @property
    def holds(self) -> bool:
        if self.ratio is None or self.target is None:
            return True
        return self.ratio >= self.target if self.better == "higher" else self.ratio <= self.target

    def text(self) -> str:
        return json.dumps(asdict(self))


def line(
    bench: str,
    unit: str,
    ours: float,
    limit: float | None,
    *,
    target: float | None = None,
    peer: float | None = None,
    better: str = "lower",
) -> Line:
    ratio = round(ours / limit, 3) if limit else None
    return Line(
        bench,
        unit,
        better,
        ours=_short(ours),
        limit=None if limit is None else _short(limit),
        peer=None if peer is None else _short(peer),
        ratio=ratio,
        target=target,
    )


def milliseconds(*works: Callable[[], object], rounds: int = 0) -> list[float]:
    """The median of each work over several rounds, after one that warms the caches.

    They take turns, so that whatever else the machine does meanwhile slows all of them alike. What takes long
    is done less often.
    """
    taken: list[list[float]] = [[] for _ in works]
    start = time.perf_counter()
    for work in works:
        work()
    affordable = int(_SECONDS / (time.perf_counter() - start))
    gc.collect()
    for _ in range(rounds or min(ROUNDS, max(affordable, _LEAST_ROUNDS))):
        for work, times in zip(works, taken, strict=True):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
    return [1000 * statistics.median(times) for times in taken]


def seconds(work: Callable[[], object]) -> float:
    """One run, for what cannot be run twice."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _short(number: float) -> float:
    return round(number, 3) if abs(number) < 100 else round(number, 1)
