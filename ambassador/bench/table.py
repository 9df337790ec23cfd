"""``orders.table``: pages of the Orders table in programs of growing size."""

from collections.abc import Iterator

from ambassador.bench import pages
from ambassador.bench.database import own_database, tidy
from ambassador.bench.lines import Line
from ambassador.demo import seeding
from core.accounts.models import Role, User

NAME = "orders.table"
# Growth is measured from the first.
SIZES = (10_000, 100_000, 1_000_000)


def bench(orders: int) -> Iterator[Line]:
    with own_database():
        user = User.objects.create_user("bench@example.com", None, role=Role.OWNER)
        before: dict[str, float] = {}
        so_far = 0
        for number, size in enumerate(sizes(orders), start=1):
            market = seeding.market(size - so_far, number)
            # Many small chunks, so that every source has some.
            seeding.seed(market, chunk=min(5_000, max(size // 20, 50)), with_imports=True)
            tidy()
            so_far = size
            yield from pages.measure(user, f"{NAME}.{_short(size)}", before)


def sizes(orders: int) -> list[int]:
    """The usual sizes below ``orders``, and ``orders``."""
    return [*(size for size in SIZES if size < orders), orders]


def _short(size: int) -> str:
    for unit, letter in ((1_000_000, "m"), (1_000, "k")):
        if size % unit == 0:
            return f"{size // unit}{letter}"
    return str(size)
