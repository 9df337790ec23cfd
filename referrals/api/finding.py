"""Rows that a request names, if the key may see them; else the problem that says so."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.models import Campaign
from core.api.bodies import Body
from core.api.callers import ApiRequest
from core.api.problems import ApiProblem
from core.events.log import actor_for
from referrals.models import Contact
from referrals.queries import contacts_visible_to

M = TypeVar("M", bound=Model)


def terms(request: ApiRequest) -> dict[str, Any]:
    """On whose behalf a rule works."""
    return {"by": actor_for(request.caller), "source": "api"}


def by_number(rows: QuerySet[M], number: int, noun: str) -> M:
    found = rows.filter(pk=number).first() if 0 < number < 2**63 else None
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no {noun} {number}.")
    return found


def contact(request: ApiRequest, named: str) -> Contact:
    """By our id, by e-mail or by uid."""
    found = None
    if "\0" not in named:
        which = Q(email=named.lower()) | Q(uid=named)
        if named.isascii() and named.isdigit() and len(named) < 19:
            which |= Q(pk=int(named))
        # A uid may look like one of our ids; the merchant means the uid.
        rows = list(contacts_visible_to(request.caller).filter(which)[:3])
        rows.sort(key=lambda one: (one.uid != named, one.email != named.lower()))
        found = rows[0] if rows else None
    if found is None:
        raise ApiProblem(404, "not-found", f"There is no contact “{named[:80]}”.")
    return found


def campaign(request: ApiRequest, body: Body, uid: str) -> Campaign | None:
    """The campaign called ``uid``; a fault of ``body`` where there is none."""
    found = campaigns_visible_to(request.caller).filter(uid__iexact=uid).first() if uid else None
    if uid and found is None:
        body.fault("campaign_uid", f"There is no campaign “{uid[:60]}”.", "unknown_campaign")
    return found
