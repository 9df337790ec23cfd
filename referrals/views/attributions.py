"""Audience Activity › Referral attributions: one of them, making one, ending it, bringing it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.models import Campaign
from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from referrals import referring, tying, words
from referrals.attributions import queries
from referrals.attributions.tables import source_in_words
from referrals.forms import TieForm
from referrals.models import Contact, ReferralAttribution
from referrals.queries import attributions_visible_to
from referrals.referring import AttributionRefused

SOURCE = "dashboard"
EVENTS = 50
_RELATED = ("advocate", "contact", "campaign")


@requires("attributions:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    tie = _find(request, pk)
    brought = queries.brought(tie)
    others = list(queries.others(tie, request.user))
    rivals = [one for one in others if one.is_active and one.campaign_id == tie.campaign_id]
    context = {
        "tie": tie,
        "source": source_in_words(tie.source),
        "brought": brought,
        "orders": sum(line.orders for line in brought),
        "all_orders": queries.orders_of(tie.contact_id, tie.campaign_id),
        "others": others,
        "rival": rivals[0] if rivals else None,
        "may_write": may(request.user, "attributions:write"),
        "events": words.in_words(history("attribution", [pk])[:EVENTS]),
    }
    return render(request, "attributions/attribution.html", context)


@requires("attributions:write")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """``contact``, ``advocate`` and ``campaign`` in the address are chosen already."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, step = tying.tie(
                given["advocate"],
                given["contact"],
                given["campaign"],
                reason=given["reason"],
                replace=given["replace"],
                at=given["referred_at"],
                by=actor_for(request.user),
                source=SOURCE,
            )
        except AttributionRefused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _done(made, step))
            return redirect("attributions:show", made.pk)
    context = {"form": form, **_ahead(request, form)}
    return render(request, "attributions/new.html", context, status=422 if form.errors else 200)


@requires("attributions:write")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """What making it would change, and what it leaves alone. Writes nothing."""
    form = _form(request)
    form.is_valid()
    if "HX-Request" in request.headers:
        return render(request, "attributions/_ahead.html", {"form": form, **_ahead(request, form)})
    return render(request, "attributions/new.html", {"form": form, **_ahead(request, form)})


@requires("attributions:write")
@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    tie = _find(request, pk)
    try:
        reason = tying.read_reason(request.POST.get("reason", ""))
    except AttributionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        referring.deactivate(pk, reason=reason, by=actor_for(request.user), source=SOURCE)
        messages.success(
            request, f"{tie.advocate} gets no new orders of {tie.contact}’s. Orders that are there stay."
        )
    return redirect("attributions:show", pk)


@requires("attributions:write")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """``replace`` was said on the page where another one was active; else that one stands in the way."""
    tie = _find(request, pk)
    try:
        tying.activate(
            pk,
            reason=request.POST.get("reason", ""),
            replace=request.POST.get("replace") == "on",
            by=actor_for(request.user),
            source=SOURCE,
        )
    except AttributionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"New orders of {tie.contact}’s are {tie.advocate}’s again. Orders that are there stay."
        )
    return redirect("attributions:show", pk)


@requires("attributions:write")
@require_POST
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """``to`` is ``on`` for a flag, anything else takes it away."""
    _find(request, pk)
    flagged = request.POST.get("to") == "on"
    try:
        reason = tying.read_reason(request.POST.get("reason", ""))
    except AttributionRefused as refusal:
        messages.error(request, str(refusal))
    else:
        referring.flag(pk, flagged=flagged, reason=reason, by=actor_for(request.user), source=SOURCE)
        messages.success(request, "Flagged: rewards wait for a look." if flagged else "No longer flagged.")
    return redirect("attributions:show", pk)


def _form(request: HttpRequest) -> TieForm:
    names = ("contact", "advocate", "campaign")
    initial = {name: request.GET[name][:255] for name in names if name in request.GET}
    return TieForm(request.POST or None, who=request.user, initial=initial)


def _ahead(request: HttpRequest, form: TieForm) -> dict[str, Any]:
    """What the page says of the tie before it is made; nothing until all three are chosen."""
    parties = _parties(form)
    if parties is None:
        return {"step": None, "hindrance": ""}
    advocate, contact, campaign = parties
    context: dict[str, Any] = {"advocate": advocate, "contact": contact, "campaign": campaign}
    try:
        step = tying.foresee(advocate, contact, campaign)
    except AttributionRefused as refusal:
        return {**context, "step": None, "hindrance": str(refusal)}
    return {
        **context,
        "step": step,
        "hindrance": "",
        "replaced": step.replaces.advocate if step.replaces else None,
        "all_orders": queries.orders_of(contact.pk, campaign.pk),
    }


def _parties(form: TieForm) -> tuple[Contact, Contact, Campaign] | None:
    given = form.cleaned_data if form.is_bound and hasattr(form, "cleaned_data") else {}
    found = [given.get(name) for name in _RELATED]
    advocate, contact, campaign = found
    whole = isinstance(advocate, Contact) and isinstance(contact, Contact) and isinstance(campaign, Campaign)
    return (advocate, contact, campaign) if whole else None  # type: ignore[return-value]


def _done(made: ReferralAttribution, step: tying.Step) -> str:
    if step.outcome == tying.SAME:
        return f"{made.advocate} was the advocate of {made.contact} in {made.campaign} already."
    return f"New orders of {made.contact}’s in {made.campaign} are {made.advocate}’s from now on."


def _find(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(attributions_visible_to(request.user).select_related(*_RELATED), pk=pk)
