"""``order/record``: one call makes the order, its contact and its attribution, or says why not."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from campaigns.program import program, zone
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, Parameter, endpoint
from core.api.idempotency import IDEMPOTENCY, key_of, once
from core.api.problems import ApiProblem, Fault, respond
from core.api.reading import JSON_TYPES, NotStrict, needs_type, parse, read_body, read_json, read_object
from core.events.log import actor_for
from orders import intake
from orders.api import schemas
from orders.api.shapes import (
    conflict_faults,
    differences_json,
    item_json,
    read_rows,
    recorded_json,
)
from orders.api.translating import Reading, read_order
from orders.intake import Outcome, Planned, Problem
from orders.models import Order, Source

router = Router(tags=["Orders"])

MOST = 10_000
BATCH = 20_000_000  # bytes
_NDJSON = "application/x-ndjson"
_BATCH_TYPES = JSON_TYPES | {_NDJSON}
_REFUSED = {Outcome.REJECTED, Outcome.CONFLICT}

ON_EXISTING = Parameter(
    "on_existing",
    "What to do with a known order_id: `update` its free facts, `skip` it, or `fail` with a conflict.",
    {"type": "string", "enum": ["update", "skip", "fail"], "default": "update"},
)
ON_ERROR = Parameter(
    "on_error",
    "`valid` stores what it can; `none` stores nothing as soon as one order is refused.",
    {"type": "string", "enum": ["valid", "none"], "default": "valid"},
)


@endpoint(
    router,
    "POST",
    "order/record",
    answers={200: schemas.Recorded, 201: schemas.Recorded},
    summary="Record an order",
    declared=Declared(
        permission="orders:write",
        body=schemas.OrderIn,
        problems=(409, 413, 415, 422),
        parameters=(IDEMPOTENCY, ON_EXISTING),
    ),
)
def record(request: ApiRequest) -> HttpResponse:
    """Makes the order, its contact and its attribution in one call.

    201: created. 200: the same order again (`unchanged`), or with other free facts (`updated`). 409: it
    disagrees with facts that are permanent, and nothing was stored. 422: something is wrong, all of it at
    once, and nothing was stored.
    """
    on_existing = choice(request, ON_EXISTING)
    data, raw = read_object(request)

    def work() -> HttpResponse:
        reading = read_order(data)
        _give_id(reading, request)
        (planned,) = put([reading], request, on_existing=on_existing)
        answer = stored(planned, reading)
        return respond(answer, 201 if planned.outcome == Outcome.CREATED else 200)

    return once(request, raw, work)


@endpoint(
    router,
    "POST",
    "order/record/batch",
    answers={200: schemas.BatchRecorded},
    summary="Record many orders",
    declared=Declared(
        permission="orders:write",
        body=schemas.OrderIn,
        body_is_list=True,
        problems=(409, 413, 415, 422),
        parameters=(IDEMPOTENCY, ON_EXISTING, ON_ERROR),
    ),
)
def record_batch(request: ApiRequest) -> HttpResponse:
    """Up to 10,000 orders, as a JSON array or as NDJSON (one object a line), in one transaction.

    Each order gets an outcome, in the order in which they came. One that is refused does not stop the others,
    unless `on_error=none`: then nothing is stored. Where nothing was, the answer is a 422 with all results.
    """
    policies = {"on_existing": choice(request, ON_EXISTING), "on_error": choice(request, ON_ERROR)}
    kind = needs_type(request, _BATCH_TYPES)
    raw = read_body(request, BATCH)
    readings = _read_lines(raw) if kind == _NDJSON else _read_array(raw)

    def work() -> HttpResponse:
        for at, reading in enumerate(readings):
            _give_id(reading, request, at)
        planned = put(readings, request, **policies)
        counts = dict.fromkeys(Outcome, 0) | Counter(one.outcome for one in planned)
        pairs = zip(planned, readings, strict=True)
        results = [item_json(at, one, reading) for at, (one, reading) in enumerate(pairs)]
        refused = sum(one.outcome in _REFUSED for one in planned)
        if refused and (policies["on_error"] == "none" or refused == len(planned)):
            words = "Nothing was stored, because orders were refused."
            raise ApiProblem(422, "invalid", words, counts=counts, results=results)
        return respond({"counts": counts, "results": results})

    return once(request, raw, work)


def put(readings: list[Reading], request: ApiRequest, **policies: str) -> list[Planned]:
    """Through the door. A time without an offset means the program's time zone."""
    drafts = [reading.draft for reading in readings]
    terms: dict[str, Any] = {
        "source": Source.API,
        "actor": actor_for(request.caller),
        "who": request.caller,
        **policies,
    }
    if all(one.ordered_at is None or one.ordered_at.tzinfo is not None for one in drafts):
        return intake.record(drafts, **terms)
    with timezone.override(zone(program())):
        return intake.record(drafts, **terms)


