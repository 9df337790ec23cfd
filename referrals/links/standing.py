"""What is known of a share link, and whether it leads anywhere at a given moment."""

import datetime as dt
from collections import OrderedDict
from dataclasses import dataclass
from urllib.parse import SplitResult

from django.db import DatabaseError, InterfaceError
from django.db.models.functions import Upper

from campaigns.models import Campaign
from referrals.links.landing import split
from referrals.models import Contact, Enrollment, ReferralCode

_CAMPAIGN = ("landing_page", "window_days", "launched_at", "starts_at", "ends_at", "paused_from",
             "paused_until")  # fmt: skip
_ENROLLMENT = ("id", "inactive_from", "inactive_until")
_CONTACT = ("status", "status_since")
_COLUMNS = (
    "code",
    "disabled_at",
    *(f"enrollment__{name}" for name in _ENROLLMENT),
    *(f"enrollment__contact__{name}" for name in _CONTACT),
    *(f"enrollment__campaign__{name}" for name in _CAMPAIGN),
)
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Link:
    """A referral code with what decides whether it counts. The rows hold only the columns read here."""

    code: str
    disabled_at: dt.datetime | None
    enrollment: Enrollment
    contact: Contact
    campaign: Campaign

    @property
    def page(self) -> SplitResult | None:
        return split(self.campaign.landing_page)


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a link leads nowhere, in words for the visitor, who knows neither campaigns nor codes."""

    status: int
    title: str
    text: str
    offers_page: bool = False


UNKNOWN = Closed(
    404,
    "This link leads nowhere",
    "It may have lost a letter on its way. Ask the person who gave it to you for the whole link.",
)
NOT_YET = Closed(404, "This link does not work yet", "It was made for something that has not begun.")
RESTS = Closed(404, "This link rests for now", "Try it again in a few days.", offers_page=True)
OVER = Closed(410, "This offer has ended", "The link was good while it lasted.", offers_page=True)
OUT_OF_USE = Closed(
    410, "This link is no longer in use", "The person who gave it to you may have a newer one.", True
)
LATER = Closed(
    503, "One moment, please", "The link is fine, but we cannot follow it just now. Try again soon."
)

# The last that this process knew of each link: for visitors who come while the database does not answer.
_memory: OrderedDict[str, Link] = OrderedDict()


def find(key: str) -> Link | None:
    """The link whose code, in capitals, is ``key``. Raises a database error only for a link it never saw."""
    try:
        link = _read(key)
    except (DatabaseError, InterfaceError):
        if key in _memory:
            return _memory[key]
        raise
    if link is None:
        _memory.pop(key, None)
        return None
    _memory[key] = link
    _memory.move_to_end(key)
    if len(_memory) > _REMEMBERED:
        _memory.popitem(last=False)
    return link


def closed(link: Link | None, now: dt.datetime) -> Closed | None:
    """Why the link leads nowhere at ``now``; None where it is open."""
    if link is None:
        return UNKNOWN
    if link.disabled_at is not None and link.disabled_at <= now:
        return OUT_OF_USE
    if not (link.contact.counts_at(now) and link.enrollment.is_active_at(now)):
        return OUT_OF_USE
    state = link.campaign.state_at(now)
    if state != "active":
        return {"draft": NOT_YET, "paused": RESTS}.get(state, OVER)
    return NOT_YET if link.page is None else None


def _read(key: str) -> Link | None:
    rows = ReferralCode.objects.annotate(key=Upper("code")).filter(key=key)
    row = rows.values_list(*_COLUMNS).first()
    if row is None:
        return None
    code, disabled_at, *facts = row
    of_contact, of_campaign = len(_ENROLLMENT), len(_ENROLLMENT) + len(_CONTACT)
    return Link(
        code,
        disabled_at,
        Enrollment(**dict(zip(_ENROLLMENT, facts[:of_contact], strict=True))),
        Contact(**dict(zip(_CONTACT, facts[of_contact:of_campaign], strict=True))),
        Campaign(**dict(zip(_CAMPAIGN, facts[of_campaign:], strict=True))),
    )
