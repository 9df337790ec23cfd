"""What is looked up before the rule decides: for a whole batch, in a handful of statements."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q
from django.db.models.functions import Upper

from campaigns.models import Campaign
from referrals.models import Click, Contact, CouponCode, Enrollment, ReferralAttribution, ReferralCode

OUT = {Contact.Status.UNSUBSCRIBED: "advocate_unsubscribed", Contact.Status.BANNED: "advocate_banned"}


@dataclass(slots=True)
class Person:
    """A contact. One that is yet to be made has a negative id.

    ``is_changed``: something was learned about it that is yet to be written.
    """

    id: int
    email: str | None
    uid: str | None
    status: str = Contact.Status.PROSPECT
    status_since: dt.datetime | None = None
    first_name: str = ""
    last_name: str = ""
    is_changed: bool = False

    @property
    def is_out(self) -> bool:
        """Whether this person is banned or unsubscribed by now."""
        return self.status in OUT

    def refusal_at(self, moment: dt.datetime) -> str:
        """Why this person's codes do not count at ``moment``; empty where they do."""
        out = OUT.get(Contact.Status(self.status), "")
        return out if out and (self.status_since is None or self.status_since <= moment) else ""


@dataclass(frozen=True, slots=True)
class Code:
    """A referral code or a coupon code. A coupon without a campaign is of all the advocate's."""

    text: str
    advocate_id: int
    campaign_id: int | None
    disabled_at: dt.datetime | None

    def is_disabled_at(self, moment: dt.datetime) -> bool:
        return self.disabled_at is not None and self.disabled_at <= moment


@dataclass(frozen=True, slots=True)
class Visit:
    """One click of a visitor."""

    click_id: str
    advocate_id: int
    campaign_id: int
    clicked_at: dt.datetime


