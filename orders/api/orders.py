"""Orders read, one by one or in pages, and their free facts changed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from campaigns.program import program, zone
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, Parameter, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.lists import ApiList, answer_list
from core.api.problems import ApiProblem, encode, pointer, respond
from core.api.reading import read_object
from core.events.log import actor_for
from orders import intake
from orders.api import schemas
from orders.api.shapes import COLUMNS, order_json, read_rows, recorded_json
from orders.api.translating import FIELDS, Fault, Reading, faults_of, read_order
from orders.intake import IntakeRefused, Problem
from orders.models import Order, Source
from orders.queries import visible_to
from orders.views.listing import ORDERS

router = Router(tags=["Orders"])

LIST = ApiList(
    listing=ORDERS,
    item=schemas.OrderOut,
    columns=COLUMNS,
    shape=order_json,
    orderings={
        "order_id": "order",
        "ordered_at": "date",
        "revenue_amount": "revenue",
        "hubspot_dealstage": "deal_stage",
        "reason": "why",
        "created_at": "recorded",
    },
)
IF_MATCH = Parameter("If-Match", "The `ETag` that was read. Changed since then: 412.", place="header")
CHANGEABLE = frozenset(schemas.OrderChange.model_fields)
_ALWAYS_THERE = ("revenue_amount", "ordered_at", "campaign_uid", "customer_email", "customer_uid")
_FROM_BIRTH = ("order_id", "currency")
_DISAGREES = frozenset({"locked", "conflict", "voided", "slot_taken"})


@endpoint(
    router,
    "GET",
    "orders",
    answers={200: schemas.OrderPage},
    summary="List orders",
    declared=Declared(permission="orders:read", problems=(422,), parameters=LIST.parameters()),
)
def list_orders(request: ApiRequest) -> HttpResponse:
    """Filtered by the same names as the Orders table, so a view of the table can be copied from its address.

    `p.NAME` filters by a custom property. Voided orders are left out unless `voided=yes` asks for them.
    """
    return answer_list(request, LIST)


@endpoint(
    router,
    "GET",
    "orders/{path:order_id}",
    answers={200: schemas.OrderOut},
    summary="Read an order",
    declared=Declared(permission="orders:read", problems=(404,)),
)
def get_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """By your own `order_id`. The `ETag` of the answer can be sent back as `If-Match`."""
    return one(request, shown(find(request, order_id)))


@endpoint(
    router,
    "PATCH",
    "orders/{path:order_id}",
    answers={200: schemas.Recorded},
    summary="Change an order",
    declared=Declared(
        permission="orders:write",
        body=schemas.OrderChange,
        body_types=("application/json", "application/merge-patch+json"),
        problems=(404, 409, 412, 413, 415, 422),
        parameters=(IF_MATCH, IDEMPOTENCY),
    ),
)
def change_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """Changes free facts; customer and campaign too, while nobody is credited with the order."""
    data, raw = read_object(request)

    def work() -> HttpResponse:
        with transaction.atomic(), timezone.override(zone(program())):
            order = find(request, order_id, held=True)
            _check_match(request, shown(order))
            reading = _read_change(data, order)
            if reading.draft.problems:
                raise _invalid(faults_of(reading.draft.problems))
            try:
                planned = intake.edit(order.pk, reading.draft, who=request.caller, **terms(request))
            except IntakeRefused as error:
                raise refused(error) from None
            (row,) = read_rows(Order.objects.filter(pk=order.pk))
        answer = recorded_json(planned, reading, row)
        return respond(answer, headers={"ETag": etag(answer["order"])})

    return once(request, raw, work)


def find(request: ApiRequest, order_id: str, *, held: bool = False) -> Order:
    """The order, if the key may see it: the one that stands, else the one voided last. Raises ApiProblem."""
    rows: QuerySet[Order] = visible_to(request.caller)
    if held:
        rows = rows.select_for_update(of=("self",))
    found = None
    if "\0" not in order_id:
        found = rows.filter(order_id=order_id).order_by(F("voided_at").desc(nulls_first=True)).first()
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no order “{order_id[:80]}”.")
    return found


def shown(order: Order) -> dict[str, Any]:
    (row,) = read_rows(Order.objects.filter(pk=order.pk))
    return order_json(row)


def one(request: ApiRequest, order: Mapping[str, Any]) -> HttpResponse:
    """The order with its ETag; 304 where the caller has it already."""
    tag = etag(order)
    if tag in _tags(request.META.get("HTTP_IF_NONE_MATCH", "")):
        return HttpResponse(status=304, headers={"ETag": tag})
    return respond(order, headers={"ETag": tag})


def etag(order: Mapping[str, Any]) -> str:
    return f'"{hashlib.sha256(encode(order)).hexdigest()[:32]}"'


def terms(request: ApiRequest) -> dict[str, Any]:
    return {"source": Source.API, "actor": actor_for(request.caller)}


def refused(error: IntakeRefused) -> ApiProblem:
    """What the door says no to, as a problem: 409 where it disagrees with what is there."""
    faults = [Fault(_place(one), one.message, one.code) for one in error.problems]
    if any(one.code == "unknown_order" for one in error.problems):
        return ApiProblem(404, "not-found", str(error))
    if any(one.code in _DISAGREES for one in error.problems):
        return ApiProblem(409, "conflict", "This disagrees with what is stored. Nothing was changed.", faults)
    return _invalid(faults)


def _place(problem: Problem) -> str:
    if problem.field.startswith("properties."):
        return pointer("properties", problem.field.removeprefix("properties."))
    named = {"customer": "customer_email", "campaign": "campaign_uid"}.get(problem.field, problem.field)
    return pointer(*([named] if named else []))


def _invalid(faults: list[Fault]) -> ApiProblem:
    return ApiProblem(422, "invalid", "Nothing was changed.", faults)


def _read_change(data: Mapping[str, Any], order: Order) -> Reading:
    """The change in ``data``. Raises :class:`ApiProblem` for what never changes."""
    reading = read_order({name: value for name, value in data.items() if name not in FIELDS - CHANGEABLE},
                         clears=True)  # fmt: skip
    reading.draft.is_test = None
    locked = [name for name in _FROM_BIRTH if name in data and data[name] != getattr(order, name)]
    if locked:
        raise refused(
            IntakeRefused(*(Problem(name, "This never changes for an order.", "locked") for name in locked))
        )
    reading.unknown += [name for name in data if name in FIELDS - CHANGEABLE and name not in _FROM_BIRTH]
    for name in _ALWAYS_THERE:
        if name in data and data[name] is None:
            reading.draft.problems.append(Problem(name, "This cannot be taken away.", "required"))
    return reading


def _check_match(request: ApiRequest, order: Mapping[str, Any]) -> None:
    given = request.META.get("HTTP_IF_MATCH", "")
    if given and given.strip() != "*" and etag(order) not in _tags(given):
        raise ApiProblem(
            412, "precondition-failed", "The order has changed since you read it. Read it again."
        )


def _tags(header: str) -> set[str]:
    """Packed answers have their ETag made weak on the way; it names the same content."""
    return {part.strip().removeprefix("W/") for part in header.split(",")}
