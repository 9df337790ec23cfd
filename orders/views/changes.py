"""What a person may do to a known order: edit it, refund it, void it, attribute it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from campaigns.access import visible_to as campaigns_visible_to
from core import money
from core.accounts.permissions import requires
from core.events.log import actor_for
from core.properties.definitions import definitions
from core.templatetags.ui import exact
from orders import intake
from orders.forms import AttributeForm, EditForm, OrderFormBase, RefundForm, VoidForm
from orders.intake import IntakeRefused, Outcome, Problem
from orders.models import Order, Source
from orders.queries import visible_to
from orders.views.page import about, find
from referrals import people
from referrals.attribution import Verdict

T = TypeVar("T")
DIALOG = "dialog-body"
METHODS = ["GET", "HEAD", "POST"]
TITLES = {"refund": "Refund", "void": "Void this order", "attribute": "Attribute this order"}


@requires("orders:write")
@require_http_methods(METHODS)
@transaction.atomic
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The row is held while it is compared with what the person saw, so nothing is overwritten unseen."""
    found = _held(request, pk)
    if refusal := _if_voided(request, found):
        return refusal
    form = EditForm(
        request.POST if request.method == "POST" else None,
        order=found,
        who=request.user,
        campaigns=list(campaigns_visible_to(request.user)),
        properties=definitions("order"),
    )
    if request.method == "POST" and form.is_valid() and form.is_current():
        if not form.changed:
            return redirect("orders:order", pk)
        done = _try(form, lambda: intake.edit(pk, form.draft(), **_terms(request), who=request.user))
        if done is not None:
            messages.success(request, "Saved." if done.outcome == Outcome.UPDATED else "Nothing was changed.")
            return redirect("orders:order", pk)
    context = {**about(request, found), "form": form, "locked": _locked(found)}
    return render(request, "orders/edit.html", context, status=422 if form.errors else 200)


@requires("orders:write")
@require_http_methods(METHODS)
def refund(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if refusal := _if_voided(request, found):
        return refusal
    form = RefundForm(request.POST if request.method == "POST" else None, order=found, who=request.user)
    if request.method == "POST" and form.is_valid():
        done = _try(form, lambda: intake.refund(pk, form.draft(), **_terms(request)))
        if done is not None:
            taken = done[0]
            words = f"{money.shown(taken.amount, taken.currency)} {taken.currency} taken back."
            messages.success(request, words)
            return _away(request, pk)
    return _ask(request, found, form, "refund")


@requires("orders:write")
@require_http_methods(METHODS)
def void(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    if refusal := _if_voided(request, found):
        return refusal
    form = VoidForm(request.POST if request.method == "POST" else None, who=request.user)
    if request.method == "POST" and form.is_valid() and _try(form, lambda: _void(request, pk, form)):
        messages.success(request, "The order is voided. Its id is free again.")
        return _away(request, pk)
    return _ask(request, found, form, "void")


@requires("orders:write")
@require_http_methods(METHODS)
def attribute(request: HttpRequest, pk: int) -> HttpResponse:
    """Late, once, by a person. An order that has a campaign keeps it."""
    found = find(request, pk)
    if refusal := _if_voided(request, found):
        return refusal
    if found.is_attributed:
        messages.warning(request, f"{found.advocate} is credited with this order already, for good.")
        return _away(request, pk)
    campaigns = [found.campaign] if found.campaign else list(campaigns_visible_to(request.user))
    names = ("advocate", "campaign", "reason", "new")
    start = {name: request.GET[name][:500] for name in names if request.GET.get(name)}
    if found.campaign:
        start["campaign"] = found.campaign.uid
    form = AttributeForm(
        request.POST if request.method == "POST" else None,
        initial=start,
        campaigns=campaigns,
        who=request.user,
    )
    if request.method == "POST" and form.is_valid():
        done = _try(form, lambda: _attribute(request, pk, form))
        if done is not None:
            whom = form.given("advocate") or form.newcomer
            messages.success(request, f"{whom} is credited with {found.order_id} now, for good.")
            return _away(request, pk)
    return _ask(request, found, form, "attribute")


def _void(request: HttpRequest, pk: int, form: VoidForm) -> bool:
    intake.void(pk, form.text("reason"), **_terms(request))
    return True


@transaction.atomic
def _attribute(request: HttpRequest, pk: int, form: AttributeForm) -> Verdict:
    """A newcomer becomes a contact only if they are credited."""
    advocate = form.given("advocate")
    if advocate is None:
        try:
            advocate = people.create(
                {"email": form.newcomer}, by=actor_for(request.user), source=Source.DASHBOARD
            )
        except ValidationError as error:
            raise IntakeRefused(Problem("advocate", " ".join(error.messages))) from None
    return intake.attribute(
        pk,
        advocate_id=advocate.pk,
        campaign_id=form.given("campaign").pk,
        reason=form.text("reason"),
        **_terms(request),
    )


def _terms(request: HttpRequest) -> dict[str, Any]:
    return {"source": Source.DASHBOARD, "actor": actor_for(request.user)}


def _try(form: OrderFormBase, act: Callable[[], T]) -> T | None:
    """What ``act`` returns; None where intake refused, and then the form says why."""
    try:
        return act()
    except IntakeRefused as refused:
        form.refuse(refused.problems)
        return None


def _held(request: HttpRequest, pk: int) -> Order:
    """The order, held against other writers until the end of the transaction, if the person may see it."""
    rows = visible_to(request.user)
    if request.method == "POST":
        get_object_or_404(rows.select_for_update(of=("self",)), pk=pk)
    return find(request, pk)


def _locked(found: Order) -> list[tuple[str, str, str]]:
    """Label, value and reason of what no form changes."""
    from_birth = "From the first record on"
    locked = [
        ("Order id", found.order_id, from_birth),
        ("Currency", found.currency, from_birth),
        ("Source", found.get_source_display(), "How we first learned of it"),
    ]
    if found.is_attributed:
        since = f"Attributed, so permanent since {exact(found.attributed_at or found.created_at)}"
        locked += [
            ("Advocate", str(found.advocate), since),
            ("Customer", str(found.customer), since),
            ("Campaign", str(found.campaign), since),
        ]
    return locked


def _if_voided(request: HttpRequest, found: Order) -> HttpResponse | None:
    if found.voided_at is None:
        return None
    messages.warning(request, "This order was voided; it takes no change.")
    return _away(request, found.pk)


def _away(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the order, or to where one works through many: also from a dialog, which htmx sent."""
    works_through = request.POST.get("back") == "attention"
    address = reverse("orders:attention") if works_through else reverse("orders:order", args=[pk])
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _ask(request: HttpRequest, found: Order, form: OrderFormBase, what: str) -> HttpResponse:
    """The form, in the dialog of the page before, or on a page of its own."""
    in_dialog = request.headers.get("HX-Target") == DIALOG
    template = f"orders/{'_in_dialog' if in_dialog else 'on_page'}.html"
    context = {
        **about(request, found),
        "form": form,
        "title": TITLES[what],
        "body": f"orders/_{what}.html",
        "in_dialog": in_dialog,
        "back": "attention" if "attention" in (request.GET.get("back"), request.POST.get("back")) else "",
    }
    response = render(request, template, context, status=422 if form.errors else 200)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response
