"""One contact: the page, the form, and their status."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for
from referrals import enrolling, erasing, people, queries, words
from referrals.forms import ContactForm, NewContactForm
from referrals.models import Contact
from referrals.tables import STATUS_TONES

SOURCE = "dashboard"
EVENTS = 50
ATTRIBUTIONS = 5


@requires("contacts:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    enrollments = list(queries.enrollments_of(contact, request.user))
    coupons = list(
        queries.coupons_visible_to(request.user).filter(advocate=contact).select_related("campaign")
    )
    may_write = may(request.user, "contacts:write") and contact.erased_at is None
    campaigns = {one.pk: one.campaign.name for one in enrollments}
    events = queries.history_of(contact, list(campaigns), [one.pk for one in coupons])
    context = {
        "contact": contact,
        "tone": STATUS_TONES[Contact.Status(contact.status)],
        "enrollments": enrollments,
        "coupons": coupons,
        "referred_by": queries.referrals_of(contact, request.user)[:ATTRIBUTIONS],
        "referred": queries.attributions_visible_to(request.user)
        .filter(advocate=contact, is_active=True)
        .count(),
        "may_write": may_write,
        "may_change": may_write and queries.may_change(contact, request.user),
        "may_erase": may(request.user, "contacts:manage")
        and may_write
        and contact.merged_into_id is None
        and queries.may_change(contact, request.user),
        "is_out": contact.status in queries.OUT,
        "links": request.build_absolute_uri("/r/"),
        "events": words.in_words(events[:EVENTS], campaigns),
    }
    return render(request, "contacts/contact.html", context)


@requires("contacts:write")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    form = NewContactForm(request.POST or None, who=request.user)
    if request.method == "POST" and form.is_valid():
        actor = actor_for(request.user)
        try:
            with transaction.atomic():
                made = people.create(form.cleaned_data, by=actor, source=SOURCE)
                if form.cleaned_data["campaign"]:
                    enrolling.enroll(made, form.cleaned_data["campaign"], by=actor, source=SOURCE)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{made} is added.")
            return redirect("contacts:show", made.pk)
    return render(request, "contacts/new.html", {"form": form}, status=422 if form.errors else 200)


@requires("contacts:write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _changeable(request, pk)
    form = ContactForm(request.POST or None, instance=Contact.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            people.change(pk, form.cleaned_data, by=actor_for(request.user), source=SOURCE)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Saved.")
            return redirect("contacts:show", pk)
    context = {"form": form, "contact": contact}
    return render(request, "contacts/edit.html", context, status=422 if form.errors else 200)


@requires("contacts:write")
@require_POST
def unsubscribe(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, people.unsubscribe, "{} is unsubscribed. Orders they brought stay theirs.")


@requires("contacts:write")
@require_POST
def ban(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, people.ban, "{} is banned. Orders they brought stay theirs.")


@requires("contacts:write")
@require_POST
def readmit(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, people.readmit, "{} is back. Their attributions stay deactivated.")


@requires("contacts:manage")
@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """For good, so it is said twice: by the button and by a tick."""
    _changeable(request, pk)
    if request.POST.get("sure") != "on":
        messages.error(request, "Tick that you are sure: an erasure cannot be taken back.")
        return redirect("contacts:show", pk)
    try:
        erasing.erase(pk, by=actor_for(request.user), source=SOURCE)
    except erasing.ErasureRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "The person is erased. Their orders and referrals stay as facts.")
    return redirect("contacts:show", pk)


def _set(request: HttpRequest, pk: int, put: Callable[..., Contact], done: str) -> HttpResponse:
    _changeable(request, pk)
    reason = request.POST.get("reason", "")
    try:
        changed = put(pk, reason=reason, by=actor_for(request.user), source=SOURCE)
    except people.StatusRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(changed))
    return redirect("contacts:show", pk)


def _changeable(request: HttpRequest, pk: int) -> Any:
    contact = _contact(request, pk)
    if not queries.may_change(contact, request.user):
        raise PermissionDenied("This contact takes part in campaigns that you do not see.")
    return contact


def _contact(request: HttpRequest, pk: int) -> Any:
    return get_object_or_404(queries.contacts_visible_to(request.user), pk=pk)
