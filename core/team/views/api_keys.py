"""Settings › API keys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.keys import ScopeRefused
from core.accounts.models import User
from core.accounts.permissions import requires
from core.events.log import history
from core.team import api_keys
from core.team.forms import KeyForm
from core.team.words import in_words


@requires("keys:manage")
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    return render(request, "team/keys.html", {"keys": api_keys.listed()})


@requires("keys:manage")
@require_safe
def key(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(api_keys.listed(), pk=pk)
    return render(request, "team/key.html", {"key": found, "events": in_words(history("api_key", [pk])[:20])})


@requires("keys:manage")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def make(request: HttpRequest) -> HttpResponse:
    """The answer shows the key: afterwards only its hash is known."""
    assert isinstance(request.user, User)
    form = KeyForm(request.POST or None, maker=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made, token = api_keys.make(
                given["name"],
                given["scopes"],
                by=request.user,
                expires_at=form.expires_at,
                all_campaigns=given["reach"] == "all",
            )
        except ScopeRefused as refusal:
            form.add_error("scopes", str(refusal))
        else:
            return render(request, "team/key_made.html", {"key": made, "token": token})
    return render(request, "team/key_new.html", {"form": form}, status=422 if form.errors else 200)


@requires("keys:manage")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    found = get_object_or_404(api_keys.listed(), pk=pk)
    api_keys.revoke(found.pk, by=request.user)
    messages.success(request, f"The key “{found.name}” is revoked. Whatever used it is refused from now on.")
    return redirect("team:keys")
