"""Settings › Team: who is on it, and what an owner does with a seat."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.models import User
from core.accounts.permissions import requires, signed_in
from core.events.log import history
from core.mail import sending
from core.team import invitations, people
from core.team.forms import MemberForm, ProfileForm
from core.team.words import in_words


@requires("team:manage")
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    context = {
        "members": people.members_visible_to(_me(request)),
        "invitations": invitations.open_invitations(),
        "mail_is_configured": sending.is_configured(),
    }
    return render(request, "team/members.html", context)


@requires("team:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, pk: int) -> HttpResponse:
    found = _member(request, pk)
    form = MemberForm(request.POST or None, initial={"name": found.name, "role": found.role})
    if request.method == "POST" and form.is_valid():
        try:
            people.change(pk, people.Change(**form.cleaned_data), by=_me(request))
        except people.LastOwner as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("team:member", pk)
    return render(
        request, "team/member.html", _about(request, found, form), status=422 if form.errors else 200
    )


@requires("team:manage")
@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, people.deactivate, "{} can no longer sign in.")


@requires("team:manage")
@require_POST
def reactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, people.reactivate, "{} can sign in again.")


@requires("team:manage")
@require_POST
def forget_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, people.forget_second_factor, "{} signs in with the password alone now.")


@requires("team:manage")
@require_POST
@never_cache
def reset_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the link in the answer itself: it is kept nowhere."""
    found = _member(request, pk)
    form = MemberForm(initial={"name": found.name, "role": found.role})
    context = _about(request, found, form)
    if found.is_active:
        context["reset_link"] = people.reset_link(found, by=_me(request))
    return render(request, "team/member.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name, and the way to password and two-step sign-in."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=_me(request).pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("team:profile")
    me = people.members_visible_to(_me(request)).get(pk=_me(request).pk)
    return render(request, "team/profile.html", {"form": form, "me": me}, status=422 if form.errors else 200)


def _act(request: HttpRequest, pk: int, act: Callable[..., User], done: str) -> HttpResponse:
    _member(request, pk)
    try:
        changed = act(pk, by=_me(request))
    except people.LastOwner as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(changed))
    return redirect("team:member", pk)


def _about(request: HttpRequest, found: User, form: MemberForm) -> dict[str, Any]:
    return {
        "member": found,
        "form": form,
        "is_me": found.pk == request.user.pk,
        "keys": people.usable_keys(found),
        "events": in_words(history("user", [found.pk])[:20]),
    }


def _member(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(people.members_visible_to(_me(request)), pk=pk)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
