"""Referral attributions for programs: recorded before any order, listed, deactivated, activated."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils import timezone
from ninja import Router

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.program import program, zone
from core.api.bodies import Body
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.lists import ApiList, answer_list
from core.api.problems import ApiProblem, respond
from core.api.reading import read_object
from referrals import reasons, referring
from referrals.api import finding, schemas
from referrals.api.shapes import ATTRIBUTION, attribution_json
from referrals.attribution import Claims, Verdict
from referrals.models import ReferralAttribution
from referrals.queries import attributions_visible_to
from referrals.views.listing import ATTRIBUTIONS

router = Router(tags=["Attributions"])

LIST = ApiList(
    listing=ATTRIBUTIONS,
    item=schemas.AttributionOut,
    columns=ATTRIBUTION,
    shape=attribution_json,
    orderings={"referred_at": "referred"},
)
_PERSON = {"email": 254, "uid": 255, "first_name": 120, "last_name": 120}
_NUMBERS = {"uid", "short_code", "coupon_code", "click_id"}
_PUT = Declared(permission="attributions:write", body=schemas.Reasoned, problems=(404, 409, 413, 415, 422),
                parameters=(IDEMPOTENCY,))  # fmt: skip


@endpoint(
    router,
    "POST",
    "referral_attribution/record",
    answers={200: schemas.Referred, 201: schemas.Referred},
    summary="Record who referred a prospect",
    declared=Declared(
        permission="attributions:write",
        body=schemas.ReferralIn,
        problems=(413, 415, 422),
        parameters=(IDEMPOTENCY,),
    ),
)
def record_attribution(request: ApiRequest) -> HttpResponse:
    """Before any order: a later order of this customer in the campaign is the advocate's, without a code.

    The same rule decides as for orders. 200: the prospect was referred before, and the first touch stands.
    422: no claim holds, and nothing was stored.
    """
    data, raw = read_object(request)
    body = Body(data)
    facts = {
        name: body.text(f"customer_{name}", longest=longest, number=name in _NUMBERS)
        for name, longest in _PERSON.items()
    }
    claims = _read_claims(body)
    with timezone.override(zone(program())):
        at = body.moment("referred_at")
    campaign = finding.campaign(request, body, body.text("campaign_uid"))
    if not facts["email"] and not facts["uid"]:
        body.fault("customer_email", "Say who was referred: an e-mail address or a uid.", "required")
    body.check()

    def work() -> HttpResponse:
        visible = set(campaigns_visible_to(request.caller).values_list("pk", flat=True))
        try:
            referral = referring.refer(
                facts,
                claims,
                campaign_id=campaign.pk if campaign else None,
                at=at,
                admits=visible.__contains__,
                **finding.terms(request),
            )
        except ValidationError as error:
            body.refuse(error, {name: f"customer_{name}" for name in _PERSON})
            body.check()
            raise
        verdict = referral.verdict
        if verdict.is_attributed and verdict.campaign_id not in visible:
            body.fault("campaign_uid", "Name one of your campaigns.", "required")
        elif not verdict.is_attributed:
            _say_why_nobody(body, verdict)
        body.check()
        return respond(_referred(referral, body), 201 if verdict.is_new else 200)

    return once(request, raw, work)


@endpoint(
    router,
    "GET",
    "attributions",
    answers={200: schemas.AttributionPage},
    summary="List attributions",
    declared=Declared(permission="attributions:read", problems=(422,), parameters=LIST.parameters()),
)
def list_attributions(request: ApiRequest) -> HttpResponse:
    return answer_list(request, LIST)


@endpoint(
    router,
    "GET",
    "attributions/{int:attribution}",
    answers={200: schemas.AttributionOut},
    summary="Read an attribution",
    declared=Declared(permission="attributions:read", problems=(404,)),
)
def get_attribution(request: ApiRequest, attribution: int) -> HttpResponse:
    return respond(_shown(_find(request, attribution).pk))


@endpoint(
    router,
    "POST",
    "attributions/{int:attribution}/deactivate",
    answers={200: schemas.AttributionOut},
    summary="Deactivate an attribution",
    declared=_PUT,
)
def deactivate_attribution(request: ApiRequest, attribution: int) -> HttpResponse:
    """It brings no new order. The attribution of existing orders is never touched."""
    return _put(request, attribution, referring.deactivate)


@endpoint(
    router,
    "POST",
    "attributions/{int:attribution}/activate",
    answers={200: schemas.AttributionOut},
    summary="Activate an attribution",
    declared=_PUT,
)
def activate_attribution(request: ApiRequest, attribution: int) -> HttpResponse:
    """409 while another advocate's attribution of the same contact and campaign is active."""
    return _put(request, attribution, referring.activate)


def _read_claims(body: Body) -> Claims:
    names = ("short_code", "coupon_code", "advocate_email", "click_id")
    claims = Claims(*(body.text(name, number=name in _NUMBERS) for name in names))
    if not claims and not body.faults:
        words = "Say who referred them: a code, a coupon, the advocate's e-mail or a click."
        body.fault("short_code", words, "required")
    return claims


def _say_why_nobody(body: Body, verdict: Verdict) -> None:
    for look in verdict.looks:
        if look.claim != "first_touch":
            body.fault(look.claim, reasons.sentence(look.reason), look.reason)
    if not body.faults:
        body.fault("", reasons.sentence(verdict.reason), verdict.reason)


def _referred(referral: referring.Referral, body: Body) -> dict[str, Any]:
    verdict = referral.verdict
    assert verdict.attribution_id is not None
    return {
        "outcome": "created" if verdict.is_new else "unchanged",
        "attribution": _shown(verdict.attribution_id),
        "reason": verdict.reason,
        "explanation": reasons.sentence(verdict.reason),
        "is_new_contact": referral.is_new_contact,
        "warnings": body.unknown(schemas.ReferralIn.model_fields),
    }


def _put(request: ApiRequest, number: int, put: Callable[..., ReferralAttribution]) -> HttpResponse:
    data, raw = read_object(request)
    body = Body(data)
    reason = body.text("reason", longest=500)
    body.check()

    def work() -> HttpResponse:
        try:
            changed = put(_find(request, number).pk, reason=reason, **finding.terms(request))
        except referring.AttributionRefused as refusal:
            raise ApiProblem(409, "conflict", str(refusal)) from None
        return respond(_shown(changed.pk))

    return once(request, raw, work)


def _find(request: ApiRequest, number: int) -> ReferralAttribution:
    return finding.by_number(attributions_visible_to(request.caller), number, "attribution")


def _shown(pk: int) -> dict[str, Any]:
    return attribution_json(ReferralAttribution.objects.values_list(*ATTRIBUTION).get(pk=pk))
