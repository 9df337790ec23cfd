"""Keeping a click: one insert, committed before the visitor is sent on, and never waited for."""

import datetime as dt
import uuid

import structlog
from django.db import connection

from referrals.links import standing
from referrals.links.standing import Link
from referrals.links.visiting import Visitor

# One message to the database, so one transaction of its own: it reads the link, and keeps the click if the
# link is as the process knew it when it found it open. Whoever locks the table or the enrolment makes us give
# up soon, even where the lock is met only at the commit.
_CLICK = f"""
    SET LOCAL lock_timeout = '250ms';
    SET LOCAL synchronous_commit = off;
    WITH link AS ({standing.READ}), kept AS (
      INSERT INTO referrals_click
        (click_id, enrollment_id, code, visitor, clicked_at, ip_address, user_agent, referrer, is_bot)
      SELECT %s, link.enrollment_id, link.code, %s, %s, %s, %s, %s, %s FROM link WHERE link.facts = %s
      RETURNING 1
    )
    SELECT EXISTS (SELECT FROM kept), link.* FROM link
"""  # noqa: S608  (text of ours)
log = structlog.get_logger(__name__)


def follow(key: str, who: Visitor, at: dt.datetime) -> tuple[Link | None, str]:
    """The link of this code, in capitals, and the id of the click that is kept of it.

    The id is empty for a link that is closed, and for a click that the database would not take in time: then
    the visitor goes on without one. An id that is returned is in the database, for orders will name it.
    Raises a database error only for a link that this process never saw.
    """
    known = standing.remembered(key)
    try:
        link, click_id = _ask(key, who, at, known)
        if not click_id and link is not None and link is not known:
            link, click_id = _ask(key, who, at, link)
    except standing.UNREACHABLE as error:
        log.warning("click_not_kept", code=key, error=str(error).partition("\n")[0])
        return standing.find(key), ""
    return link, click_id


def _ask(key: str, who: Visitor, at: dt.datetime, known: Link | None) -> tuple[Link | None, str]:
    """The link as it is now; and the click, if the link is open and still as it was ``known``."""
    is_open = known is not None and standing.closed(known, at) is None
    facts = known.facts if known is not None and is_open else None
    click_id = uuid.uuid4()
    told = (who.id, at, who.ip_address, who.user_agent, who.referrer, who.is_bot)
    with connection.cursor() as cursor:
        cursor.execute(_CLICK, [key, click_id, *told, facts])
        while cursor.nextset():
            pass
        row = cursor.fetchone()
    link = standing.learn(key, row[1:] if row else None)
    return link, str(click_id) if row and row[0] else ""
