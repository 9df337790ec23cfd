"""Attributions without an order: recorded before there is one, deactivated, activated again.

Who referred whom is decided by the same rule as for orders, at the moment named.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Campaign
from core.events.log import Actor, Entry, write
from core.locks import violated
from referrals import people
from referrals.attribution import Case, Claims, Verdict, decide
from referrals.evidence import Evidence, Person, read_claims, read_people, read_standing
from referrals.models import ReferralAttribution

T = TypeVar("T")
ATTEMPTS = 5


class AttributionRefused(ValueError):
    """An attribution that cannot be made or activated; the message says why, ``field`` what is in the way."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Referral:
    """A contact and who referred them. ``verdict`` says why, or why nobody did: then nothing was stored."""

    contact_id: int | None
    verdict: Verdict
    is_new_contact: bool


def refer(
    facts: Mapping[str, Any],
    claims: Claims,
    *,
    campaign_id: int | None,
    at: dt.datetime | None,
    by: Actor,
    source: str,
    admits: Callable[[int | None], bool] = lambda campaign_id: True,
) -> Referral:
    """Who referred the contact of these ``facts`` (e-mail, uid, names), who is made where nobody knows them.

    ``at`` is when they were referred, None for now. ``admits`` says which campaigns the caller may touch.
    Raises ValidationError, by field of the contact.
    """

    def work() -> Referral:
        evidence = Evidence(campaigns=Campaign.objects.in_bulk())
        person, is_new = _person(evidence, facts, claims, by, source)
        _read(evidence, person.id, claims)
        # Later than whatever was read: who was quicker by a moment referred them before.
        moment = at or timezone.now()
        verdict = decide(Case(person.id, moment, claims, campaign_id), evidence)
        if not verdict.is_attributed or not admits(verdict.campaign_id):
            raise _Nothing(Referral(None if is_new else person.id, verdict, False))
        if verdict.is_new:
            _make(verdict, person.id, moment, by, source)
        return Referral(person.id, verdict, is_new)

    try:
        return again_when_overtaken(work)
    except _Nothing as nothing:
        return nothing.referral


@transaction.atomic
def deactivate(attribution_id: int, *, reason: str = "", by: Actor, source: str) -> ReferralAttribution:
    """It brings no new order from now on. Orders that carry it keep it."""
    tie = ReferralAttribution.objects.select_for_update(no_key=True).get(pk=attribution_id)
    if tie.is_active:
        tie.is_active, tie.deactivated_at = False, timezone.now()
        tie.save(update_fields=["is_active", "deactivated_at"])
        _note("attribution_deactivated", tie, reason, by, source)
    return tie


@transaction.atomic
def activate(attribution_id: int, *, reason: str = "", by: Actor, source: str) -> ReferralAttribution:
    """It counts again from now on. Raises :class:`AttributionRefused` where another one is active."""
    tie = ReferralAttribution.objects.select_for_update(no_key=True).get(pk=attribution_id)
    if tie.is_active:
        return tie
    tie.is_active, tie.deactivated_at = True, None
    try:
        with transaction.atomic():
            tie.save(update_fields=["is_active", "deactivated_at"])
    except IntegrityError as error:
        if violated(error) != "attribution_active_once":
            raise
        raise AttributionRefused(
            "Another advocate's attribution is active. Deactivate that one first."
        ) from None
    _note("attribution_activated", tie, reason, by, source)
    return tie


@transaction.atomic
def flag(attribution_id: int, *, flagged: bool, reason: str, by: Actor, source: str) -> ReferralAttribution:
    """Rewards of new orders that carry it wait for a look, or no longer do."""
    tie = ReferralAttribution.objects.select_for_update(no_key=True).get(pk=attribution_id)
    if tie.flagged != flagged:
        tie.flagged = flagged
        tie.save(update_fields=["flagged"])
        _note("attribution_flagged" if flagged else "attribution_unflagged", tie, reason, by, source)
    return tie


class _Nothing(Exception):
    """Takes back a contact that was made for nothing."""

    def __init__(self, referral: Referral) -> None:
        super().__init__("nobody referred them")
        self.referral = referral


def _person(
    evidence: Evidence, facts: Mapping[str, Any], claims: Claims, by: Actor, source: str
) -> tuple[Person, bool]:
    """The contact of ``facts``, and whether it was made just now."""
    tidied = people.tidied(facts)
    person = _find(evidence, tidied, claims)
    if person is not None:
        return person, False
    try:
        contact = people.create(facts, by=by, source=source)
    except ValidationError:
        # Somebody else may have made it in the meantime.
        person = _find(evidence, tidied, claims)
        if person is None:
            raise
        return person, False
    person = Person(contact.pk, contact.email, contact.uid)
    evidence.add_person(person)
    return person, True


def _find(evidence: Evidence, facts: Mapping[str, Any], claims: Claims) -> Person | None:
    """The contact by uid, else by e-mail, as for orders."""
    email, uid = facts.get("email"), facts.get("uid")
    emails = {text for text in (email, claims.advocate_email.lower()) if text}
    read_people(evidence, emails, [uid] if uid else [])
    by_uid = evidence.by_uid.get(uid) if uid else None
    return by_uid or (evidence.by_email.get(email) if email else None)


def _read(evidence: Evidence, contact_id: int, claims: Claims) -> None:
    texts = [[text] if text else [] for text in (claims.short_code, claims.coupon_code, claims.click_id)]
    read_claims(evidence, codes=texts[0], coupons=texts[1], click_ids=texts[2])
    advocates = {code.advocate_id for code in (*evidence.codes.values(), *evidence.coupons.values())}
    advocates |= {visit.advocate_id for visits in evidence.visits.values() for visit in visits}
    read_standing(evidence, advocates | evidence.people.keys(), [contact_id])


def _make(verdict: Verdict, contact_id: int, at: dt.datetime, by: Actor, source: str) -> None:
    assert verdict.advocate_id is not None
    assert verdict.campaign_id is not None
    tie = ReferralAttribution.objects.create(
        advocate_id=verdict.advocate_id,
        contact_id=contact_id,
        campaign_id=verdict.campaign_id,
        referred_at=at,
        flagged=verdict.is_flagged,
        source=source,
    )
    verdict.attribution_id = tie.pk
    data = {
        "advocate": tie.advocate_id,
        "contact": contact_id,
        "campaign": tie.campaign_id,
        "reason": verdict.reason,
    }
    write([Entry("attribution_created", "attribution", tie.pk, data)], actor=by, source=source)


def again_when_overtaken(work: Callable[[], T]) -> T:
    """Do ``work`` in a transaction, again when somebody made the same contact or attribution first."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except IntegrityError as error:
            if attempt == ATTEMPTS or not violated(error):
                raise
    raise AssertionError("the last attempt returns or raises")


def _note(kind: str, tie: ReferralAttribution, reason: str, by: Actor, source: str) -> None:
    data = {"why": reason} if reason else {}
    write([Entry(kind, "attribution", tie.pk, data)], actor=by, source=source)
