"""Why this advocate, or why nobody: the same words as on the order's page."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from campaigns.program import program, zone
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.problems import respond
from orders.api.orders import find
from orders.explaining import Explanation, explain
from orders.models import Order

router = Router(tags=["Orders"])


class Evidence(Schema):
    result: str = Field(..., description="`won`, `lost` (it holds, another came first) or `refused`.")
    words: str
    why: str


class Suggested(Schema):
    id: int = Field(..., description="Of the contact.")
    name: str


class ExplanationOut(Schema):
    order_id: str
    is_attributed: bool
    headline: str
    sentences: list[str]
    evidence: list[Evidence]
    suggested: Suggested | None = Field(
        ..., description="Whom the nearest miss points at, where nobody is credited."
    )


@endpoint(
    router,
    "GET",
    "orders/{path:order_id}/explanation",
    answers={200: ExplanationOut},
    summary="Explain who is credited",
    declared=Declared(permission="orders:read", problems=(404,)),
)
def explain_order(request: ApiRequest, order_id: str) -> HttpResponse:
    """Every claim that was looked at, what became of it, and by how much the nearest one missed."""
    order = Order.objects.select_related("referral_attribution").get(pk=find(request, order_id).pk)
    with timezone.override(zone(program())):
        return respond(explanation_json(order, explain(order, request.caller)))


def explanation_json(order: Order, why: Explanation) -> dict[str, Any]:
    suggested = why.suggested
    return {
        "order_id": order.order_id,
        "is_attributed": why.is_attributed,
        "headline": why.headline,
        "sentences": list(why.sentences),
        "evidence": [{"result": line.result, "words": str(line), "why": line.why} for line in why.lines],
        "suggested": {"id": suggested[0], "name": suggested[1]} if suggested else None,
    }
