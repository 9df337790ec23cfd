"""Attributions by file: made, brought back and ended, a row for each, as a person does it one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from campaigns.models import Campaign
from core.imports.importers import Errand, Fault, Flag, Importer, Kind, Landed, Target
from referrals import people, referring, tying
from referrals.models import Contact, ReferralAttribution
from referrals.referring import AttributionRefused
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

REPLACE, MAKE = "replace", "make_missing"
ENDS = frozenset({"deactivate", "deactivated", "inactive", "end", "remove", "no", "false", "0"})
BEGINS = frozenset({"", "activate", "activated", "active", "create", "add", "new", "yes", "true", "1"})
_CUSTOMER, _ADVOCATE, _MORE = "Who was referred", "By whom", "More"
TARGETS = (
    Target("customer_email", "Customer e-mail", Kind.TEXT, _CUSTOMER, "This or the customer id is needed.",
           synonyms=("Email", "Referred email", "Customer", "Friend email", "Contact email")),
    Target("customer_uid", "Customer id", Kind.ID, _CUSTOMER, "Your own id of the customer.",
           synonyms=("Customer uid", "UID", "User ID")),
    Target("advocate_email", "Advocate e-mail", Kind.TEXT, _ADVOCATE, "This or the advocate's id is needed.",
           synonyms=("Referrer email", "Referred by", "Advocate", "Referrer", "Ambassador email")),
    Target("advocate_uid", "Advocate id", Kind.ID, _ADVOCATE, "Your own id of the advocate.",
           synonyms=("Advocate uid", "Referrer ID")),
    Target("campaign_uid", "Campaign", Kind.TEXT, _MORE, "By uid or name.", ("Campaign name", "Campaign ID"),
           required=True),
    Target("action", "What to do", Kind.TEXT, _MORE, "Activate (so where nothing is said) or deactivate.",
           ("Active", "Status", "State"), choices=(("activate", "Activate"), ("deactivate", "Deactivate"))),
    Target("referred_at", "When", Kind.MOMENT, _MORE, "Without it, the moment of the import.",
           ("Referred", "Date", "Since")),
    Target("reason", "Why", Kind.TEXT, _MORE, "Kept with each change.", ("Note",), required=True),
)  # fmt: skip
_FIELDS = {"advocate": "advocate_email", "contact": "customer_email", "replace": "advocate_email"}


@dataclass(slots=True)
class Carry:
    """Whom a preview has made active so far, by customer and campaign, as if it were there."""

    active: dict[tuple[str, int], str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    draft: Draft
    contact: Contact | None
    advocate: Contact | None
    campaign: Campaign
    ends: bool

    @property
    def place(self) -> tuple[str, int]:
        return _key(self.contact, self.draft, "customer_"), self.campaign.pk

    @property
    def who(self) -> str:
        return _key(self.advocate, self.draft, "advocate_")


def planned(drafts: Sequence[Draft], carry: Carry, errand: Errand) -> list[Landed]:
    find = _Finder(drafts, errand)
    return each(drafts, lambda draft: _plan(find.row(draft), carry, errand))


def recorded(drafts: Sequence[Draft], errand: Errand) -> list[Landed]:
    find = _Finder(drafts, errand)
    return each(drafts, lambda draft: _record(find.row(draft), find, errand))


class _Finder:
    """Reads rows: whom and where they name, once for the chunk."""

    def __init__(self, drafts: Sequence[Draft], errand: Errand) -> None:
        for draft in drafts:
            read_names(draft, "customer_", "A customer")
            read_names(draft, "advocate_", "An advocate")
        self.people = People(drafts, "customer_", "advocate_")
        self.campaigns = campaigns(errand.who)
        self.errand = errand

    def row(self, draft: Draft) -> _Row:
        named = draft.text("campaign_uid")
        campaign = self.campaigns.get(named.lower())
        if campaign is None:
            raise Refused("campaign_uid", f"There is no campaign “{named[:60]}”.")
        action = draft.text("action").lower()
        if action not in ENDS | BEGINS:
            raise Refused("action", f"“{action[:40]}” is neither “activate” nor “deactivate”.")
        advocate = self.people.find(draft, "advocate_")
        if advocate is None and (action in ENDS or MAKE not in self.errand.flags):
            raise Refused("advocate_email", "There is no such contact.")
        try:
            tying.read_reason(draft.text("reason"))
        except AttributionRefused as refusal:
            raise Refused("reason", str(refusal)) from None
        return _Row(draft, self.people.find(draft, "customer_"), advocate, campaign, action in ENDS)

    def person(self, row: _Row, role: str, found: Contact | None) -> Contact:
        """``found``, or a new contact of what the row says."""
        if found is not None:
            return found
        facts = {"email": row.draft.text(f"{role}email"), "uid": row.draft.text(f"{role}uid")}
        try:
            made = people.create(facts, by=self.errand.actor, source=SOURCE)
        except ValidationError as error:
            raise Refused(f"{role}email", " ".join(error.messages)) from None
        self.people.add(made)
        return made


def _plan(row: _Row, carry: Carry, errand: Errand) -> Landed:
    """What recording would do. Reads only; what rows before it would have made counts as made."""
    stored = _stored(row)
    active = carry.active.get(row.place, next((who for who, is_active in stored.items() if is_active), None))
    if row.ends:
        if row.who not in stored and active != row.who:
            raise Refused("advocate_email", "There is no such attribution to deactivate.")
        if active == row.who:
            carry.active[row.place] = None
            return _existing(errand) or Landed("updated")
        return Landed("unchanged")
    if active == row.who:
        return Landed("unchanged")
    if row.contact is not None and row.advocate is not None:
        _refusing(lambda: tying.foresee(row.advocate, row.contact, row.campaign))
    if active is not None and REPLACE not in errand.flags:
        raise _taken(active)
    is_known = row.who in stored
    if is_known and (settled := _existing(errand)):
        return settled
    marks = [
        name
        for name, holds in (("replaced", active is not None), ("new_contact", row.contact is None))
        if holds
    ]
    carry.active[row.place] = row.who
    return Landed("updated" if is_known else "created", marks=tuple(marks))


def _record(row: _Row, find: _Finder, errand: Errand) -> Landed:
    terms: dict[str, Any] = {"by": errand.actor, "source": SOURCE}
    reason = row.draft.text("reason")
    if row.ends:
        found = _tie(row)
        if found is None:
            raise Refused("advocate_email", "There is no such attribution to deactivate.")
        if not found.is_active:
            return Landed("unchanged", found.pk)
        if settled := _existing(errand):
            return settled
        referring.deactivate(found.pk, reason=reason, **terms)
        return Landed("updated", found.pk)
    found = _tie(row)
    if found is not None and not found.is_active and (settled := _existing(errand)):
        return settled
    contact = find.person(row, "customer_", row.contact)
    advocate = find.person(row, "advocate_", row.advocate)
    made, step = _refusing(
        lambda: tying.tie(
            advocate,
            contact,
            row.campaign,
            reason=reason,
            replace=REPLACE in errand.flags,
            at=row.draft.moment("referred_at"),
            **terms,
        )
    )
    outcome = {tying.MADE: "created", tying.REVIVED: "updated", tying.SAME: "unchanged"}[step.outcome]
    marks = [
        name
        for name, holds in (("replaced", step.replaces is not None), ("new_contact", row.contact is None))
        if holds
    ]
    return Landed(outcome, made.pk, marks=tuple(marks))


def _refusing(act: Any) -> Any:
    try:
        return act()
    except AttributionRefused as refusal:
        outcome = "conflict" if refusal.field == "replace" else "rejected"
        raise Refused(_FIELDS.get(refusal.field, refusal.field), str(refusal), outcome) from None


def _taken(active: str) -> Refused:
    name = active.partition(":")[2]
    known = Contact.objects.filter(pk=int(name)).first() if name.isdigit() else None
    words = f"{known or name} is the active advocate there. Choose to replace, or deactivate that one first."
    return Refused("advocate_email", words, "conflict")


def _existing(errand: Errand) -> Landed | None:
    """What becomes of an attribution that is there already, where it is not to be changed."""
    if errand.on_existing == "skip":
        return Landed("skipped")
    if errand.on_existing == "fail":
        return Landed("conflict", faults=[Fault("", "There is such an attribution already.", code="exists")])
    return None


def _tie(row: _Row) -> ReferralAttribution | None:
    if row.contact is None or row.advocate is None:
        return None
    return ReferralAttribution.objects.filter(
        contact=row.contact, campaign=row.campaign, advocate=row.advocate
    ).first()


def _stored(row: _Row) -> dict[str, bool]:
    """Who has referred the customer in the campaign, and whether that is active."""
    if row.contact is None:
        return {}
    rows = ReferralAttribution.objects.filter(contact=row.contact, campaign=row.campaign)
    return {f"contact:{pk}": is_active for pk, is_active in rows.values_list("advocate_id", "is_active")}


def _key(person: Contact | None, draft: Draft, role: str) -> str:
    if person is not None:
        return f"contact:{person.pk}"
    return f"new:{draft.text(f'{role}uid') or draft.text(f'{role}email').lower()}"


def lacking(chosen: set[str]) -> list[str]:
    lacks = []
    if not chosen & {"customer_email", "customer_uid"}:
        lacks.append("The customer's e-mail or id is needed.")
    if not chosen & {"advocate_email", "advocate_uid"}:
        lacks.append("The advocate's e-mail or id is needed.")
    return lacks


_SAMPLE = """
customer_email,advocate_email,campaign_uid,action,referred_at,reason
mia.keller@example.com,ada.adler@example.com,spring,activate,2026-11-02,Told us on the phone
jonas.haas@example.com,ada.adler@example.com,spring,deactivate,,Was a mistake
"""
ATTRIBUTIONS_IMPORT = Importer(
    noun="attribution",
    scope="attributions",
    singular="attribution",
    plural="attributions",
    key="customer_email",
    apart=("customer_email", "customer_uid", "campaign_uid"),
    targets=lambda who: list(TARGETS),
    lacks=lacking,
    advice=lambda chosen: ["New orders only: orders that are there keep whom they are credited to."],
    zone=zone_of_program,
    maker=maker,
    carry=Carry,
    plan=planned,
    record=recorded,
    opens=lambda pk: f"/attributions/{pk}/",
    listed=lambda pk: f"{reverse('attributions:list')}?source=csv",
    marks={"new_contact": "New contacts", "replaced": "Others deactivated"},
    flags=(
        Flag(REPLACE, "Deactivate whoever is active there",
             "Only one of a customer and campaign can be active. Without this, such rows are conflicts."),
        Flag(MAKE, "Add advocates who are missing",
             "Somebody named as an advocate who is no contact yet becomes one, and is enrolled."),
    ),
    sample=_SAMPLE.lstrip(),
    namespace="attribution_imports",
)  # fmt: skip
