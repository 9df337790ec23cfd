"""Keeping a click: one insert, committed before the visitor is sent on, and never waited for."""

import datetime as dt
import uuid

import structlog
from django.db import DatabaseError, InterfaceError, connection

from referrals.links.standing import Link
from referrals.links.visiting import Visitor

# One message to the database, so one transaction of its own. Whoever locks the table or the enrolment makes
# us give up soon, even where the lock is met only at the commit.
_INSERT = """
    SET LOCAL lock_timeout = '250ms';
    INSERT INTO referrals_click
      (click_id, enrollment_id, code, visitor, clicked_at, ip_address, user_agent, referrer, is_bot)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
log = structlog.get_logger(__name__)


def keep(link: Link, who: Visitor, at: dt.datetime) -> str:
    """Keep the click of ``who`` and return its id; empty when the database would not take it in time.

    An id that is returned is in the database: the visitor carries it, and orders will name it.
    """
    click_id = uuid.uuid4()
    row = (
        *(click_id, link.enrollment.pk, link.code, who.id, at),
        *(who.ip_address, who.user_agent, who.referrer, who.is_bot),
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, row)
    except (DatabaseError, InterfaceError) as error:
        log.warning("click_not_kept", code=link.code, error=str(error).splitlines()[0])
        return ""
    return str(click_id)
