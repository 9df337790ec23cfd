"""Advocates by file: contacts are made where nobody knows them and enrolled, with a code given or made up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Upper
from django.urls import reverse

from core.imports.importers import Errand, Importer, Kind, Landed, Target
from referrals import enrolling, people
from referrals.codes import CodeRefused
from referrals.evidence import capitals
from referrals.models import Contact, Enrollment, ReferralCode
from referrals.resources.common import (
    SOURCE,
    Draft,
    People,
    Refused,
    campaigns,
    each,
    maker,
    read_names,
    zone_of_program,
)

OUT = {Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED}
TARGETS = (
    Target("email", "E-mail", Kind.TEXT, "Person", "This or the id is needed.",
           ("Email address", "Advocate email", "Contact email")),
    Target("uid", "Id", Kind.ID, "Person", "Your own id of the person.", ("Uid", "User ID", "Customer ID")),
    Target("first_name", "First name", Kind.TEXT, "Person", synonyms=("Given name",)),
    Target("last_name", "Last name", Kind.TEXT, "Person", synonyms=("Surname", "Family name")),
    Target("campaign_uid", "Campaign", Kind.TEXT, "Enrolment", "By uid or name.",
           ("Campaign name", "Campaign ID"), required=True),
    Target("code", "Referral code", Kind.TEXT, "Enrolment", "Empty: one is made up.",
           ("Short code", "Share code", "mbsy")),
)  # fmt: skip


@dataclass(slots=True)
class Carry:
    """Codes and enrolments that rows before would have made."""

    codes: dict[str, str] = field(default_factory=dict)
    enrolled: set[tuple[str, int]] = field(default_factory=set)


class _Chunk:
    """What a chunk names, looked up once."""

    def __init__(self, drafts: Sequence[Draft], errand: Errand) -> None:
        for draft in drafts:
            read_names(draft, "", "An advocate")
        self.errand = errand
        self.people = People(drafts, "")
        self.campaigns = campaigns(errand.who)
        wanted = {capitals(draft.text("code")) for draft in drafts} - {""}
        rows = ReferralCode.objects.annotate(key=Upper("code")).filter(key__in=wanted)
        self.codes = dict(rows.values_list("key", "enrollment_id")) if wanted else {}

    def place(self, draft: Draft) -> tuple[Any, Contact | None, Enrollment | None]:
        """Campaign, contact and enrolment of a row."""
        named = draft.text("campaign_uid")
        campaign = self.campaigns.get(named.lower())
        if campaign is None:
            raise Refused("campaign_uid", f"There is no campaign “{named[:60]}”.")
        person = self.people.find(draft, "")
        if person is not None and (person.status in OUT or person.erased_at):
            raise Refused("email", f"{person} is {person.status}. Change that first.")
        enrollment = Enrollment.objects.filter(contact=person, campaign=campaign).first() if person else None
        return campaign, person, enrollment


def planned(drafts: Sequence[Draft], carry: Carry, errand: Errand) -> list[Landed]:
    chunk = _Chunk(drafts, errand)
    return each(drafts, lambda draft: _plan(draft, chunk, carry))


def recorded(drafts: Sequence[Draft], errand: Errand) -> list[Landed]:
    chunk = _Chunk(drafts, errand)
    return each(drafts, lambda draft: _record(draft, chunk))


def _plan(draft: Draft, chunk: _Chunk, carry: Carry) -> Landed:
    campaign, person, enrollment = chunk.place(draft)
    key = (
        f"contact:{person.pk}" if person else draft.text("uid") or draft.text("email").lower(),
        campaign.pk,
    )
    code = capitals(draft.text("code"))
    mine = f"{key}"
    if code:
        _check(code)
        owner = chunk.codes.get(code)
        if (owner is not None and (enrollment is None or owner != enrollment.pk)) or carry.codes.get(
            code, mine
        ) != mine:
            raise Refused("code", "This code is taken.", "conflict")
        is_new_code = owner is None and code not in carry.codes
        carry.codes[code] = mine
    else:
        is_new_code = False
    is_known = enrollment is not None or key in carry.enrolled
    carry.enrolled.add(key)
    if is_known:
        settled = _settled(chunk.errand) if is_new_code else Landed("unchanged")
        return settled or Landed("updated")
    return Landed("created", marks=("new_contact",) if person is None else ())


def _record(draft: Draft, chunk: _Chunk) -> Landed:
    campaign, person, enrollment = chunk.place(draft)
    code = draft.text("code")
    terms: dict[str, Any] = {"by": chunk.errand.actor, "source": SOURCE}
    if code:
        _check(capitals(code))
    is_new_person = person is None
    if enrollment is not None:
        known = ReferralCode.objects.annotate(key=Upper("code")).filter(enrollment=enrollment)
        if not code or known.filter(key=capitals(code)).exists():
            return Landed("unchanged", enrollment.pk)
        if settled := _settled(chunk.errand):
            return settled
    if person is None:
        facts = {name: draft.text(name) for name in ("email", "uid", "first_name", "last_name")}
        try:
            person = people.create(facts, **terms)
        except ValidationError as error:
            raise Refused("email", " ".join(error.messages)) from None
    try:
        made = enrolling.enroll(person, campaign, code=code, **terms)
    except CodeRefused as refusal:
        raise Refused("code", str(refusal), "conflict") from None
    except enrolling.EnrollmentRefused as refusal:
        raise Refused("email", str(refusal)) from None
    chunk.people.add(person)
    outcome = "created" if enrollment is None else "updated"
    return Landed(outcome, made.pk, marks=("new_contact",) if is_new_person else ())


def _check(code: str) -> None:
    """A code that no code can look like."""
    try:
        ReferralCode(code=code).clean_fields(exclude=["enrollment"])
    except ValidationError as error:
        raise Refused("code", " ".join(error.messages)) from None


def _settled(errand: Errand) -> Landed | None:
    if errand.on_existing == "skip":
        return Landed("skipped")
    return Landed("conflict") if errand.on_existing == "fail" else None


def lacking(chosen: set[str]) -> list[str]:
    return [] if chosen & {"email", "uid"} else ["The person's e-mail or id is needed."]


_SAMPLE = """
email,first_name,last_name,campaign_uid,code
ada.adler@example.com,Ada,Adler,spring,ADA24
jonas.haas@example.com,Jonas,Haas,spring,
"""
ADVOCATES_IMPORT = Importer(
    noun="enrollment",
    scope="contacts",
    singular="advocate",
    plural="advocates",
    key="email",
    apart=("email", "uid", "campaign_uid"),
    targets=lambda who: list(TARGETS),
    lacks=lacking,
    advice=lambda chosen: [],
    zone=zone_of_program,
    maker=maker,
    carry=Carry,
    plan=planned,
    record=recorded,
    opens=lambda pk: f"/advocates/{pk}/",
    listed=lambda pk: reverse("advocates:list"),
    marks={"new_contact": "New contacts"},
    sample=_SAMPLE.lstrip(),
    namespace="advocate_imports",
)
