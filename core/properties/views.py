"""Settings › Order custom properties."""

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.models import User
from core.accounts.permissions import may, requires
from core.properties import changes, indexes, nouns
from core.properties.forms import PropertyForm, TermsForm
from core.properties.models import PropertyDefinition

NOUN = "order"


@requires("settings:read")
@require_safe
def order_properties(request: HttpRequest) -> HttpResponse:
    definitions = list(PropertyDefinition.objects.filter(noun=NOUN))
    context = {
        "in_use": [definition for definition in definitions if definition.archived_at is None],
        "archived": [definition for definition in definitions if definition.archived_at is not None],
        "ready": indexes.ready(definition for definition in definitions if definition.filterable),
        "may_manage": may(request.user, "settings:manage"),
    }
    return render(request, "properties/list.html", context)


@requires("settings:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = PropertyForm(request.POST or None, noun=nouns.noun(NOUN))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = changes.add(NOUN, given["name"], given["type"], form.terms, by=_me(request))
        except IntegrityError:
            form.name_is_taken()
        else:
            messages.success(request, f"“{made.name}” is added. New orders can carry it from now on.")
            return redirect("properties:list")
    return render(request, "properties/add.html", {"form": form}, status=422 if form.errors else 200)


@requires("settings:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    definition = get_object_or_404(PropertyDefinition, pk=pk, noun=NOUN)
    form = TermsForm(request.POST or None, instance=definition)
    if request.method == "POST" and form.is_valid():
        changes.change(pk, form.terms, by=_me(request))
        messages.success(request, f"“{definition.name}” is saved.")
        return redirect("properties:list")
    context = {"form": form, "definition": definition}
    return render(request, "properties/edit.html", context, status=422 if form.errors else 200)


@requires("settings:manage")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    definition = changes.archive(_pk(pk), by=_me(request))
    messages.success(request, f"“{definition.name}” is archived. Its values are kept.")
    return redirect("properties:list")


@requires("settings:manage")
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    definition = changes.restore(_pk(pk), by=_me(request))
    messages.success(request, f"“{definition.name}” is in use again.")
    return redirect("properties:list")


def _pk(pk: int) -> int:
    return int(get_object_or_404(PropertyDefinition, pk=pk, noun=NOUN).pk)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
