"""What a draft, or the version in force, would have cost in a past period."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.accounts.permissions import requires
from rewards.describing import described
from rewards.queries import rules_visible_to
from rewards.simulating import orders_between, simulate
from rewards.views.statements import SpanForm

# What a page may wait for; more is for a shorter period.
MOST_ORDERS = 200_000


@requires("rewards:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(rules_visible_to(request.user).select_related("campaign"), pk=pk)
    version = rule.versions.order_by("-number").first()
    today = timezone.localdate()
    usual = {"first": today - dt.timedelta(days=90), "last": today}
    form = SpanForm(request.GET if "first" in request.GET else None, initial=usual)
    days = form.cleaned_data if form.is_bound and form.is_valid() else usual
    begins = timezone.make_aware(dt.datetime.combine(days["first"], dt.time()))
    ends = timezone.make_aware(dt.datetime.combine(days["last"], dt.time.max))
    number = orders_between(version, begins, ends) if version else 0
    too_many = number > MOST_ORDERS
    context = {
        "rule": rule,
        "version": version,
        "says": described(version) if version else [],
        "form": form,
        "number": number,
        "too_many": too_many,
        "lines": simulate(version, begins, ends) if version and not too_many else [],
    }
    return render(request, "rewards/simulation.html", context)
