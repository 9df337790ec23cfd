"""Settings › Site script: the tag for the merchant's pages, and its public keys."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from referrals.models import SiteKey
from referrals.site import keys
from referrals.site.forms import SiteKeyForm
from referrals.site.words import in_words

_EVENTS = 20


@requires("settings:read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    context = {
        "keys": keys.listed(),
        "tag": _tag(),
        "may_manage": may(request.user, "settings:manage"),
    }
    return render(request, "site_script/overview.html", context)


@requires("settings:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SiteKey, pk=pk)
    context = {
        "key": key,
        "tag": _tag(key),
        "events": in_words(history("site_key", [pk])[:_EVENTS]),
        "may_manage": may(request.user, "settings:manage"),
    }
    return render(request, "site_script/key.html", context)


@requires("settings:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = SiteKeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = keys.make(given["name"], given["origins"], by=actor_for(request.user))
        messages.success(request, f"The key “{made.name}” is made. Its tag is below.")
        return redirect("site_script:key", made.pk)
    return render(request, "site_script/new.html", {"form": form}, status=422 if form.errors else 200)


@requires("settings:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SiteKey, pk=pk, revoked_at=None)
    form = SiteKeyForm(request.POST or None, initial={"name": key.name, "origins": "\n".join(key.origins)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        keys.change(pk, given["name"], given["origins"], by=actor_for(request.user))
        messages.success(request, "Saved.")
        return redirect("site_script:key", pk)
    context = {"form": form, "key": key}
    return render(request, "site_script/edit.html", context, status=422 if form.errors else 200)


@requires("settings:manage")
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(SiteKey, pk=pk)
    keys.revoke(pk, by=actor_for(request.user))
    messages.success(request, f"The key “{key.name}” is revoked. The script goes on, and tells us nothing.")
    return redirect("site_script:overview")


def _tag(key: SiteKey | None = None) -> str:
    """The line for the merchant's pages."""
    told = f' data-key="{key.key}"' if key else ""
    return f'<script src="{settings.SITE_URL}{reverse("site:script")}"{told} defer></script>'
