"""One coupon code: making it, and taking it out of use."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from referrals import coupons, queries, words
from referrals.codes import CodeRefused
from referrals.forms import CouponForm
from referrals.models import CouponCode

SOURCE = "dashboard"
EVENTS = 50


@requires("contacts:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    context = {
        "coupon": _coupon(request, pk),
        "may_write": may(request.user, "contacts:write"),
        "events": words.in_words(history("coupon", [pk])[:EVENTS]),
    }
    return render(request, "coupons/coupon.html", context)


@requires("contacts:write")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """``advocate`` and ``campaign`` in the address are chosen already."""
    initial = {name: request.GET[name][:255] for name in ("advocate", "campaign") if name in request.GET}
    form = CouponForm(request.POST or None, who=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = coupons.add(
                given["code"],
                given["advocate"],
                given["campaign"],
                by=actor_for(request.user),
                source=SOURCE,
            )
        except CodeRefused as refusal:
            form.add_error("code", str(refusal))
        except coupons.NotAnAdvocate as refusal:
            form.add_error("advocate", str(refusal))
        else:
            messages.success(request, f"The coupon code {made.code} names {made.advocate} from now on.")
            return redirect("coupons:show", made.pk)
    return render(request, "coupons/new.html", {"form": form}, status=422 if form.errors else 200)


@requires("contacts:write")
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(
        request, pk, coupons.disable, "The coupon code {} names nobody any more. What it brought stays."
    )


@requires("contacts:write")
@require_POST
def enable(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, coupons.enable, "The coupon code {} is in use again.")


def _set(request: HttpRequest, pk: int, put: Callable[..., CouponCode], done: str) -> HttpResponse:
    coupon = _coupon(request, pk)
    put(pk, by=actor_for(request.user), source=SOURCE)
    messages.success(request, done.format(coupon.code))
    return redirect("coupons:show", pk)


def _coupon(request: HttpRequest, pk: int) -> Any:
    rows = queries.coupons_visible_to(request.user).select_related("advocate", "campaign")
    return get_object_or_404(rows, pk=pk)
