"""Referral codes and coupon codes for programs."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from ninja import Router

from core.api.bodies import Body
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.lists import ApiList, answer_list
from core.api.problems import ApiProblem, respond
from core.api.reading import read_object
from referrals import codes, coupons
from referrals.api import finding, schemas
from referrals.api.listing import CODES, codes_visible_to
from referrals.api.shapes import CODE, COUPON, code_json, coupon_json
from referrals.models import Contact, CouponCode, ReferralCode
from referrals.queries import choosable, coupons_visible_to
from referrals.views.listing import COUPONS

router = Router(tags=["Codes"])

LIST = ApiList(
    listing=CODES,
    item=schemas.CodeOut,
    columns=CODE,
    shape=code_json,
    orderings={"created_at": "added"},
)
COUPON_LIST = ApiList(
    listing=COUPONS,
    item=schemas.CouponOut,
    columns=COUPON,
    shape=coupon_json,
    orderings={"created_at": "added"},
)
_READ = Declared(permission="contacts:read", problems=(404,))
_WRITE = Declared(permission="contacts:write", problems=(404,), parameters=(IDEMPOTENCY,))


@endpoint(
    router,
    "GET",
    "codes",
    answers={200: schemas.CodePage},
    summary="List referral codes",
    declared=Declared(permission="contacts:read", problems=(422,), parameters=LIST.parameters()),
)
def list_codes(request: ApiRequest) -> HttpResponse:
    return answer_list(request, LIST)


@endpoint(
    router,
    "GET",
    "codes/{str:code}",
    answers={200: schemas.CodeOut},
    summary="Look up a referral code",
    declared=_READ,
)
def get_code(request: ApiRequest, code: str) -> HttpResponse:
    """Whose it is, and whether it is in use. Codes are compared without case."""
    return respond(_code_shown(_code(request, code)))


@endpoint(
    router,
    "POST",
    "codes/{str:code}/disable",
    answers={200: schemas.CodeOut},
    summary="Disable a referral code",
    declared=_WRITE,
)
def disable_code(request: ApiRequest, code: str) -> HttpResponse:
    """It counts for no new order. What it brought stays."""
    return _put(
        request, lambda: _code_shown(codes.disable(_code(request, code).pk, **finding.terms(request)))
    )


@endpoint(
    router,
    "POST",
    "codes/{str:code}/enable",
    answers={200: schemas.CodeOut},
    summary="Enable a referral code",
    declared=_WRITE,
)
def enable_code(request: ApiRequest, code: str) -> HttpResponse:
    return _put(request, lambda: _code_shown(codes.enable(_code(request, code).pk, **finding.terms(request))))


@endpoint(
    router,
    "GET",
    "coupons",
    answers={200: schemas.CouponPage},
    summary="List coupon codes",
    declared=Declared(permission="contacts:read", problems=(422,), parameters=COUPON_LIST.parameters()),
)
def list_coupons(request: ApiRequest) -> HttpResponse:
    return answer_list(request, COUPON_LIST)


@endpoint(
    router,
    "POST",
    "coupons",
    answers={201: schemas.CouponOut},
    summary="Add a coupon code",
    declared=Declared(
        permission="contacts:write",
        body=schemas.CouponIn,
        problems=(409, 413, 415, 422),
        parameters=(IDEMPOTENCY,),
    ),
)
def add_coupon(request: ApiRequest) -> HttpResponse:
    """From now on it names the advocate: in one campaign, or in all of theirs."""
    data, raw = read_object(request)
    body = Body(data)
    text = body.text("code", needed="A coupon needs its code.")
    advocate = _advocate(request, body)
    campaign = finding.campaign(request, body, body.text("campaign_uid"))
    body.check()
    assert advocate is not None

    def work() -> HttpResponse:
        try:
            made = coupons.add(text, advocate, campaign, **finding.terms(request))
        except codes.CodeRefused as refusal:
            body.fault("code", str(refusal), "code")
        except coupons.NotAnAdvocate as refusal:
            body.fault("advocate_email", str(refusal), "not_enrolled")
        else:
            return respond(_coupon_shown(made), 201)
        body.check()
        raise AssertionError("the fault ends it")

    return once(request, raw, work)


@endpoint(
    router,
    "GET",
    "coupons/{path:code}",
    answers={200: schemas.CouponOut},
    summary="Look up a coupon code",
    declared=_READ,
)
def get_coupon(request: ApiRequest, code: str) -> HttpResponse:
    return respond(_coupon_shown(_coupon(request, code)))


@endpoint(
    router,
    "POST",
    "coupons/{path:code}/disable",
    answers={200: schemas.CouponOut},
    summary="Disable a coupon code",
    declared=_WRITE,
)
def disable_coupon(request: ApiRequest, code: str) -> HttpResponse:
    """It names nobody from now on. The shop goes on giving its discount."""
    return _put(
        request, lambda: _coupon_shown(coupons.disable(_coupon(request, code).pk, **finding.terms(request)))
    )


@endpoint(
    router,
    "POST",
    "coupons/{path:code}/enable",
    answers={200: schemas.CouponOut},
    summary="Enable a coupon code",
    declared=_WRITE,
)
def enable_coupon(request: ApiRequest, code: str) -> HttpResponse:
    return _put(
        request, lambda: _coupon_shown(coupons.enable(_coupon(request, code).pk, **finding.terms(request)))
    )


def _put(request: ApiRequest, work: Callable[[], dict[str, Any]]) -> HttpResponse:
    return once(request, b"", lambda: respond(work()))


def _code(request: ApiRequest, text: str) -> ReferralCode:
    rows = codes_visible_to(request.caller)
    found = rows.filter(code__iexact=text.strip()).first() if "\0" not in text else None
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no referral code “{text[:60]}”.")
    return found


def _coupon(request: ApiRequest, text: str) -> CouponCode:
    rows = coupons_visible_to(request.caller)
    found = rows.filter(code__iexact=text.strip()).first() if "\0" not in text else None
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no coupon code “{text[:60]}”.")
    return found


def _code_shown(code: ReferralCode) -> dict[str, Any]:
    return code_json(ReferralCode.objects.values_list(*CODE).get(pk=code.pk))


def _coupon_shown(coupon: CouponCode) -> dict[str, Any]:
    return coupon_json(CouponCode.objects.values_list(*COUPON).get(pk=coupon.pk))


def _advocate(request: ApiRequest, body: Body) -> Contact | None:
    email, uid = body.text("advocate_email", longest=254).lower(), body.text("advocate_uid", number=True)
    if not email and not uid:
        body.fault("advocate_email", "Say whom the coupon names: by e-mail or uid.", "required")
        return None
    named = Q(uid=uid) if uid else Q(email=email)
    found = choosable(request.caller, "").filter(named).first()
    if found is None:
        body.fault(
            "advocate_uid" if uid else "advocate_email", "There is no such contact.", "unknown_contact"
        )
    return found
