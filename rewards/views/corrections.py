"""Moving a reward to whom it belongs, the second look at it, and how this program deals with that."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.models import User
from core.accounts.permissions import requires
from core.events.log import Entry, actor_for, write
from referrals.models import Contact
from rewards import correcting
from rewards.models import Correction, Policy
from rewards.queries import visible_to
from rewards.views.rewards import SOURCE


class PolicyForm(forms.ModelForm):
    class Meta:
        model = Policy
        fields = ["corrections_need_two"]


@requires("rewards:write")
@require_POST
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(visible_to(request.user), pk=pk)
    text = request.POST.get("to", "").replace("\0", "").strip().lower()
    to = Contact.objects.filter(email=text).first() if text else None
    assert isinstance(request.user, User)
    if to is None:
        messages.error(request, "Nobody here has this e-mail address.")
        return redirect("rewards:show", pk)
    try:
        asked = correcting.ask(pk, to, request.POST.get("reason", ""), by=request.user, source=SOURCE)
    except correcting.CorrectionRefused as refused:
        messages.error(request, str(refused))
    else:
        done = asked.status == Correction.Status.DONE
        words = f"The reward is {to}’s now." if done else "A second person has to confirm it."
        messages.success(request, words)
    return redirect("rewards:show", pk)


@requires("rewards:write")
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, correcting.confirm, "The reward is moved.")


@requires("rewards:write")
@require_POST
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    return _decide(request, pk, correcting.refuse, "The reward stays where it is.")


@requires("rewards:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    kept = Policy.objects.filter(pk=1).first() or Policy(pk=1)
    before = kept.corrections_need_two
    form = PolicyForm(request.POST if request.method == "POST" else None, instance=kept)
    if request.method == "POST" and form.is_valid():
        form.save()
        changed = {"corrections_need_two": [before, kept.corrections_need_two]}
        entry = Entry("policy_changed", "policy", 1, {"changed": changed})
        write([entry], actor=actor_for(request.user), source=SOURCE)
        messages.success(request, "Saved.")
        return redirect("rewards:policy")
    return render(request, "rewards/policy.html", {"form": form})


def _decide(request: HttpRequest, pk: int, act: Callable[..., Any], done: str) -> HttpResponse:
    asked = get_object_or_404(Correction, pk=pk, reward__in=visible_to(request.user))
    try:
        act(pk, by=request.user, source=SOURCE)
    except correcting.CorrectionRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("rewards:show", asked.reward_id)
