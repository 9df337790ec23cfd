"""One person's statement, and the closing of periods."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for
from referrals.models import Contact
from rewards import periods
from rewards.models import Period
from rewards.statements import as_csv, statements
from rewards.views.payouts import for_all_campaigns
from rewards.views.rewards import SOURCE


def day_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SpanForm(forms.Form):
    first = forms.DateField(label="From", widget=day_input())
    last = forms.DateField(label="To", widget=day_input())

    def clean(self) -> dict[str, dt.date]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", "It ends before it begins.")
        return cleaned


class CloseForm(forms.Form):
    last_day = forms.DateField(label="Close until the end of", widget=day_input())


@requires("rewards:read")
@require_safe
@for_all_campaigns
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """This year so far, unless the address names other days."""
    contact = get_object_or_404(Contact, pk=pk)
    today = timezone.localdate()
    usual = {"first": today.replace(month=1, day=1), "last": today}
    given = request.GET if "first" in request.GET or "last" in request.GET else None
    form = SpanForm(given, initial=usual)
    first, last = usual["first"], usual["last"]
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    if last.year >= dt.MAXYEAR:
        last = last.replace(year=dt.MAXYEAR - 1)
    found = statements(pk, _begins(first), _begins(last + dt.timedelta(days=1)))
    if request.GET.get("format") == "csv" and may(request.user, "rewards:export"):
        answer = HttpResponse(as_csv(found), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="statement-{pk}-{first}-{last}.csv"'
        return answer
    context = {
        "contact": contact,
        "form": form,
        "first": first,
        "last": last,
        "statements": found,
        "may_export": may(request.user, "rewards:export"),
    }
    return render(request, "rewards/statement.html", context)


@requires("rewards:manage")
@require_http_methods(["GET", "HEAD", "POST"])
@for_all_campaigns
def close(request: HttpRequest) -> HttpResponse:
    last_month = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    form = CloseForm(request.POST if request.method == "POST" else None, initial={"last_day": last_month})
    if request.method == "POST" and form.is_valid():
        try:
            periods.close(form.cleaned_data["last_day"], by=actor_for(request.user), source=SOURCE)
        except periods.CloseRefused as refused:
            form.add_error("last_day", str(refused))
        else:
            messages.success(request, "The period is closed. What comes later falls into the next.")
            return redirect("payouts:periods")
    context = {"form": form, "periods": Period.objects.order_by("-ends_at")[:60]}
    return render(request, "rewards/periods.html", context, status=422 if form.errors else 200)


def _begins(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
