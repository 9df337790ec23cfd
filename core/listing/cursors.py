"""Where a page of a list begins or ends, as text in its address. Opaque, and nothing is trusted in it."""

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

_LONGEST = 2_000


@dataclass(frozen=True)
class Cursor:
    """The position of one row in one sort order.

    ``values`` are that row's columns of the sort. ``number`` counts the rows up to and with this one, as
    far as known when the link was made; ``total`` is the count shown with it (-1: not known).
    """

    sort: str
    values: tuple[Any, ...]
    number: int
    total: int = -1

    def text(self) -> str:
        packed = json.dumps(
            [self.sort, [_pack(value) for value in self.values], self.number, self.total],
            separators=(",", ":"),
        )
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read(text: str, sort: str, width: int) -> Cursor | None:
    """The cursor in ``text`` if it is one of this ``sort``; None for anything else at all."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        of, values, number, total = json.loads(packed)
        unpacked = tuple(_unpack(value) for value in values)
    except (ValueError, TypeError, AttributeError, binascii.Error, InvalidOperation, RecursionError):
        return None
    counts = isinstance(number, int) and isinstance(total, int) and 0 < number < 2**53 and -1 <= total < 2**53
    if of != sort or len(unpacked) != width or not counts:
        return None
    return Cursor(sort, unpacked, number, total)


def _pack(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return {"t": value.isoformat()}
    if isinstance(value, Decimal):
        return {"d": str(value)}
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if "t" in value:
            moment = dt.datetime.fromisoformat(value["t"])
            if moment.tzinfo is None:
                raise ValueError("a moment needs its offset")
            return moment.astimezone(dt.UTC)
        number = Decimal(value["d"])
        if not number.is_finite() or abs(number) > Decimal(10) ** 30:
            raise ValueError("not a number to compare with")
        return number
    if isinstance(value, str) and "\0" in value:
        raise ValueError("PostgreSQL keeps no NUL")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("too large for a column")
    if isinstance(value, str | int | bool | None):
        return value
    raise ValueError("not a value of ours")
