"""One reward: what it is for, how it came to its amount, what happened to it; and its panel on the order."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from orders.queries import visible_to as orders_visible_to
from rewards import moves, queries
from rewards.describing import described, happened
from rewards.models import Correction, Reward, Status
from rewards.tables import STATUS_TAGS
from rewards.words import in_words, missed, why

SOURCE = "dashboard"
MOST_EVENTS = 100
_RELATED = (
    *("order", "campaign", "rule", "version", "recipient", "advocate", "customer"),
    *("moved_from__recipient", "moved_to__recipient"),
)


@requires("rewards:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    reward = _reward(request, pk)
    allowed = moves.MOVES[Status(reward.status)] if may(request.user, "rewards:write") else frozenset()
    if reward.reason == "voided" or hasattr(reward, "moved_to"):
        allowed = frozenset()
    may_write = may(request.user, "rewards:write")
    context = {
        "reward": reward,
        "may_correct": may_write and reward.status != Status.DENIED and not hasattr(reward, "moved_to"),
        "corrections": _corrections(reward),
        "may_write": may_write,
        "status_tag": STATUS_TAGS[reward.status],
        "why": why(reward.reason),
        "moves": [str(one) for one in allowed],
        "says": described(reward.version),
        "steps": happened(reward),
        "entries": reward.entries.order_by("pk"),
        "events": in_words(history("reward", [pk])[:MOST_EVENTS]),
        "is_held": reward.due_at is not None and reward.status == Status.PENDING and moves.is_held(reward),
    }
    return render(request, "rewards/reward.html", context)


@requires("rewards:write")
@require_POST
def move(request: HttpRequest, pk: int) -> HttpResponse:
    _reward(request, pk)
    to = request.POST.get("to", "")
    if to not in Status.values:
        messages.error(request, "There is no such status.")
        return redirect("rewards:show", pk)
    try:
        moved = moves.move(
            [pk],
            Status(to),
            actor=actor_for(request.user),
            source=SOURCE,
            reason=request.POST.get("reason", ""),
        )
    except moves.MoveRefused as refused:
        messages.error(request, str(refused))
        return redirect("rewards:show", pk)
    for _, words in moved.refused:
        messages.error(request, words)
    if moved.done:
        messages.success(request, f"The reward is {Status(to).label.lower()}.")
    return redirect("rewards:show", pk)


@requires("rewards:read")
@require_safe
def of_order(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel on the order's page: what it earned, or why nothing."""
    order = get_object_or_404(orders_visible_to(request.user).select_related("campaign"), pk=pk)
    rewards, misses = queries.of_order(order)
    context = {
        "order": order,
        "rewards": [(reward, STATUS_TAGS[reward.status], why(reward.reason)) for reward in rewards],
        "misses": [(miss.rule, missed(miss.reason)) for miss in misses],
        "in_page": "HX-Request" in request.headers,
    }
    return render(request, "rewards/of_order.html", context)


def _corrections(reward: Reward) -> QuerySet[Correction]:
    return Correction.objects.filter(reward=reward).select_related("to", "asked_by").order_by("-pk")


def _reward(request: HttpRequest, pk: int) -> Reward:
    return get_object_or_404(queries.visible_to(request.user).select_related(*_RELATED), pk=pk)