def stored(planned: Planned, reading: Reading) -> dict[str, Any]:
    """What became of one order that went in. Raises :class:`ApiProblem` where it was refused."""
    if planned.outcome == Outcome.REJECTED:
        raise ApiProblem(
            422,
            "invalid",
            "The order was not stored.",
            reading.faults(planned.problems),
            outcome=planned.outcome,
        )
    if planned.outcome == Outcome.CONFLICT:
        raise ApiProblem(
            409,
            "conflict",
            "There is an order with this id and other facts. Nothing was stored.",
            conflict_faults(planned, reading),
            outcome=planned.outcome,
            order_id=planned.draft.order_id,
            id=planned.order_pk,
            differences=differences_json(planned.differences, planned.currency),
        )
    pk = planned.order_pk
    assert pk is not None
    (row,) = read_rows(Order.objects.filter(pk=pk))
    return recorded_json(planned, reading, row)


def choice(request: ApiRequest, parameter: Parameter) -> str:
    """The value of ``parameter`` in the address. Raises :class:`ApiProblem`."""
    allowed = parameter.schema["enum"]
    value = request.GET.get(parameter.name, parameter.schema["default"])
    if value not in allowed:
        fault = Fault("", f"Say {' or '.join(allowed)}.", "choice", parameter=parameter.name)
        raise ApiProblem(422, "invalid", "A parameter cannot be read.", [fault])
    return str(value)


def _give_id(reading: Reading, request: ApiRequest, at: int = 0) -> None:
    """An order without an id gets one that a retry with the same Idempotency-Key would get again."""
    draft = reading.draft
    told = draft.order_id.strip() or any(one.field == "order_id" for one in draft.problems)
    if told or not reading.is_readable:
        return
    if key := key_of(request):
        digest = hashlib.sha256(json.dumps([request.caller.pk, key, at]).encode()).hexdigest()
        draft.order_id = f"api-{digest[:24]}"


def _read_array(raw: bytes) -> list[Reading]:
    data = read_json(raw)
    if not isinstance(data, list):
        fault = Fault("#", "The body must be a JSON array of orders.", "type")
        raise ApiProblem(422, "invalid", fault.detail, [fault])
    _check_number(len(data))
    return [_read_one(item) for item in data]


def _read_lines(raw: bytes) -> list[Reading]:
    """One object a line. A line that is no JSON is refused like any other order that cannot be read."""
    lines = [line for line in raw.split(b"\n") if line.strip()]
    _check_number(len(lines))
    return [_read_line(line) for line in lines]


def _read_line(line: bytes) -> Reading:
    try:
        data, halves = parse(line)
    except NotStrict as error:
        return _unreadable(str(error), "json")
    if halves:
        return _unreadable("This contains half of a character, which cannot be stored.", "surrogate")
    return _read_one(data)


def _read_one(data: Any) -> Reading:
    if isinstance(data, Mapping):
        return read_order(data)
    return _unreadable("An order must be a JSON object.", "type")


def _unreadable(words: str, code: str) -> Reading:
    return Reading(intake.OrderDraft(problems=[Problem("", words, code)]), is_readable=False)


def _check_number(number: int) -> None:
    if number > MOST:
        raise ApiProblem(413, "too-large", f"At most {MOST:,} orders at once; here are {number:,}.")
