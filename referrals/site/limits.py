"""How often one address may tell us something, before the database is asked anything at all.

Counted in this process, for what is to be spared is the database: with several web processes the limit is
that many times as high. A network behind one address has many people, so it is generous.
"""

import time
from collections import OrderedDict

PER_MINUTE = 240
_MOST_ADDRESSES = 20_000
_counts: OrderedDict[str, tuple[int, int]] = OrderedDict()


def wait(address: str | None) -> int:
    """Count one request from ``address``; the seconds to wait first, 0 where it is welcome."""
    minute, second = divmod(int(time.time()), 60)
    key = address or ""
    since, count = _counts.get(key, (minute, 0))
    count = count + 1 if since == minute else 1
    _counts[key] = (minute, count)
    _counts.move_to_end(key)
    if len(_counts) > _MOST_ADDRESSES:
        _counts.popitem(last=False)
    return 60 - second if count > PER_MINUTE else 0


def forget() -> None:
    """Begin anew, as a new process does."""
    _counts.clear()
