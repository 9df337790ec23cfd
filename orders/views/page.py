"""The page of one order: its facts, what happened to it, and why it belongs to whom it does."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.accounts.permissions import may, requires
from core.events.log import history
from core.frame import panels
from core.properties.definitions import definitions
from core.templatetags.ui import tag
from orders.explaining import explain
from orders.models import Order, Status
from orders.queries import visible_to
from orders.tables import STATUS_TAGS
from orders.timeline import happenings
from referrals import reasons
from referrals.models import Contact

MOST_EVENTS = 200
_RELATED = ("customer", "campaign", "advocate", "referral_attribution", "imported_in")


def find(request: HttpRequest, pk: int) -> Order:
    """The order, if the person may see it; else 404."""
    return get_object_or_404(visible_to(request.user).select_related(*_RELATED), pk=pk)


@requires("orders:read")
@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    events = list(history("order", [pk])[: MOST_EVENTS + 1])
    explanation = explain(found, request.user)
    context = {
        **about(request, found),
        "explanation": explanation,
        "suggested": explanation.suggested,
        "properties": _properties(found),
        "happenings": happenings(events[:MOST_EVENTS], found),
        "has_more": len(events) > MOST_EVENTS,
        "panels": panels("order", pk, request.user),
        "refunds": found.refunds.order_by("-refunded_at", "-id"),
        "attention": reasons.sentence(found.attention) if found.attention else "",
        "customer_name": _name(found.customer),
        "raw": json.dumps(found.source_details, indent=2, ensure_ascii=False) if found.source_details else "",
    }
    return render(request, "orders/order.html", context)


def about(request: HttpRequest, found: Order) -> dict[str, Any]:
    """What every page about an order shows at its head, and what may be done from there."""
    is_there = found.voided_at is None
    may_write = may(request.user, "orders:write") and is_there
    return {
        "order": found,
        "status_tag": STATUS_TAGS.get(found.status) or tag(found.status),
        "is_voided": found.status == Status.VOIDED,
        "may_write": may_write,
        "may_refund": may_write and found.net_amount > 0,
        "may_attribute": may_write and not found.is_attributed,
    }


def _name(customer: Contact) -> str:
    """What the person is called, unless that is the e-mail address, which stands below anyway."""
    name = str(customer)
    return "" if name == customer.email else name


def _properties(found: Order) -> list[tuple[str, str, str]]:
    """Name, value and a hint: those in use first, then values of archived ones that the order has kept."""
    in_use = [one.name for one in definitions("order")]
    kept = [name for name in sorted(found.properties) if name not in in_use]
    shown = [(name, _in_words(found.properties.get(name)), "custom") for name in in_use]
    return shown + [(name, _in_words(found.properties[name]), "archived") for name in kept]


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
