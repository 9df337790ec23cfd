"""Approving, denying or flagging many rewards: first the effect, then the act, then what became of each."""

from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.accounts.permissions import requires
from core.events.log import actor_for
from rewards import moves
from rewards.choosing import chosen, ticked
from rewards.forms import ReasonForm
from rewards.jobs import move_chosen
from rewards.models import Reward, Status
from rewards.queries import visible_to
from rewards.views.rewards import SOURCE

# More than this is done by a job, while nobody waits.
MOST_AT_ONCE = 5_000
MOST_SHOWN = 100
ACTS = {
    Status.APPROVED: ("Approve", "go", "They become owed, and the next payout takes them."),
    Status.DENIED: ("Deny", "danger", "Nothing is owed for them. A denial can be taken back."),
    Status.FLAGGED: ("Flag", "go", "They wait until a person approves or denies them."),
    Status.PENDING: ("Reopen", "go", "They wait for approval again, at what their orders are worth now."),
}
_NEEDS_REASON = {Status.DENIED, Status.FLAGGED}


@requires("rewards:write")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    to = request.GET.get("do", "")
    ids = ticked(request.GET)
    if to not in ACTS or not (ids or request.GET.get("all")):
        messages.error(request, "Select some rewards first.")
        return redirect("rewards:list")
    status, query, upto = Status(to), _query(request.GET), _upto(request)
    rows = chosen(query, ids, upto, request.user)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (status not in _NEEDS_REASON or form.is_valid()):
        reason = form.cleaned_data["reason"] if status in _NEEDS_REASON else ""
        return _act(request, rows, status, reason, (query, ids, upto))
    effects, left = moves.effect(rows, status)
    label, look, words = ACTS[status]
    context: dict[str, Any] = {
        "label": label,
        "look": look,
        "words": words,
        "effects": effects,
        "left": left,
        "number": sum(one.rewards for one in effects),
        "form": form if status in _NEEDS_REASON else None,
        "upto": upto,
        "back": f"?{query}" if query else "",
    }
    return render(request, "rewards/review.html", context, status=422 if form.errors else 200)


def _act(
    request: HttpRequest, rows: Any, to: Status, reason: str, told: tuple[str, list[int], int]
) -> HttpResponse:
    query, ids, upto = told
    if not ids and rows.count() > MOST_AT_ONCE:
        assert request.user.pk is not None
        move_chosen.defer(query=query, ids=ids, upto=upto, to=str(to), reason=reason, user_id=request.user.pk)
        messages.success(request, "It is being done in the background. You can go on.")
        return redirect("rewards:list")
    moved = moves.move_all(rows, to, actor=actor_for(request.user), source=SOURCE, reason=reason)
    count = len(moved.done)
    messages.success(request, f"{count:,} reward{'' if count == 1 else 's'} {to.label.lower()}.")
    if not moved.refused:
        return redirect("rewards:list")
    names = dict(
        Reward.objects.filter(pk__in=[pk for pk, _ in moved.refused[:MOST_SHOWN]]).values_list(
            "pk", "order__order_id"
        )
    )
    context = {
        "done": count,
        "refused": [(pk, names.get(pk, ""), words) for pk, words in moved.refused[:MOST_SHOWN]],
        "number": len(moved.refused),
        "label": ACTS[to][0],
    }
    return render(request, "rewards/reviewed.html", context)


def _query(params: QueryDict) -> str:
    """The list's own filters in the address."""
    kept = params.copy()
    for name in ("do", "selected", "all", "format", "bom"):
        kept.pop(name, None)
    return kept.urlencode(safe=",:@")


def _upto(request: HttpRequest) -> int:
    """The newest reward that was there when the effect was shown."""
    given = request.POST.get("upto", "")
    if given.isascii() and given.isdigit() and len(given) < 19:
        return int(given)
    return visible_to(request.user).aggregate(newest=Max("pk"))["newest"] or 0
