"""Contacts for programs: listed, read, made, changed, taken out and in again."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from ninja import Router

from campaigns.access import is_limited
from core.api.bodies import Body
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, endpoint
from core.api.idempotency import IDEMPOTENCY, once
from core.api.lists import ApiList, answer_list
from core.api.problems import ApiProblem, respond
from core.api.reading import read_object
from referrals import people
from referrals.api import schemas
from referrals.api.finding import contact as find
from referrals.api.finding import terms
from referrals.api.shapes import CONTACT, contact_json
from referrals.models import Contact
from referrals.queries import may_change
from referrals.views.listing import CONTACTS

router = Router(tags=["Contacts"])

LIST = ApiList(
    listing=CONTACTS,
    item=schemas.ContactOut,
    columns=CONTACT,
    shape=contact_json,
    orderings={"created_at": "added"},
)
_LONGEST = {"email": 254, "uid": 255, "first_name": 120, "last_name": 120}
_PROBLEMS = (403, 404, 409, 413, 415, 422)


@endpoint(
    router,
    "GET",
    "contacts",
    answers={200: schemas.ContactPage},
    summary="List contacts",
    declared=Declared(permission="contacts:read", problems=(422,), parameters=LIST.parameters()),
)
def list_contacts(request: ApiRequest) -> HttpResponse:
    return answer_list(request, LIST)


@endpoint(
    router,
    "POST",
    "contacts",
    answers={201: schemas.ContactOut},
    summary="Make a contact",
    declared=Declared(
        permission="contacts:write",
        body=schemas.ContactIn,
        problems=(403, 409, 413, 415, 422),
        parameters=(IDEMPOTENCY,),
    ),
)
def create_contact(request: ApiRequest) -> HttpResponse:
    """Orders make their customers themselves; this is for people who have not bought yet."""
    data, raw = read_object(request)
    if is_limited(request.caller):
        raise ApiProblem(
            403, "forbidden", "A key that is limited to campaigns makes contacts by orders only."
        )
    body = Body(data)
    facts = read_facts(body)
    body.check()

    def work() -> HttpResponse:
        try:
            made = people.create(facts, **terms(request))
        except ValidationError as error:
            body.refuse(error)
            body.check()
            raise
        return respond(shown(made), 201)

    return once(request, raw, work)


@endpoint(
    router,
    "GET",
    "contacts/{path:contact}",
    answers={200: schemas.ContactOut},
    summary="Read a contact",
    declared=Declared(permission="contacts:read", problems=(404,)),
)
def get_contact(request: ApiRequest, contact: str) -> HttpResponse:
    """By our `id`, by e-mail or by uid."""
    return respond(shown(find(request, contact)))


@endpoint(
    router,
    "PATCH",
    "contacts/{path:contact}",
    answers={200: schemas.ContactOut},
    summary="Change a contact",
    declared=Declared(
        permission="contacts:write", body=schemas.ContactIn, problems=_PROBLEMS, parameters=(IDEMPOTENCY,)
    ),
)
def change_contact(request: ApiRequest, contact: str) -> HttpResponse:
    """What is left out stays."""
    data, raw = read_object(request)
    body = Body(data)
    facts = read_facts(body)
    body.check()

    def work() -> HttpResponse:
        found = _changeable(request, contact)
        try:
            changed = people.change(found.pk, facts, **terms(request))
        except ValidationError as error:
            body.refuse(error)
            body.check()
            raise
        return respond(shown(changed))

    return once(request, raw, work)


def read_facts(body: Body) -> dict[str, object]:
    """What the body says of a person; members that it does not have are left alone."""
    facts: dict[str, object] = {
        name: body.text(name, longest=longest, number=name == "uid")
        for name, longest in _LONGEST.items()
        if name in body.data
    }
    flagged = body.flag("flagged")
    return facts if flagged is None else {**facts, "flagged": flagged}


def shown(contact: Contact) -> dict[str, object]:
    return contact_json(Contact.objects.values_list(*CONTACT).get(pk=contact.pk))


def _changeable(request: ApiRequest, named: str) -> Contact:
    found = find(request, named)
    if not may_change(found, request.caller):
        words = "This contact takes part in campaigns that the key does not see, too."
        raise ApiProblem(403, "forbidden", words)
    return found


def _status(verb: str, summary: str, words: str, put: Callable[..., Contact]) -> None:
    """An endpoint that sets a contact's status."""

    def set_status(request: ApiRequest, contact: str) -> HttpResponse:
        data, raw = read_object(request)
        body = Body(data)
        reason = body.text("reason", longest=500)
        body.check()

        def work() -> HttpResponse:
            found = _changeable(request, contact)
            try:
                return respond(shown(put(found.pk, reason=reason, **terms(request))))
            except people.StatusRefused as refusal:
                raise ApiProblem(409, "conflict", str(refusal)) from None

        return once(request, raw, work)

    set_status.__name__ = f"{verb}_contact"
    set_status.__doc__ = words
    endpoint(
        router,
        "POST",
        f"contacts/{{path:contact}}/{verb}",
        answers={200: schemas.ContactOut},
        summary=summary,
        declared=Declared(
            permission="contacts:write",
            body=schemas.Reasoned,
            problems=_PROBLEMS,
            parameters=(IDEMPOTENCY,),
        ),
    )(set_status)


_status(
    "unsubscribe",
    "Unsubscribe an advocate",
    "Their codes stop counting and their attributions are deactivated. Orders that they brought stay theirs.",
    people.unsubscribe,
)
_status("ban", "Ban an advocate", "As unsubscribing, by the program's will.", people.ban)
_status("readmit", "Readmit an advocate", "Their codes count again from now on.", people.readmit)
