"""What is known of a share link, and whether it leads anywhere at a given moment."""

import datetime as dt
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import SplitResult

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Model

from campaigns.models import Campaign
from referrals.links.landing import split
from referrals.models import Contact, Enrollment, ReferralCode

M = TypeVar("M", bound=Model)

# All facts in one text, so that whether any has changed is one comparison; rows inside of rows, for a join
# takes longer to plan than to run. Its parameter is a code in capitals.
READ = """
    SELECT k.code, k.enrollment_id, json_build_object(
      'disabled_at', k.disabled_at,
      'enrollment', (SELECT json_build_object(
          'inactive_from', e.inactive_from,
          'inactive_until', e.inactive_until,
          'contact', (SELECT json_build_object('status', p.status, 'status_since', p.status_since)
            FROM referrals_contact p WHERE p.id = e.contact_id),
          'campaign', (SELECT json_build_object(
              'landing_page', c.landing_page, 'window_days', c.window_days, 'launched_at', c.launched_at,
              'starts_at', c.starts_at, 'ends_at', c.ends_at,
              'paused_from', c.paused_from, 'paused_until', c.paused_until)
            FROM campaigns_campaign c WHERE c.id = e.campaign_id))
        FROM referrals_enrollment e WHERE e.id = k.enrollment_id))::text AS facts
    FROM referrals_referralcode k WHERE upper(k.code) = %s
"""
_REMEMBERED = 10_000
# What a database that does not answer raises, or one that will not wait any longer.
UNREACHABLE = (DatabaseError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Link:
    """A referral code with what decides whether it counts. The rows hold only the columns read here.

    ``facts`` is the text that all of it was read from: another one when anything has changed.
    """

    code: str
    disabled_at: dt.datetime | None
    enrollment: Enrollment
    contact: Contact
    campaign: Campaign
    facts: str

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

# The last that this process knew of each link: so that a click need not be told again what has not changed,
# and for visitors who come while the database does not answer.
_memory: OrderedDict[str, Link] = OrderedDict()


def remembered(key: str) -> Link | None:
    """The link of this code, in capitals, as this process knew it last. It may have changed since."""
    return _memory.get(key)


def forget() -> None:
    """Know nothing, as a new process does."""
    _memory.clear()


def find(key: str) -> Link | None:
    """The link of this code, in capitals. Raises a database error only for a link it never saw."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(READ, [key])
            row = cursor.fetchone()
    except UNREACHABLE:
        if key in _memory:
            return _memory[key]
        raise
    return learn(key, row)


def learn(key: str, row: Sequence[Any] | None) -> Link | None:
    """The link in an answer to :data:`READ`, remembered for the next time."""
    if row is None:
        _memory.pop(key, None)
        return None
    known = _memory.get(key)
    if known is None or known.facts != row[2]:
        known = _memory[key] = _link(*row)
    _memory.move_to_end(key)
    if len(_memory) > _REMEMBERED:
        _memory.popitem(last=False)
    return known


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


def _link(code: str, enrollment_id: int, facts: str) -> Link:
    told = json.loads(facts)
    of_enrollment = told["enrollment"]
    contact, campaign = (of_enrollment.pop(name) for name in ("contact", "campaign"))
    return Link(
        code,
        _row(ReferralCode, {"disabled_at": told["disabled_at"]}).disabled_at,
        _row(Enrollment, {"pk": enrollment_id, **of_enrollment}),
        _row(Contact, contact),
        _row(Campaign, campaign),
        facts,
    )


def _row(model: type[M], facts: dict[str, Any]) -> M:
    """A row with these columns, which JSON has no types for."""
    return model(**{name: _column(model, name).to_python(value) for name, value in facts.items()})


def _column(model: type[Model], name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)
