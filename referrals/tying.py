"""An attribution that a person makes: what it would do, and doing it.

It holds for new orders only. Orders that are there keep the advocate that they have, or none: each of those
is credited late, one by one, with a reason of its own.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from campaigns.models import Campaign, FraudRule
from core.events.log import Actor, Entry, write
from referrals import enrolling, reasons, referring
from referrals.fraud import is_one_mailbox
from referrals.models import Contact, Enrollment, ReferralAttribution
from referrals.people import LONGEST_REASON
from referrals.referring import AttributionRefused

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
IS_ACTIVE = "{} is the advocate of {} in {} already."
MADE, REVIVED, SAME = "created", "activated", "unchanged"


@dataclass(frozen=True, slots=True)
class Step:
    """What making an attribution comes to. ``replaces`` is another's that is active and would have to go."""

    outcome: str
    known: ReferralAttribution | None = None
    replaces: ReferralAttribution | None = None
    enrols: bool = False


def read_reason(text: str) -> str:
    """``text`` as it is kept with a change. Raises :class:`AttributionRefused` where it says nothing."""
    said = " ".join(text.replace("\0", "").split())
    if not said:
        raise AttributionRefused("Say why, for whoever looks at it later.", "reason")
    if len(said) > LONGEST_REASON:
        raise AttributionRefused(f"Say it in at most {LONGEST_REASON} characters.", "reason")
    return said


def foresee(advocate: Contact, contact: Contact, campaign: Campaign, *, lock: bool = False) -> Step:
    """What :func:`tie` would do. Reads only. Raises :class:`AttributionRefused`, with its field."""
    _refuse_who_cannot(advocate, contact, campaign)
    rows = ReferralAttribution.objects.filter(contact=contact, campaign=campaign)
    if lock:
        rows = rows.select_for_update(no_key=True)
    ties = list(rows.order_by("pk"))
    mine = next((one for one in ties if one.advocate_id == advocate.pk), None)
    if mine is not None and mine.is_active:
        return Step(SAME, mine)
    active = next((one for one in ties if one.is_active), None)
    enrols = not Enrollment.objects.filter(contact=advocate, campaign=campaign).exists()
    return Step(REVIVED if mine else MADE, mine, active, enrols)


def tie(
    advocate: Contact,
    contact: Contact,
    campaign: Campaign,
    *,
    reason: str,
    replace: bool,
    by: Actor,
    source: str,
    at: dt.datetime | None = None,
) -> tuple[ReferralAttribution, Step]:
    """``advocate`` referred ``contact`` in ``campaign``, by somebody's decision; from ``at``, or from now on.

    One that was deactivated is activated again, with the moment it had. Another's that is active goes with
    ``replace``, and refuses without. Whoever does not refer in the campaign yet starts to. Raises
    :class:`AttributionRefused`, with its field.
    """
    said = read_reason(reason)
    _refuse_moment(at)

    def work() -> tuple[ReferralAttribution, Step]:
        step = foresee(advocate, contact, campaign, lock=True)
        if step.outcome == SAME and step.known is not None:
            return step.known, step
        if step.replaces is not None:
            if not replace:
                raise AttributionRefused(_taken(step.replaces, contact, campaign), "replace")
            referring.deactivate(step.replaces.pk, reason=said, by=by, source=source)
        if step.enrols:
            _enrol(advocate, campaign, by, source)
        if step.known is not None:
            return referring.activate(step.known.pk, reason=said, by=by, source=source), step
        made = ReferralAttribution.objects.create(
            advocate=advocate,
            contact=contact,
            campaign=campaign,
            referred_at=at or timezone.now(),
            flagged=campaign.self_referral == FraudRule.FLAG and is_same_person(advocate, contact),
            source=source,
        )
        data = {"advocate": advocate.pk, "contact": contact.pk, "campaign": campaign.pk}
        entry = Entry("attribution_created", "attribution", made.pk, {**data, "by": "person", "why": said})
        write([entry], actor=by, source=source)
        return made, step

    return referring.again_when_overtaken(work)


def activate(
    attribution_id: int, *, reason: str, replace: bool, by: Actor, source: str
) -> ReferralAttribution:
    """It counts again from now on; another's that is active goes with ``replace``."""
    said = read_reason(reason)

    def work() -> ReferralAttribution:
        mine = ReferralAttribution.objects.select_related("advocate", "contact", "campaign").get(
            pk=attribution_id
        )
        if mine.is_active:
            return mine
        step = foresee(mine.advocate, mine.contact, mine.campaign, lock=True)
        if step.replaces is not None:
            if not replace:
                raise AttributionRefused(_taken(step.replaces, mine.contact, mine.campaign), "replace")
            referring.deactivate(step.replaces.pk, reason=said, by=by, source=source)
        return referring.activate(attribution_id, reason=said, by=by, source=source)

    return referring.again_when_overtaken(work)


def is_same_person(advocate: Contact, contact: Contact) -> bool:
    """Whether two contacts are one, or have one mailbox."""
    return advocate.pk == contact.pk or is_one_mailbox(advocate.email or "", contact.email or "")


def _refuse_who_cannot(advocate: Contact, contact: Contact, campaign: Campaign) -> None:
    for one, field in ((advocate, "advocate"), (contact, "contact")):
        if one.erased_at is not None or one.merged_into_id is not None:
            raise AttributionRefused("This contact was erased, or stands for another by now.", field)
    if advocate.status in {Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED}:
        raise AttributionRefused(f"{advocate} is {advocate.status}. Change that first.", "advocate")
    if is_same_person(advocate, contact) and campaign.self_referral == FraudRule.BLOCK:
        raise AttributionRefused(reasons.sentence("self_referral"), "advocate")


def _refuse_moment(at: dt.datetime | None) -> None:
    if at is not None and not EARLIEST <= at <= timezone.now():
        raise AttributionRefused("Give a moment between the year 2000 and now.", "referred_at")


def _enrol(advocate: Contact, campaign: Campaign, by: Actor, source: str) -> None:
    try:
        enrolling.enroll(advocate, campaign, by=by, source=source)
    except enrolling.EnrollmentRefused as refused:
        raise AttributionRefused(str(refused), "advocate") from None


def _taken(active: ReferralAttribution, contact: Contact, campaign: Campaign) -> str:
    words = IS_ACTIVE.format(active.advocate, contact, campaign)
    return f"{words} Choose to deactivate that attribution with this."