@dataclass(slots=True)
class Tie:
    """A referral attribution. One that is yet to be made has a negative id."""

    id: int
    advocate_id: int
    contact_id: int
    campaign_id: int
    referred_at: dt.datetime
    is_active: bool = True
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An order from the same IP address: who bought, and who was credited in which campaign."""

    customer_id: int
    advocate_id: int | None
    campaign_id: int | None
    ordered_at: dt.datetime


@dataclass(slots=True)
class Evidence:
    """Facts by the key that claims name them by. Texts are keys in capitals, e-mails in small letters."""

    campaigns: dict[int, Campaign] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    coupons: dict[str, Code] = field(default_factory=dict)
    visits: dict[str, list[Visit]] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    by_email: dict[str, Person] = field(default_factory=dict)
    by_uid: dict[str, Person] = field(default_factory=dict)
    enrollments: dict[int, dict[int, Enrollment]] = field(default_factory=dict)
    ties: dict[tuple[int, int], list[Tie]] = field(default_factory=dict)
    neighbours: dict[str, list[Neighbour]] = field(default_factory=dict)

    last_id: int = 0

    def fresh_id(self) -> int:
        """A number for a row that is yet to be made: negative, and never given twice."""
        self.last_id -= 1
        return self.last_id

    def add_person(self, person: Person) -> None:
        self.people[person.id] = person
        if person.email:
            self.by_email[person.email] = person
        if person.uid:
            self.by_uid[person.uid] = person

    def email_of(self, contact_id: int) -> str:
        person = self.people.get(contact_id)
        return (person.email or "") if person is not None else ""

    def add_tie(self, tie: Tie) -> None:
        self.ties.setdefault((tie.contact_id, tie.campaign_id), []).append(tie)


def capitals(text: str) -> str:
    """Codes compare trimmed and without case."""
    return text.strip().upper()


def read_people(evidence: Evidence, emails: Iterable[str], uids: Iterable[str]) -> None:
    """The contacts behind these names. One that was merged into another stands for that other."""
    emails, uids = list(emails), list(uids)
    if not emails and not uids:
        return
    found = Contact.objects.filter(Q(email__any_of=emails) | Q(uid__any_of=uids)) if uids else None
    rows = Contact.objects.filter(email__any_of=emails) if found is None else found
    merged: list[tuple[str | None, str | None, int]] = []
    columns = ("pk", "email", "uid", "status", "status_since", "first_name", "last_name", "merged_into_id")
    for pk, email, uid, status, since, first, last, into in rows.values_list(*columns):
        if into is None:
            evidence.add_person(Person(pk, email, uid, status, since, first, last))
        else:
            merged.append((email, uid, into))
    if merged:
        read_people_by_id(evidence, {into for _, _, into in merged})
        for email, uid, into in merged:
            person = evidence.people[into]
            if email:
                evidence.by_email[email] = person
            if uid:
                evidence.by_uid[uid] = person


def read_people_by_id(evidence: Evidence, ids: Iterable[int]) -> None:
    missing = [pk for pk in ids if pk > 0 and pk not in evidence.people]
    if not missing:
        return
    columns = ("pk", "email", "uid", "status", "status_since", "first_name", "last_name")
    for row in Contact.objects.filter(pk__any_of=missing).values_list(*columns):
        evidence.add_person(Person(*row))


def read_claims(
    evidence: Evidence, *, codes: Iterable[str], coupons: Iterable[str], click_ids: Iterable[str]
) -> None:
    """What these texts name. Unknown codes are looked for among the coupons too, for the hint."""
    wanted = {capitals(text) for text in codes}
    if wanted:
        rows = ReferralCode.objects.annotate(key=Upper("code")).filter(key__any_of=wanted)
        columns = ("key", "code", "enrollment__contact_id", "enrollment__campaign_id", "disabled_at")
        for key, *facts in rows.values_list(*columns):
            evidence.codes[key] = Code(*facts)
    wanted = {capitals(text) for text in coupons} | (wanted - evidence.codes.keys())
    if wanted:
        found = CouponCode.objects.annotate(key=Upper("code")).filter(key__any_of=wanted)
        for key, *facts in found.values_list("key", "code", "advocate_id", "campaign_id", "disabled_at"):
            evidence.coupons[key] = Code(*facts)
    _read_visits(evidence, click_ids)


def _read_visits(evidence: Evidence, click_ids: Iterable[str]) -> None:
    wanted = {key for text in click_ids if (key := click_key(text))}
    if not wanted:
        return
    visitors = dict(Click.objects.filter(click_id__any_of=wanted).values_list("click_id", "visitor"))
    if not visitors:
        return
    of_visitor: dict[uuid.UUID, list[Visit]] = {}
    columns = ("visitor", "click_id", "enrollment__contact_id", "enrollment__campaign_id", "clicked_at")
    clicks = Click.objects.filter(visitor__any_of=set(visitors.values())).order_by("clicked_at", "id")
    for visitor, click_id, *facts in clicks.values_list(*columns):
        of_visitor.setdefault(visitor, []).append(Visit(str(click_id), *facts))
    for click_id, visitor in visitors.items():
        evidence.visits[str(click_id)] = of_visitor[visitor]


def read_standing(evidence: Evidence, advocate_ids: Iterable[int], customer_ids: Iterable[int]) -> None:
    """The advocates with their enrolments, and the attributions that the customers have already."""
    advocates = {pk for pk in advocate_ids if pk > 0}
    read_people_by_id(evidence, advocates)
    if advocates:
        for one in Enrollment.objects.filter(contact__any_of=advocates):
            evidence.enrollments.setdefault(one.contact_id, {}).setdefault(one.campaign_id, one)
    customers = {pk for pk in customer_ids if pk > 0}
    if customers:
        columns = (
            *("pk", "advocate_id", "contact_id", "campaign_id", "referred_at"),
            *("is_active", "flagged"),
        )
        rows = ReferralAttribution.objects.filter(contact__any_of=customers).order_by("pk")
        for row in rows.values_list(*columns):
            evidence.add_tie(Tie(*row))


def click_key(text: str) -> str:
    """The id of a click as the database has it; empty for what cannot be one."""
    try:
        return str(uuid.UUID(text.strip()))
    except ValueError:
        return ""
