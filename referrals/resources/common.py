"""What rows about people have in common: who and which campaign they name, found for a chunk at once."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from campaigns.access import visible_to
from campaigns.models import Campaign
from campaigns.program import program, zone
from core.imports.importers import Fault, Landed, Make
from referrals.models import Contact

SOURCE = "csv"


@dataclass(slots=True)
class Draft:
    """A row as its file says it. ``faults`` are what could not be read of it."""

    values: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return str(self.values.get(name) or "").strip()

    def moment(self, name: str) -> dt.datetime | None:
        found: dt.datetime | None = self.values.get(name)
        return found

    def fault(self, target: str, message: str, suggestion: str = "", code: str = "invalid") -> None:
        self.faults.append(Fault(target, message, suggestion, code))


class Refused(Exception):
    """A row that cannot be done; nothing of it is."""

    def __init__(self, target: str, message: str, outcome: str = "rejected") -> None:
        super().__init__(message)
        self.target, self.outcome = target, outcome


def maker(who: Any) -> Make:
    return lambda values, faults: Draft(values, list(faults))


def zone_of_program() -> dt.tzinfo:
    return zone(program())


def campaigns(who: Any) -> dict[str, Campaign]:
    """The campaigns that ``who`` may see, by uid and by a name that is one campaign's alone."""
    rows = list(Campaign.objects.all() if who is None else visible_to(who))
    names = [one.name.strip().lower() for one in rows]
    found = {one.name.strip().lower(): one for one in rows if names.count(one.name.strip().lower()) == 1}
    return {**found, **{one.uid.lower(): one for one in rows}}


class People:
    """The contacts that a chunk names by e-mail or uid. One that was merged stands for the other."""

    def __init__(self, drafts: Iterable[Draft], *roles: str) -> None:
        drafts = list(drafts)
        emails = {one.text(f"{role}email").lower() for one in drafts for role in roles} - {""}
        uids = {one.text(f"{role}uid") for one in drafts for role in roles} - {""}
        rows = Contact.objects.filter(Q(email__in=emails) | Q(uid__in=uids)).select_related("merged_into")
        self._by_email: dict[str, Contact] = {}
        self._by_uid: dict[str, Contact] = {}
        for row in rows if emails or uids else ():
            person = row.merged_into or row
            if row.email:
                self._by_email[row.email] = person
            if row.uid:
                self._by_uid[row.uid] = person

    def find(self, draft: Draft, role: str) -> Contact | None:
        """By uid, else by e-mail, as for orders."""
        found = self._by_uid.get(draft.text(f"{role}uid"))
        return found or self._by_email.get(draft.text(f"{role}email").lower())

    def add(self, person: Contact) -> None:
        if person.email:
            self._by_email[person.email] = person
        if person.uid:
            self._by_uid[person.uid] = person


def read_names(draft: Draft, role: str, label: str) -> None:
    """Whoever is named must be named by something that can be a name."""
    email, uid = draft.text(f"{role}email"), draft.text(f"{role}uid")
    if not email and not uid and not draft.faults:
        draft.fault(f"{role}email", f"{label} needs an e-mail address or an id.", code="required")
    if len(uid) > 255:
        draft.fault(f"{role}uid", "At most 255 characters.")
    if email:
        try:
            validate_email(email)
        except ValidationError:
            draft.fault(
                f"{role}email", f"“{email[:60]}” is no e-mail address.", "Write it as name@example.com."
            )


def rejected(draft: Draft) -> Landed:
    return Landed("rejected", faults=draft.faults)


def each(drafts: Sequence[Draft], act: Callable[[Draft], Landed]) -> list[Landed]:
    """``act`` for each row that was read, each all of it or nothing."""
    landed = []
    for draft in drafts:
        if draft.faults:
            landed.append(rejected(draft))
            continue
        try:
            with transaction.atomic():
                landed.append(act(draft))
        except Refused as refusal:
            fault = Fault(refusal.target, str(refusal))
            landed.append(Landed(refusal.outcome, faults=[fault]))
    return landed
