"""What happens to an order later: taken back, voided, attributed by somebody's decision."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.program import program, zone
from core import money
from core.api.answers import moment
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.problems import ApiProblem, respond
from core.api.reading import read_object
from orders import intake
from orders.api import schemas
from orders.api.orders import find, refused, shown, terms
from orders.api.translating import faults_of, read_refund, read_text, unknown_fields
from orders.intake import IntakeRefused, Outcome, Problem
from orders.models import Order, Refund
from referrals.models import Contact
from referrals.queries import choosable

router = Router(tags=["Orders"])

_PROBLEMS = (404, 409, 413, 415, 422)


@endpoint(
    router,
    "POST",
    "orders/{path:order_id}/refunds",
    answers={200: schemas.Refunded, 201: schemas.Refunded},
    summary="Take something back of an order",
    declared=Declared(
        permission="orders:write", body=schemas.RefundIn, problems=_PROBLEMS, parameters=(IDEMPOTENCY,)
    ),
)
def refund_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """A refund, dispute, cancellation or lost deal, keyed by your own `refund_id`.

    All that succeeded never exceed the revenue. The same refund again changes nothing but its status.
    """

    def refund(order: Order, data: dict[str, Any]) -> HttpResponse:
        with timezone.override(zone(program())):
            draft, faults = read_refund(data)
            if faults:
                raise ApiProblem(422, "invalid", "Nothing was taken back.", faults)
            made, outcome = intake.refund(order.pk, draft, **terms(request))
        answer = {
            "outcome": outcome,
            "refund": _refund_json(made),
            "order": shown(order),
            "warnings": unknown_fields(data, schemas.RefundIn.model_fields),
        }
        return respond(answer, 201 if outcome == Outcome.CREATED else 200)

    return _change(request, order_id, refund)


@endpoint(
    router,
    "GET",
    "orders/{path:order_id}/refunds",
    answers={200: schemas.RefundList},
    summary="List an order's refunds",
    declared=Declared(permission="orders:read", problems=(404,)),
)
def list_refunds(request: ApiRequest, order_id: str) -> HttpResponse:
    refunds = find(request, order_id).refunds.order_by("refunded_at", "id")
    return respond({"data": [_refund_json(refund) for refund in refunds]})


@endpoint(
    router,
    "POST",
    "orders/{path:order_id}/void",
    answers={200: schemas.OrderOut},
    summary="Void an order",
    declared=Declared(
        permission="orders:write", body=schemas.VoidIn, problems=_PROBLEMS, parameters=(IDEMPOTENCY,)
    ),
)
def void_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """Takes back a mistake. The order keeps its history and leaves lists and totals; its id is free again."""

    def void(order: Order, data: dict[str, Any]) -> HttpResponse:
        intake.void(order.pk, _text(data, "reason"), **terms(request))
        return respond(shown(order))

    return _change(request, order_id, void)


@endpoint(
    router,
    "POST",
    "orders/{path:order_id}/attribution",
    answers={200: schemas.OrderOut},
    summary="Attribute an order late",
    declared=Declared(
        permission="orders:write", body=schemas.AttributeIn, problems=_PROBLEMS, parameters=(IDEMPOTENCY,)
    ),
)
def attribute_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """Credits an order that nobody has yet, once and for good. The advocate is enrolled where need be."""

    def attribute(order: Order, data: dict[str, Any]) -> HttpResponse:
        campaign_id = order.campaign_id
        if campaign_id is None:
            campaign_id = _campaign(request, _text(data, "campaign_uid"))
        advocate_id = _advocate(request, data)
        intake.attribute(
            order.pk,
            advocate_id=advocate_id,
            campaign_id=campaign_id,
            reason=_text(data, "reason"),
            **terms(request),
        )
        return respond(shown(order))

    return _change(request, order_id, attribute)


def _change(
    request: ApiRequest, order_id: str, change: Callable[[Order, dict[str, Any]], HttpResponse]
) -> HttpResponse:
    """``change`` the order with what the body says; what the door refuses is a problem."""
    data, raw = read_object(request)

    def work() -> HttpResponse:
        try:
            with transaction.atomic():
                return change(find(request, order_id, held=True), data)
        except IntakeRefused as error:
            raise refused(error) from None

    return once(request, raw, work)


def _text(data: dict[str, Any], name: str) -> str:
    """The text at ``name``. Raises :class:`ApiProblem` where it is anything else."""
    problems: list[Problem] = []
    text = read_text(data, name, problems)
    if problems:
        raise ApiProblem(422, "invalid", "Nothing was changed.", faults_of(problems))
    return text


def _campaign(request: ApiRequest, uid: str) -> int:
    found = None
    if uid and "\0" not in uid:
        found = campaigns_visible_to(request.caller).filter(uid__iexact=uid).first()
    if found is None:
        words = f"There is no campaign “{uid[:60]}”." if uid else "Name the campaign."
        raise refused(
            IntakeRefused(Problem("campaign_uid", words, "unknown_campaign" if uid else "required"))
        )
    return found.pk


def _advocate(request: ApiRequest, data: dict[str, Any]) -> int:
    email, uid = _text(data, "advocate_email").lower(), _text(data, "advocate_uid")
    if not email and not uid:
        raise refused(IntakeRefused(Problem("advocate_email", "Say whose order it is.", "required")))
    named = Q(uid=uid) if uid else Q(email=email)
    found: Contact | None = None
    if "\0" not in email + uid:
        found = choosable(request.caller, "").filter(named).first()
    if found is None:
        field = "advocate_uid" if uid else "advocate_email"
        raise refused(IntakeRefused(Problem(field, "There is no such contact.", "unknown_contact")))
    return found.pk


def _refund_json(refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.refund_id,
        "amount": money.plain(refund.amount, refund.currency),
        "currency": refund.currency,
        "kind": refund.kind,
        "status": refund.status,
        "note": refund.note,
        "refunded_at": moment(refund.refunded_at),
    }
