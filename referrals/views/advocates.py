"""One advocate in one campaign: enrolling, their codes, and whether they are active."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from referrals import codes, enrolling, queries, words
from referrals.forms import CodeForm, EnrollForm
from referrals.models import Enrollment, ReferralCode

SOURCE = "dashboard"
EVENTS = 50


@requires("contacts:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _enrollment(request, pk), CodeForm())


@requires("contacts:write")
@require_http_methods(["GET", "HEAD", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    """``contact`` and ``campaign`` in the address are chosen already."""
    initial = {name: request.GET[name][:255] for name in ("contact", "campaign") if name in request.GET}
    form = EnrollForm(request.POST or None, who=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = enrolling.enroll(
                given["contact"],
                given["campaign"],
                code=given["code"],
                by=actor_for(request.user),
                source=SOURCE,
            )
        except enrolling.EnrollmentRefused as refusal:
            form.add_error("contact", str(refusal))
        except codes.CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, f"{made.contact} refers in {made.campaign}.")
            return redirect("advocates:show", made.pk)
    return render(request, "advocates/enroll.html", {"form": form}, status=422 if form.errors else 200)


@requires("contacts:write")
@require_POST
def deactivate(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, enrolling.deactivate, "{} no longer refers in {}. What they brought stays.")


@requires("contacts:write")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    return _set(request, pk, enrolling.activate, "{} refers in {} again.")


@requires("contacts:write")
@require_POST
def add_code(request: HttpRequest, pk: int) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            made = codes.add(enrollment, form.cleaned_data["code"], by=actor_for(request.user), source=SOURCE)
        except codes.CodeRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, f"The code {made.code} is theirs.")
            return redirect("advocates:show", pk)
    return _page(request, enrollment, form)


@requires("contacts:write")
@require_POST
def disable_code(request: HttpRequest, pk: int) -> HttpResponse:
    return _set_code(request, pk, codes.disable, "The code {} counts no longer. What it brought stays.")


@requires("contacts:write")
@require_POST
def enable_code(request: HttpRequest, pk: int) -> HttpResponse:
    return _set_code(request, pk, codes.enable, "The code {} counts again.")


def _page(request: HttpRequest, enrollment: Enrollment, form: CodeForm) -> HttpResponse:
    context = {
        "enrollment": enrollment,
        "codes": enrollment.codes.order_by("id"),
        "form": form,
        "may_write": may(request.user, "contacts:write"),
        "is_out": enrollment.contact.status in queries.OUT,
        "links": request.build_absolute_uri("/r/"),
        "events": words.in_words(history("enrollment", [enrollment.pk])[:EVENTS]),
    }
    return render(request, "advocates/advocate.html", context, status=422 if form.errors else 200)


def _set(request: HttpRequest, pk: int, put: Callable[..., Enrollment], done: str) -> HttpResponse:
    enrollment = _enrollment(request, pk)
    put(pk, by=actor_for(request.user), source=SOURCE)
    messages.success(request, done.format(enrollment.contact, enrollment.campaign))
    return redirect("advocates:show", pk)


def _set_code(request: HttpRequest, pk: int, put: Callable[..., ReferralCode], done: str) -> HttpResponse:
    mine = ReferralCode.objects.filter(enrollment__in=queries.enrollments_visible_to(request.user))
    code = get_object_or_404(mine, pk=pk)
    put(pk, by=actor_for(request.user), source=SOURCE)
    messages.success(request, done.format(code.code))
    return redirect("advocates:show", code.enrollment_id)


def _enrollment(request: HttpRequest, pk: int) -> Any:
    rows = queries.enrollments_visible_to(request.user).select_related("contact", "campaign")
    return get_object_or_404(rows, pk=pk)
