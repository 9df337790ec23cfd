"""Campaigns for programs: which there are, and in what state."""

import datetime as dt
from typing import Any, Literal

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from campaigns.access import visible_to
from campaigns.states import STATE_NOW
from campaigns.views.listing import CAMPAIGNS
from core.api.answers import moment
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.lists import ApiList, Row, answer_list
from core.api.problems import ApiProblem, respond
from core.api.schemas import Cursor

router = Router(tags=["Campaigns"])

_COLUMNS = (
    *("uid", "name", "description", "state_now", "landing_page", "currency", "starts_at", "ends_at"),
    *("window_days", "touch", "self_referral", "same_company", "disposable_email", "ip_burst"),
    "created_at",
)
FraudRule = Literal["block", "flag", "allow"]


class CampaignOut(Schema):
    uid: str
    name: str
    description: str
    state: Literal["draft", "scheduled", "active", "paused", "ended"]
    landing_page: str
    currency: str = Field(..., description="For orders that name none; empty: the program's.")
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    window_days: int
    touch: Literal["first", "last"]
    self_referral: FraudRule
    same_company: FraudRule
    disposable_email: FraudRule
    ip_burst: FraudRule
    created_at: dt.datetime


class CampaignPage(Schema):
    data: list[CampaignOut]
    next_cursor: Cursor


def campaign_json(row: Row) -> dict[str, Any]:
    (
        uid, name, description, state, landing_page, currency, starts_at, ends_at,
        window_days, touch, self_referral, same_company, disposable_email, ip_burst, created_at,
    ) = row[: len(_COLUMNS)]  # fmt: skip
    return {
        "uid": uid,
        "name": name,
        "description": description,
        "state": state,
        "landing_page": landing_page,
        "currency": currency,
        "starts_at": moment(starts_at),
        "ends_at": moment(ends_at),
        "window_days": window_days,
        "touch": touch,
        "self_referral": self_referral,
        "same_company": same_company,
        "disposable_email": disposable_email,
        "ip_burst": ip_burst,
        "created_at": moment(created_at),
    }


LIST = ApiList(
    listing=CAMPAIGNS,
    item=CampaignOut,
    columns=_COLUMNS,
    shape=campaign_json,
    orderings={"starts_at": "starts", "ends_at": "ends"},
    computed={"state_now": STATE_NOW},
)


@endpoint(
    router,
    "GET",
    "campaigns",
    answers={200: CampaignPage},
    summary="List campaigns",
    declared=Declared(permission="campaigns:read", problems=(422,), parameters=LIST.parameters()),
)
def list_campaigns(request: ApiRequest) -> HttpResponse:
    return answer_list(request, LIST)


@endpoint(
    router,
    "GET",
    "campaigns/{str:uid}",
    answers={200: CampaignOut},
    summary="Read a campaign",
    declared=Declared(permission="campaigns:read", problems=(404,)),
)
def get_campaign(request: ApiRequest, uid: str) -> HttpResponse:
    """By its `uid`, compared without case."""
    row = None
    if "\0" not in uid:
        rows = visible_to(request.caller).filter(uid__iexact=uid).annotate(state_now=STATE_NOW)
        row = rows.values_list(*_COLUMNS).first()
    if row is None:
        raise ApiProblem(404, "not-found", f"There is no campaign “{uid[:60]}”.")
    return respond(campaign_json(row))
