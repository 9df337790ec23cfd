"""Advocates for programs: who refers in which campaign, and with which codes."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from ninja import Router

from core.api.bodies import Body
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.lists import ApiList, answer_list
from core.api.problems import respond
from core.api.reading import read_object
from referrals import codes, enrolling, people
from referrals.api import finding, schemas
from referrals.api.contacts import read_facts
from referrals.api.shapes import COMPUTED, ENROLLMENT, enrollment_json
from referrals.models import Contact, Enrollment
from referrals.queries import enrollments_visible_to
from referrals.views.listing import ADVOCATES

router = Router(tags=["Advocates"])

LIST = ApiList(
    listing=ADVOCATES,
    item=schemas.EnrollmentOut,
    columns=ENROLLMENT,
    shape=enrollment_json,
    orderings={"enrolled_at": "enrolled"},
    computed=COMPUTED,
)
_PROBLEMS = (404, 409, 413, 415, 422)


@endpoint(
    router,
    "GET",
    "enrollments",
    answers={200: schemas.EnrollmentPage},
    summary="List advocates",
    declared=Declared(permission="contacts:read", problems=(422,), parameters=LIST.parameters()),
)
def list_enrollments(request: ApiRequest) -> HttpResponse:
    """One row for each contact and campaign."""
    return answer_list(request, LIST)


@endpoint(
    router,
    "POST",
    "enrollments",
    answers={200: schemas.EnrollmentOut, 201: schemas.EnrollmentOut},
    summary="Enrol an advocate",
    declared=Declared(
        permission="contacts:write",
        body=schemas.EnrollmentIn,
        problems=(409, 413, 415, 422),
        parameters=(IDEMPOTENCY,),
    ),
)
def enroll(request: ApiRequest) -> HttpResponse:
    """Makes the contact where nobody knows it. Enrolling twice is one enrolment, left as it is (200)."""
    data, raw = read_object(request)
    body = Body(data)
    facts = read_facts(body)
    uid = body.text("campaign_uid", needed="Name the campaign.")
    code = body.text("code", longest=32)
    if not facts.get("email") and not facts.get("uid"):
        body.fault("email", "Say who shall refer: an e-mail address or a uid.", "required")
    campaign = finding.campaign(request, body, uid)
    body.check()
    assert campaign is not None

    def work() -> HttpResponse:
        with transaction.atomic():
            contact = _contact(facts, body, request)
            was_there = Enrollment.objects.filter(contact=contact, campaign=campaign).exists()
            try:
                made = enrolling.enroll(contact, campaign, code=code, **finding.terms(request))
            except (enrolling.EnrollmentRefused, codes.CodeRefused) as refusal:
                name = "code" if isinstance(refusal, codes.CodeRefused) else "email"
                body.fault(name, str(refusal), "code" if name == "code" else "not_now")
                body.check()
                raise
        return respond(shown(made), 200 if was_there else 201)

    return once(request, raw, work)


@endpoint(
    router,
    "GET",
    "enrollments/{int:enrollment}",
    answers={200: schemas.EnrollmentOut},
    summary="Read an enrolment",
    declared=Declared(permission="contacts:read", problems=(404,)),
)
def get_enrollment(request: ApiRequest, enrollment: int) -> HttpResponse:
    return respond(shown(_find(request, enrollment)))


@endpoint(
    router,
    "POST",
    "enrollments/{int:enrollment}/deactivate",
    answers={200: schemas.EnrollmentOut},
    summary="Deactivate an enrolment",
    declared=Declared(permission="contacts:write", problems=(404,), parameters=(IDEMPOTENCY,)),
)
def deactivate_enrollment(request: ApiRequest, enrollment: int) -> HttpResponse:
    """Their codes in this campaign count for no new order. What they brought stays."""
    return _put(request, enrollment, enrolling.deactivate)


@endpoint(
    router,
    "POST",
    "enrollments/{int:enrollment}/activate",
    answers={200: schemas.EnrollmentOut},
    summary="Activate an enrolment",
    declared=Declared(permission="contacts:write", problems=(404,), parameters=(IDEMPOTENCY,)),
)
def activate_enrollment(request: ApiRequest, enrollment: int) -> HttpResponse:
    return _put(request, enrollment, enrolling.activate)


@endpoint(
    router,
    "POST",
    "enrollments/{int:enrollment}/codes",
    answers={201: schemas.EnrollmentOut},
    summary="Add a referral code",
    declared=Declared(
        permission="contacts:write", body=schemas.CodeIn, problems=_PROBLEMS, parameters=(IDEMPOTENCY,)
    ),
)
def add_code(request: ApiRequest, enrollment: int) -> HttpResponse:
    data, raw = read_object(request)
    body = Body(data)
    code = body.text("code", longest=32)
    body.check()

    def work() -> HttpResponse:
        found = _find(request, enrollment)
        try:
            codes.add(found, code, **finding.terms(request))
        except codes.CodeRefused as refusal:
            body.fault("code", str(refusal), "code")
            body.check()
        return respond(shown(found), 201)

    return once(request, raw, work)


def shown(enrollment: Enrollment) -> dict[str, Any]:
    rows = Enrollment.objects.filter(pk=enrollment.pk).annotate(**COMPUTED)
    return enrollment_json(rows.values_list(*ENROLLMENT).get())


def _find(request: ApiRequest, number: int) -> Enrollment:
    return finding.by_number(enrollments_visible_to(request.caller), number, "enrolment")


def _put(request: ApiRequest, number: int, put: Callable[..., Enrollment]) -> HttpResponse:
    def work() -> HttpResponse:
        return respond(shown(put(_find(request, number).pk, **finding.terms(request))))

    return once(request, b"", work)


def _contact(facts: dict[str, Any], body: Body, request: ApiRequest) -> Contact:
    """The contact by uid, else by e-mail; made where there is none."""
    tidied = people.tidied(facts)
    found = _named(tidied)
    if found is not None:
        return found
    try:
        return people.create(facts, **finding.terms(request))
    except ValidationError as error:
        # Somebody else may have made it in the meantime.
        found = _named(tidied)
        if found is not None:
            return found
        body.refuse(error)
        body.check()
        raise


def _named(tidied: dict[str, Any]) -> Contact | None:
    for name in ("uid", "email"):
        found = Contact.objects.filter(**{name: tidied[name]}).first() if tidied.get(name) else None
        if found is not None:
            return found
    return None
