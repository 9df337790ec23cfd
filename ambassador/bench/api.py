"""``api.record``: orders a second through the API, each with a new customer and an attribution."""

import itertools
import json
import statistics
from collections.abc import Callable, Iterator

from django.db import connection
from django.utils import timezone

from ambassador.bench.database import own_database, tidy
from ambassador.bench.lines import Line, line, seconds
from ambassador.bench.serving import Timed, served, timed
from ambassador.bench.twins import limits
from campaigns.models import Campaign
from core.accounts import keys
from orders.models import Order
from referrals.models import Contact, Enrollment, ReferralCode

NAME, BATCH = "api.record", "api.batch"
PEERS = "ambassador.bench.peers:application"
_CHECKED, _BARE, _P99, _OF_COPY = 0.5, 0.25, 3.0, 0.15
_ADVOCATES, _ROUNDS, _SECONDS, _AT_ONCE = 200, 5, 3.0, 10_000


def bench(orders: int) -> Iterator[Line]:
    """How many orders are in already does not matter to the next one."""
    with own_database():
        codes, token = _program()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, text text)")
        tidy()
        with served(PEERS) as port:
            numbers = itertools.count()
            paths = ("/api/v1/order/record", "/api/bench/checked", "/api/bench/bare")
            asks = [_ask(path, token, codes, numbers) for path in paths]
            for ask in asks:
                timed(port, ask, 1.0)
            rounds = [[timed(port, ask, _SECONDS) for ask in asks] for _ in range(_ROUNDS)]
    refused = {status for one in rounds for result in one for status in result.statuses} - {201}
    if refused:
        raise RuntimeError(f"The API answered {refused}")
    ours, checked, bare = zip(*rounds, strict=True)
    yield line(NAME, "orders/s", _rate(ours), _rate(checked), target=_CHECKED, better="higher")
    yield line(f"{NAME}.bare", "orders/s", _rate(ours), _rate(bare), target=_BARE, better="higher")
    yield line(f"{NAME}.p99", "ms", _p99(ours), _p99(checked), target=_P99)


def bench_batch(orders: int) -> Iterator[Line]:
    """One call with as many orders as one call may have."""
    with own_database():
        codes, token = _program()
        tidy()
        with served(PEERS) as port:
            numbers = itertools.count()
            last = Order.objects.count()
            body = json.dumps([_order(next(numbers), codes) for _ in range(_AT_ONCE)]).encode()
            request = _request("/api/v1/order/record/batch", token, body, "batch")
            results: list[Timed] = []
            taken = seconds(lambda: results.append(timed(port, lambda: request, 0.0, visitors=1)))
        if results[0].statuses != {200: 1}:
            raise RuntimeError(f"The API answered {results[0].statuses}")
        copied = limits(after=last).whole
        yield line(BATCH, "orders/s", _AT_ONCE / taken, copied, target=_OF_COPY, better="higher")


def _program() -> tuple[list[str], str]:
    """The codes of advocates in one campaign, and a key."""
    now = timezone.now()
    campaign = Campaign.objects.create(uid="bench", name="Bench", launched_at=now)
    people = Contact.objects.bulk_create(Contact(uid=f"a{number}") for number in range(_ADVOCATES))
    enrollments = Enrollment.objects.bulk_create(Enrollment(contact=one, campaign=campaign) for one in people)
    ReferralCode.objects.bulk_create(
        ReferralCode(code=f"BENCH{number}", enrollment=one) for number, one in enumerate(enrollments)
    )
    return [f"BENCH{number}" for number in range(_ADVOCATES)], keys.create(
        "Bench", ["orders:write"], maker=None
    )[1]


def _ask(path: str, token: str, codes: list[str], numbers: Iterator[int]) -> Callable[[], bytes]:
    def ask() -> bytes:
        number = next(numbers)
        return _request(path, token, json.dumps(_order(number, codes)).encode(), f"k{number}")

    return ask


def _order(number: int, codes: list[str]) -> dict[str, str]:
    return {
        "order_id": f"B-{number}",
        "customer_email": f"c{number}@example.com",
        "revenue_amount": "49.90",
        "currency": "USD",
        "short_code": codes[number % len(codes)],
    }


def _request(path: str, token: str, body: bytes, key: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token {token}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _rate(results: tuple[Timed, ...]) -> float:
    return statistics.median(one.rate for one in results)


def _p99(results: tuple[Timed, ...]) -> float:
    return statistics.median(one.p99 for one in results)
