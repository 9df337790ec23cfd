"""A new order by hand, with a look ahead at whom it would be credited to."""

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.access import visible_to as campaigns_visible_to
from core import money
from core.accounts.permissions import requires
from core.events.log import actor_for, history
from core.properties.definitions import definitions
from core.properties.models import PropertyDefinition, PropertyType
from orders import intake
from orders.explaining import foresee
from orders.forms import MINUTE, OrderForm
from orders.intake import OrderDraft, Outcome, Planned
from orders.models import Order, Source
from orders.queries import visible_to
from orders.signals import orders_planned
from referrals.queries import contacts_visible_to

# What an order needs besides those who are part of it, filled in where only they are looked at.
STAND_INS: dict[str, Any] = {
    PropertyType.STRING: "–",
    PropertyType.INTEGER: 0,
    PropertyType.DECIMAL: 0,
    PropertyType.BOOLEAN: False,
}
# What a look ahead speaks of; the rest is checked when the order is saved.
LOOKED_AT = frozenset(
    {
        "customer_email",
        "customer_uid",
        "campaign_uid",
        "short_code",
        "coupon_code",
        "advocate_email",
        "ordered_at",
    }
)
DOUBLE_CLICK = dt.timedelta(minutes=2)


@requires("orders:write")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = _form(request)
    if request.method != "POST":
        return render(request, "orders/new.html", {"form": form})
    planned = _record(request, form)
    if planned.outcome == Outcome.CREATED and planned.order_pk and form.is_valid():
        return _done(request, planned)
    if planned.outcome == Outcome.CONFLICT:
        if _was_sent_twice(request, form, planned):
            return redirect("orders:order", planned.order_pk)
        form.add_error("order_id", _id_is_taken(request, planned))
    form.refuse(planned.problems)
    return render(request, "orders/new.html", {"form": form, **_ahead(request, form)}, status=422)


@requires("orders:write")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Whom the order would be credited to, and why. Writes nothing."""
    form = _form(request)
    form.is_valid()
    if "HX-Request" in request.headers:
        return render(request, "orders/_ahead.html", _ahead(request, form))
    return render(request, "orders/new.html", {"form": form, **_ahead(request, form)})


def _form(request: HttpRequest) -> OrderForm:
    start = {
        name: request.GET[name] for name in ("customer", "advocate", "campaign") if request.GET.get(name)
    }
    start["ordered_at"] = timezone.localtime().strftime(MINUTE)
    return OrderForm(
        request.POST if request.method == "POST" else None,
        initial=start,
        who=request.user,
        currency=request.program.currency,  # type: ignore[attr-defined]
        campaigns=list(campaigns_visible_to(request.user)),
        properties=definitions("order"),
    )


def _record(request: HttpRequest, form: OrderForm) -> Planned:
    """Record what was written; where some of it cannot be read, find what else is wrong with it."""
    terms: dict[str, Any] = {"source": Source.DASHBOARD, "who": request.user, "on_existing": "fail"}
    if form.is_valid():
        return intake.record([form.draft()], actor=actor_for(request.user), **terms)[0]
    return intake.plan([form.draft()], **terms)[0]


def _done(request: HttpRequest, planned: Planned) -> HttpResponse:
    for warning in planned.warnings:
        messages.warning(request, warning.message)
    messages.success(request, "The order is recorded.")
    return redirect("orders:order", planned.order_pk)


def _was_sent_twice(request: HttpRequest, form: OrderForm, planned: Planned) -> bool:
    """Whether this very order was recorded by this very person just now: a double click is no conflict."""
    if planned.differences.keys() - {"ordered_at"} or planned.order_pk is None or not form.is_valid():
        return False
    since = timezone.now() - DOUBLE_CLICK
    mine = history("order", [planned.order_pk]).filter(
        kind="order_recorded", actor_kind="user", actor_id=request.user.pk, at__gte=since
    )
    return mine.exists()


def _id_is_taken(request: HttpRequest, planned: Planned) -> str:
    """Leads to the order that has the id, if the person may see it."""
    words = "There is an order with this id already."
    if planned.order_pk is None or not visible_to(request.user).filter(pk=planned.order_pk).exists():
        return words
    address = reverse("orders:order", args=[planned.order_pk])
    return format_html('{} <a href="{}">Open it</a>', words, address)


def _ahead(request: HttpRequest, form: OrderForm) -> dict[str, Any]:
    """What the page shows of whom the order would be credited to."""
    draft = form.draft()
    if not draft.customer_email and not draft.customer_uid:
        return {"ahead": None}
    planned = intake.plan([_whole(draft, form.properties)], source=Source.DASHBOARD, who=request.user)[0]
    amount = _exact(draft.revenue_amount, planned.currency)
    return {
        "ahead": planned,
        "foreseen": foresee(planned.verdict, request.user) if planned.verdict else None,
        "customer": _customer(planned, request.user),
        "hindrances": [one.message for one in planned.problems if one.field in LOOKED_AT],
        "cautions": [one.message for one in planned.warnings],
        "amount": amount,
        "expected": _expected(planned, amount),
    }


def _expected(planned: Planned, amount: Decimal | None) -> list[tuple[str, str, Decimal]]:
    """What the floors above have to say about an order of this amount."""
    if amount is None:
        return []
    answers: Any = orders_planned.send(Order, planned=[dataclasses.replace(planned, amount=amount)])
    return [line for _, lines in answers for line in lines or ()]


def _customer(planned: Planned, who: Any) -> str:
    """Who bought, as they will be known: an old acquaintance, or somebody new."""
    if planned.customer_pk is None:
        draft = planned.draft
        name = f"{draft.customer_first_name} {draft.customer_last_name}".strip()
        return f"{name or draft.customer_email or draft.customer_uid}, new"
    known = contacts_visible_to(who).filter(pk=planned.customer_pk).first()
    return str(known) if known else planned.draft.customer_email


def _whole(draft: OrderDraft, properties: Sequence[PropertyDefinition]) -> OrderDraft:
    """``draft`` with everything that has no part in the attribution made good."""
    return dataclasses.replace(
        draft,
        order_id=f"ahead-{uuid.uuid4()}",
        revenue_amount=Decimal(0),
        properties={one.name: STAND_INS[one.type] for one in properties if one.required},
        external_status=None,
        hubspot_dealstage=None,
        currency=draft.currency if draft.currency in money.currencies() else "",
    )


def _exact(amount: Decimal | None, currency: str) -> Decimal | None:
    """``amount`` if an order could have it."""
    fits = (
        amount is not None
        and currency
        and 0 <= amount <= money.MAX_AMOUNT
        and money.is_exact(amount, currency)
    )
    return amount if fits else None
