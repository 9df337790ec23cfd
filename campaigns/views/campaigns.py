"""One campaign: its page, its form, and the moves from draft to ended."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import access, changing, queries, words
from campaigns.forms import CampaignForm, NewCampaignForm
from campaigns.models import Campaign
from campaigns.states import TONES, State, state_now
from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from core.frame import panels

SOURCE = "dashboard"
EVENTS = 50


@requires("campaigns:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    state = state_now(campaign)
    context = {
        "campaign": campaign,
        "state": state,
        "tone": TONES[state],
        "moves": _moves(state) if may(request.user, "campaigns:write") else (),
        "may_write": may(request.user, "campaigns:write"),
        "may_enrol": may(request.user, "contacts:write"),
        "numbers": queries.advocates(campaign),
        "panels": panels("campaign", pk, request.user),
        "events": words.in_words(history("campaign", [pk])[:EVENTS]),
    }
    return render(request, "campaigns/campaign.html", context)


@requires("campaigns:write")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """For those who see all campaigns: the limited would not see what they made."""
    if access.is_limited(request.user):
        raise PermissionDenied("New campaigns are made by people who see all of them.")
    form = NewCampaignForm(request.POST or None, program=request.program)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            made = changing.create(form.cleaned_data, by=actor_for(request.user), source=SOURCE)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"“{made.name}” is made, as a draft. Launch it when it is ready.")
            return redirect("campaigns:show", made.pk)
    return render(request, "campaigns/new.html", {"form": form}, status=422 if form.errors else 200)


@requires("campaigns:write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = _campaign(request, pk)
    form = CampaignForm(
        request.POST or None,
        instance=Campaign.objects.get(pk=pk),
        program=request.program,  # type: ignore[attr-defined]
    )
    if request.method == "POST" and form.is_valid():
        try:
            changing.change(pk, form.cleaned_data, by=actor_for(request.user), source=SOURCE)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved.")
            return redirect("campaigns:show", pk)
    context = {"form": form, "campaign": campaign}
    return render(request, "campaigns/edit.html", context, status=422 if form.errors else 200)


@requires("campaigns:write")
@require_POST
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, changing.launch, "“{}” is launched.")


@requires("campaigns:write")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, changing.pause, "“{}” is paused. Who was referred already stays referred.")


@requires("campaigns:write")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, changing.resume, "“{}” goes on.")


@requires("campaigns:write")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    return _move(request, pk, changing.end, "“{}” is over. A later end date would open it again.")


def _move(request: HttpRequest, pk: int, move: Callable[..., Campaign], done: str) -> HttpResponse:
    _campaign(request, pk)
    try:
        moved = move(pk, by=actor_for(request.user), source=SOURCE)
    except changing.StateRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(moved.name))
    return redirect("campaigns:show", pk)


def _moves(state: State) -> tuple[str, ...]:
    """What can be done with a campaign in this state, the likeliest first."""
    return {
        State.DRAFT: ("launch",),
        State.SCHEDULED: (),
        State.ACTIVE: ("pause", "end"),
        State.PAUSED: ("resume", "end"),
        State.ENDED: (),
    }[state]


def _campaign(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(access.visible_to(request.user), pk=pk)
