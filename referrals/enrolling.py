"""Making a contact an advocate of a campaign, and pausing them in it."""

import datetime as dt
from collections.abc import Sequence

from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import Campaign
from core.events.log import Actor, Entry, write
from referrals import codes
from referrals.models import Contact, Enrollment

_INSERT = """
    INSERT INTO referrals_enrollment (contact_id, campaign_id, enrolled_at)
    SELECT contact_id, campaign_id, %s
    FROM unnest(%s::bigint[], %s::bigint[]) AS pair(contact_id, campaign_id)
    ORDER BY contact_id, campaign_id
    ON CONFLICT (contact_id, campaign_id) DO NOTHING
    RETURNING id, contact_id, campaign_id
"""


class EnrollmentRefused(ValueError):
    """Somebody who cannot be enrolled now; the message says what would have to happen first."""


@transaction.atomic
def enroll(
    contact: Contact,
    campaign: Campaign,
    *,
    by: Actor,
    source: str,
    code: str = "",
    at: dt.datetime | None = None,
) -> Enrollment:
    """``contact`` refers in ``campaign`` from now on (or ``at``), with ``code`` or one made up.

    Enrolling twice is one enrolment, left as it is; a chosen ``code`` is then one more of its codes. Raises
    :class:`EnrollmentRefused`, and :class:`referrals.codes.CodeRefused` for a code that cannot be theirs.
    """
    _refuse_if_out(contact)
    pair = (contact.pk, campaign.pk)
    made = _insert([pair], at)
    enrollment = Enrollment.objects.get(contact=contact, campaign=campaign)
    if made and code.strip():
        _note(made, {enrollment.pk: codes.choose(enrollment, code)}, by, source)
    elif made:
        _note(made, codes.give([enrollment.pk]), by, source)
    elif code.strip():
        codes.add(enrollment, code, by=by, source=source)
    else:
        codes.give_to_those_without([enrollment.pk])
    return enrollment


@transaction.atomic
def enroll_many(
    pairs: Sequence[tuple[int, int]], *, actor: Actor, source: str, at: dt.datetime | None = None
) -> None:
    """Enrol (contact id, campaign id) pairs in a handful of statements, however many they are.

    Who is enrolled already stays as they are. Nobody is refused here: codes of people who are banned or
    unsubscribed do not count anyway.
    """
    made = _insert(pairs, at)
    if made:
        _note(made, codes.give([pk for pk, _, _ in made]), actor, source)


def deactivate(enrollment_id: int, *, by: Actor, source: str) -> Enrollment:
    """Their codes in this campaign count for no new order from now on. What they brought stays."""
    return _set(enrollment_id, active=False, by=by, source=source)


def activate(enrollment_id: int, *, by: Actor, source: str) -> Enrollment:
    """Their codes in this campaign count again from now on."""
    return _set(enrollment_id, active=True, by=by, source=source)


def _refuse_if_out(contact: Contact) -> None:
    if contact.erased_at is not None:
        raise EnrollmentRefused("This contact was erased.")
    if contact.merged_into_id is not None:
        raise EnrollmentRefused("This contact was merged into another; enrol that one.")
    if contact.status in {Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED}:
        raise EnrollmentRefused(f"{contact} is {contact.status}. Change that first.")


def _insert(pairs: Sequence[tuple[int, int]], at: dt.datetime | None) -> list[tuple[int, int, int]]:
    """(id, contact, campaign) of the enrolments that are new; their contacts are no longer prospects."""
    contacts, campaigns = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [at or now, contacts, campaigns])
        made: list[tuple[int, int, int]] = cursor.fetchall()
    prospects = Contact.objects.filter(pk__in={row[1] for row in made}, status=Contact.Status.PROSPECT)
    prospects.update(status=Contact.Status.ENROLLED, status_since=now)
    return made


def _note(made: list[tuple[int, int, int]], given: dict[int, str], actor: Actor, source: str) -> None:
    entries = (
        Entry(
            "contact_enrolled",
            "enrollment",
            pk,
            {"contact_id": contact_id, "campaign_id": campaign_id, "code": given[pk]},
        )
        for pk, contact_id, campaign_id in made
    )
    write(entries, actor=actor, source=source)


@transaction.atomic
def _set(enrollment_id: int, *, active: bool, by: Actor, source: str) -> Enrollment:
    enrollment = Enrollment.objects.select_for_update(no_key=True).get(pk=enrollment_id)
    now = timezone.now()
    if enrollment.is_active_at(now) != active:
        if active:
            enrollment.inactive_until = now
        else:
            enrollment.inactive_from, enrollment.inactive_until = now, None
        enrollment.save(update_fields=["inactive_from", "inactive_until"])
        kind = "enrollment_activated" if active else "enrollment_deactivated"
        write([Entry(kind, "enrollment", enrollment.pk)], actor=by, source=source)
    return enrollment
