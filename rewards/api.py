"""Rewards for programs: read one, list them by the filters of the table."""

import datetime as dt
from typing import Any

from django.http import HttpResponse
from ninja import Router, Schema

from core import money
from core.api.answers import moment
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.lists import ApiList, answer_list
from core.api.problems import ApiProblem, respond
from core.api.schemas import Cursor
from rewards.queries import visible_to
from rewards.views.listing import REWARDS

router = Router(tags=["Rewards"])
_PARTY = ("id", "email", "uid", "first_name", "last_name")
COLUMNS = (
    *("id", "order__order_id", "campaign__uid", "rule__name", "version__number", "rule__recipient"),
    *("amount", "corrected", "currency", "status", "reason", "due_at", "created_at", "approved_at"),
    *("payout_id", "moved_from_id"),
    *(f"recipient__{name}" for name in _PARTY),
)


class RecipientOut(Schema):
    id: int
    email: str | None
    uid: str | None
    first_name: str
    last_name: str


class RewardOut(Schema):
    """What is owed for an order. ``corrected`` is what was added since it was paid, or taken back."""

    id: int
    order_id: str
    campaign_uid: str
    rule: str
    version: int
    side: str
    recipient: RecipientOut
    amount: str
    corrected: str
    currency: str
    status: str
    reason: str
    due_at: dt.datetime | None
    created_at: dt.datetime
    approved_at: dt.datetime | None
    payout: int | None
    moved_from: int | None


class RewardPage(Schema):
    data: list[RewardOut]
    next_cursor: Cursor


def reward_json(row: tuple[Any, ...]) -> dict[str, Any]:
    """One reward, from a row of ``COLUMNS``."""
    (
        pk, order_id, campaign_uid, rule, version, side, amount, corrected, currency, status, reason,
        due_at, created_at, approved_at, payout, moved_from, *recipient,
    ) = row  # fmt: skip
    return {
        "id": pk,
        "order_id": order_id,
        "campaign_uid": campaign_uid,
        "rule": rule,
        "version": version,
        "side": side,
        "recipient": dict(zip(_PARTY, recipient, strict=True)),
        "amount": money.plain(amount, currency),
        "corrected": money.plain(corrected, currency),
        "currency": currency,
        "status": status,
        "reason": reason,
        "due_at": moment(due_at),
        "created_at": moment(created_at),
        "approved_at": moment(approved_at),
        "payout": payout,
        "moved_from": moved_from,
    }


LIST = ApiList(
    listing=REWARDS,
    item=RewardOut,
    columns=COLUMNS,
    shape=reward_json,
    orderings={"created_at": "earned"},
)


@endpoint(
    router,
    "GET",
    "rewards",
    answers={200: RewardPage},
    summary="List rewards",
    declared=Declared(permission="rewards:read", problems=(422,), parameters=LIST.parameters()),
)
def list_rewards(request: ApiRequest) -> HttpResponse:
    return answer_list(request, LIST)


@endpoint(
    router,
    "GET",
    "rewards/{int:reward}",
    answers={200: RewardOut},
    summary="Read a reward",
    declared=Declared(permission="rewards:read", problems=(404,)),
)
def get_reward(request: ApiRequest, reward: int) -> HttpResponse:
    row = visible_to(request.caller).filter(pk=reward).values_list(*COLUMNS).first()
    if row is None:
        raise ApiProblem(404, "not-found", "There is no such reward.")
    return respond(reward_json(row))
