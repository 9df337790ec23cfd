"""Audience Activity › Needs attention: what failed, the dearest first, and crediting it by hand."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for
from core.listing.sorting import Beyond
from orders import attention, intake
from orders.attention import Heap, Suggestion, Waiting
from orders.intake import IntakeRefused
from orders.models import Order, Source
from orders.queries import needing_attention, visible_to
from referrals.fraud import SUSPICIONS

PAGE = 25
MOST_AT_ONCE = 100
_FRAUD = Q(attention__in=SUSPICIONS)
SHOWN = {
    "uncredited": attention.UNCREDITED & ~_FRAUD,
    "blocked": attention.UNCREDITED & _FRAUD,
    "credited": ~attention.UNCREDITED,
}


@requires("orders:read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """One currency at a time, for what is dearest cannot be said across them."""
    show = request.GET.get("show", "uncredited")
    show = show if show in SHOWN else "uncredited"
    heaps = attention.heaps(request.user, SHOWN[show]) or []
    currencies = list(dict.fromkeys(heap.currency for heap in heaps))
    asked = request.GET.get("currency", "")
    currency = asked if asked in currencies else next(iter(currencies), "")
    kinds = [heap for heap in heaps if heap.currency == currency]
    kind = next((heap.attention for heap in kinds if heap.attention == request.GET.get("kind")), "")
    rows = needing_attention(request.user).filter(SHOWN[show])
    found = _page(request, rows.filter(attention=kind) if kind else rows, currency)
    context = {
        "show": show,
        "currency": currency,
        "currencies": currencies,
        "kinds": kinds,
        "kind": kind,
        "number": sum(heap.orders for heap in heaps),
        "revenue": _revenue(kinds),
        "waiting": attention.waiting(found[:PAGE], request.user),
        "next": _place(found[PAGE - 1]) if len(found) > PAGE else "",
        "is_first": "after" not in request.GET,
        "may_write": may(request.user, "orders:write"),
    }
    return render(request, "orders/attention.html", context)


@requires("orders:read")
@require_safe
def share(request: HttpRequest) -> HttpResponse:
    """How much of the revenue nobody is credited with. Asked for after the page, and never holding it up."""
    shares, is_rough = attention.lately(request.user)
    context = {"shares": shares, "is_rough": is_rough, "days": attention.PERIOD_DAYS}
    return render(request, "orders/attention_share.html", context)


@requires("orders:write")
@require_http_methods(["GET", "HEAD", "POST"])
def credit(request: HttpRequest) -> HttpResponse:
    """Several orders at once, each to whom was suggested: first the effect, then, confirmed, the act."""
    ids = _ticked(request)
    rows = needing_attention(request.user).filter(attention.UNCREDITED, pk__in=ids)
    orders = list(rows.select_related("customer", "campaign").order_by("-revenue_amount", "-id"))
    found = attention.waiting(orders, request.user)
    ready = [one for one in found if one.suggestion is not None and one.suggestion.is_whole]
    reason = request.POST.get("reason", "")
    error = ""
    if request.POST.get("confirmed"):
        try:
            return _credit(request, ids, ready, reason)
        except IntakeRefused as refused:
            error = str(refused)
    if not ids:
        messages.error(request, "Select some orders first.")
        return redirect("orders:attention")
    context = {
        "ready": ready,
        "left": [one for one in found if one not in ready],
        "sums": _sums(ready),
        "reason": reason,
        "error": error,
    }
    return render(request, "orders/attention_credit.html", context, status=422 if error else 200)


@requires("orders:write")
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """Somebody has looked at these, and nothing is to be done."""
    ids = _ticked(request)
    reason = request.POST.get("reason", "")
    done, words = 0, ""
    for pk in visible_to(request.user).filter(pk__in=ids).values_list("pk", flat=True):
        try:
            intake.dismiss(pk, reason, source=Source.DASHBOARD, actor=actor_for(request.user))
            done += 1
        except IntakeRefused as refused:
            words = str(refused)
    if done:
        messages.success(request, f"{done} order{'' if done == 1 else 's'} looked at and left as they are.")
    if words or not ids:
        messages.error(request, words or "Select some orders first.")
    return redirect("orders:attention")


def _credit(request: HttpRequest, ids: Sequence[int], ready: Sequence[Waiting], reason: str) -> HttpResponse:
    """What was confirmed; what is suggested otherwise by now is left, and said."""
    suggestions = {one.order.pk: one.suggestion for one in ready}
    done, refused = 0, []
    for order in visible_to(request.user).filter(pk__in=ids).order_by("-revenue_amount", "-id"):
        suggestion = suggestions.get(order.pk)
        if order.is_attributed:
            refused.append((order, "Somebody was quicker: it is attributed already."))
        elif suggestion is None or request.POST.get(f"suggestion-{order.pk}") != suggestion.key:
            if f"suggestion-{order.pk}" in request.POST:
                refused.append((order, "Somebody else is suggested by now, or nobody. Look again."))
        elif words := _attribute(request, order, suggestion, reason):
            refused.append((order, words))
        else:
            done += 1
    if done:
        messages.success(request, f"{done} order{'' if done == 1 else 's'} attributed for good.")
    if not refused:
        return redirect("orders:attention")
    return render(request, "orders/attention_done.html", {"done": done, "refused": refused})


def _attribute(request: HttpRequest, order: Order, suggestion: Suggestion, reason: str) -> str:
    """Why it was refused; empty where it is done. A reason that says nothing stops all of it."""
    assert suggestion.advocate_id is not None
    assert suggestion.campaign is not None
    try:
        intake.attribute(
            order.pk,
            advocate_id=suggestion.advocate_id,
            campaign_id=suggestion.campaign.pk,
            reason=reason,
            source=Source.DASHBOARD,
            actor=actor_for(request.user),
        )
    except IntakeRefused as refusal:
        if any(problem.field == "reason" for problem in refusal.problems):
            raise
        return str(refusal)
    return ""


def _page(request: HttpRequest, rows: Any, currency: str) -> list[Order]:
    rows = attention.dearest(rows, currency)
    after = _read_place(request.GET.get("after", ""))
    if after is not None:
        rows = rows.filter(Beyond(("revenue_amount", "id"), after, falls=True))
    return list(rows[: PAGE + 1])


def _place(order: Order) -> str:
    return f"{order.revenue_amount.normalize():f}_{order.pk}"


def _read_place(text: str) -> tuple[Decimal, int] | None:
    amount, _, pk = text[:60].partition("_")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    try:
        read = Decimal(amount)
    except InvalidOperation:
        return None
    return (read, int(pk)) if read.is_finite() and abs(read) < 10**15 else None


def _revenue(heaps: Sequence[Heap]) -> Decimal:
    return sum((heap.revenue for heap in heaps), Decimal(0))


def _sums(ready: Sequence[Waiting]) -> list[tuple[str, int, Decimal]]:
    """Currency, orders and revenue of what would be credited."""
    found: dict[str, tuple[int, Decimal]] = {}
    for one in ready:
        number, revenue = found.get(one.order.currency, (0, Decimal(0)))
        found[one.order.currency] = (number + 1, revenue + one.order.revenue_amount)
    return [(currency, *line) for currency, line in found.items()]


def _ticked(request: HttpRequest) -> list[int]:
    texts = (request.POST if request.method == "POST" else request.GET).getlist("selected")
    return [
        int(text) for text in texts[:MOST_AT_ONCE] if text.isascii() and text.isdigit() and len(text) < 19
    ]
