"""Payouts: their table, a new run with its preview, one run with its files, settling, paying again."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.access import is_limited
from core import money
from core.accounts.permissions import may, requires
from core.events.log import actor_for
from core.listing.declaration import Listing, Tab
from rewards import paying, payout_files
from rewards.choosing import ticked
from rewards.models import Payout, PayoutRun
from rewards.payout_lists import TAGS, PayoutFilters, PayoutTable, chosen, opens, search, visible_to
from rewards.tables import STATUS_TAGS
from rewards.views.rewards import SOURCE

MOST_SHOWN = 200


def totals(rows: QuerySet[Payout], request: HttpRequest) -> dict[str, Any]:
    return {"lines": _sums(rows), "number": rows.count()}


PAYOUTS = Listing(
    name="payouts",
    noun="rewards",
    title="Payouts",
    singular="payout",
    plural="payouts",
    table=PayoutTable,
    filters=PayoutFilters,
    rows=visible_to,
    tie=("created_at", "id"),
    default_sort="-made",
    name_field="contact__label",
    opens=opens,
    tabs=(
        Tab("all", "All", ""),
        *(Tab(value, label, f"status={value}") for value, label in Payout.Status.choices),
    ),
    search=search,
    search_hint="Search by person or note",
    totals=totals,
    totals_template="rewards/payout_totals.html",
    body_template="rewards/payouts_body.html",
    bulk_template="rewards/_payout_bulk.html",
)


def for_all_campaigns(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Payouts add up what all campaigns owe: whoever sees only some of them sees none of that."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_limited(request.user):
            raise PermissionDenied("Payouts are for people who see all campaigns.")
        return view(request, *args, **kwargs)

    return guarded


class RunForm(forms.Form):
    currency = forms.ChoiceField()
    minimum = forms.CharField(
        label="Minimum", required=False, help_text="Who is owed less waits for the next run."
    )

    def __init__(self, *args: Any, currencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(code, code) for code in currencies]  # type: ignore[attr-defined]

    def clean_minimum(self) -> Decimal:
        try:
            amount = money.parse_amount(self.cleaned_data["minimum"] or "0")
        except money.MoneyError as error:
            raise forms.ValidationError(str(error)) from None
        if amount < 0:
            raise forms.ValidationError("Give nothing or more.")
        return amount


@requires("rewards:write")
@require_http_methods(["GET", "HEAD", "POST"])
@for_all_campaigns
def new(request: HttpRequest) -> HttpResponse:
    """First who would get what; the same form, sent, makes it so."""
    currencies = paying.currencies()
    given = request.POST if request.method == "POST" else request.GET
    form = RunForm(given if "currency" in given else None, currencies=currencies)
    people: list[paying.Owed] | None = None
    if form.is_bound and form.is_valid():
        currency, minimum = form.cleaned_data["currency"], form.cleaned_data["minimum"]
        if request.method == "POST":
            try:
                run = paying.start(currency, minimum, by=actor_for(request.user), source=SOURCE)
            except paying.PayoutRefused as refused:
                form.add_error(None, str(refused))
            else:
                messages.success(request, "The payouts are made. Take the file and pay them.")
                return redirect("payouts:run", run.pk)
        people = paying.owed(currency, minimum)
    taken = [one for one in people or () if not one.why_not]
    context = {
        "form": form,
        "currencies": currencies,
        "people": (people or ())[:MOST_SHOWN],
        "is_preview": people is not None,
        "taken": taken,
        "amount": sum((one.amount for one in taken), Decimal(0)),
        "currency": form.cleaned_data.get("currency", "") if form.is_bound and form.is_valid() else "",
    }
    return render(request, "rewards/payout_new.html", context, status=422 if form.errors else 200)


@requires("rewards:read")
@require_safe
@for_all_campaigns
def run(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PayoutRun, pk=pk)
    context = {
        "run": found,
        "lines": [(TAGS[status], number, amount) for status, number, amount in _by_status(found)],
        "files": [(kind, label) for kind, (label, _, _) in payout_files.KINDS.items()],
        "waiting": found.payouts.filter(status=Payout.Status.PROCESSING).count(),
        "without_email": found.payouts.filter(status="processing", contact__email=None).count(),
        "failed": found.payouts.filter(status=Payout.Status.FAILED).select_related("contact")[:MOST_SHOWN],
        "may_write": may(request.user, "rewards:write"),
        "may_export": may(request.user, "rewards:export"),
    }
    return render(request, "rewards/payout_run.html", context)


@requires("rewards:export")
@require_safe
@for_all_campaigns
def take_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    found = get_object_or_404(PayoutRun, pk=pk)
    if kind not in payout_files.KINDS:
        raise Http404
    answer = HttpResponse(payout_files.written(found, kind), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="payout-{found.pk}-{kind}.csv"'
    return answer


@requires("rewards:read")
@require_safe
@for_all_campaigns
def show(request: HttpRequest, pk: int) -> HttpResponse:
    payout = get_object_or_404(visible_to(request.user).select_related("contact", "run"), pk=pk)
    rewards = payout.rewards.select_related("order", "rule").order_by("pk")[:MOST_SHOWN]
    context = {
        "payout": payout,
        "status_tag": TAGS[payout.status],
        "rewards": [(reward, STATUS_TAGS[reward.status]) for reward in rewards],
        "entries": payout.entries.order_by("pk"),
        "may_write": may(request.user, "rewards:write"),
    }
    return render(request, "rewards/payout.html", context)


@requires("rewards:write")
@require_http_methods(["GET", "HEAD", "POST"])
@for_all_campaigns
def settle(request: HttpRequest) -> HttpResponse:
    """Many payouts arrived, or failed: first what that is, then the act."""
    to, ids = request.GET.get("do", ""), ticked(request.GET)
    if to not in {"paid", "failed"} or not (ids or request.GET.get("all")):
        messages.error(request, "Select some payouts first.")
        return redirect("payouts:list")
    rows = chosen(request.GET.urlencode(), ids, request.user).filter(status=Payout.Status.PROCESSING)
    error = ""
    if request.method == "POST":
        act = paying.settle_paid if to == "paid" else paying.settle_failed
        note = request.POST.get("note", "")[: paying.LONGEST_NOTE]
        try:
            count = act(
                list(rows.values_list("pk", flat=True)), note, by=actor_for(request.user), source=SOURCE
            )
        except paying.PayoutRefused as refused:
            error = str(refused)
        else:
            messages.success(request, f"{count:,} payout{'' if count == 1 else 's'} {to}.")
            return redirect("payouts:list")
    context = {"to": to, "lines": _sums(rows), "number": rows.count(), "error": error}
    return render(request, "rewards/payout_settle.html", context, status=422 if error else 200)


@requires("rewards:write")
@require_POST
@for_all_campaigns
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A new run for one person whose payout failed: what they are owed now, whatever the minimum."""
    failed = get_object_or_404(visible_to(request.user), pk=pk, status=Payout.Status.FAILED)
    try:
        made = paying.start(
            failed.currency, Decimal(0), by=actor_for(request.user), source=SOURCE, only=[failed.contact_id]
        )
    except paying.PayoutRefused:
        messages.error(request, "There is nothing to pay: it was paid since, or somebody should look first.")
        return redirect("payouts:show", pk)
    messages.success(request, "A new payout is made.")
    return redirect("payouts:run", made.pk)


def _sums(rows: QuerySet[Payout]) -> list[tuple[str, int, Decimal]]:
    """(currency, how many, how much)."""
    sums = rows.order_by().values_list("currency").annotate(number=Count("pk"), whole=Sum("amount"))
    return list(sums.order_by("-number", "currency"))


def _by_status(of: PayoutRun) -> list[tuple[str, int, Decimal]]:
    sums = of.payouts.order_by().values_list("status").annotate(number=Count("pk"), whole=Sum("amount"))
    return list(sums.order_by("status"))
