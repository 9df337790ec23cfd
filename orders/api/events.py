"""What happened, as a stream that a program can follow for ever without missing anything."""

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from campaigns.access import campaign_ids, is_limited
from core.accounts.permissions import may
from core.api.answers import moment
from core.api.callers import ApiRequest
from core.api.endpoints import Declared, Parameter, endpoint
from core.api.lists import MOST
from core.api.problems import ApiProblem, Fault, respond
from core.events.log import settled
from core.events.models import Event
from core.listing.sorting import Beyond
from orders.queries import visible_to
from referrals.queries import attributions_visible_to, enrollments_visible_to

router = Router(tags=["Events"])

# What an event is about → the scope that reads it.
NOUNS = {
    "order": "orders:read",
    "contact": "contacts:read",
    "enrollment": "contacts:read",
    "coupon": "contacts:read",
    "attribution": "attributions:read",
    "campaign": "campaigns:read",
}
_COLUMNS = (
    *("id", "at", "kind", "noun", "noun_id", "actor_kind", "actor_label", "source", "data", "personal"),
    "transaction",
)


class EventOut(Schema):
    id: int
    at: dt.datetime
    kind: str = Field(..., description="What happened, such as `order_recorded`.")
    noun: str = Field(..., description="What it happened to, such as `order`.")
    noun_id: int = Field(..., description="Our `id` of it.")
    actor: str = Field(..., description="user, key, system, automation or integration")
    actor_name: str | None
    source: str
    data: dict[str, Any]
    personal: dict[str, Any] | None = Field(..., description="Names and addresses; erasure takes them away.")


class EventPage(Schema):
    data: list[EventOut]
    next_cursor: str = Field(..., description="Send it as `cursor`, now or later: what comes after.")


@endpoint(
    router,
    "GET",
    "events",
    answers={200: EventPage},
    summary="Follow what happens",
    declared=Declared(
        permission="events:read",
        problems=(422,),
        parameters=(
            Parameter(
                "cursor",
                "`next_cursor` of the call before; without it: from the beginning.",
                {"type": "string", "pattern": "^([0-9]{1,18}-[0-9]{1,18})?$"},
            ),
            Parameter("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": MOST}),
            Parameter("noun", "Only what happened to these.", {"type": "string", "enum": list(NOUNS)}),
        ),
    ),
)
def list_events(request: ApiRequest) -> HttpResponse:
    """Oldest first. An event is shown once all that could come before it are in, so no late one is missed.

    The key sees events of what its other scopes let it read.
    """
    limit, after = _read(request)
    rows = settled(_visible(request))
    if after is not None:
        rows = rows.filter(Q(Beyond(("transaction", "id"), after, falls=False)))
    found = list(rows.order_by("transaction", "id").values_list(*_COLUMNS)[:limit])
    last = (found[-1][-1], found[-1][0]) if found else after or (0, 0)
    return respond({"data": [_event_json(row) for row in found], "next_cursor": f"{last[0]}-{last[1]}"})


def _read(request: ApiRequest) -> tuple[int, tuple[int, int] | None]:
    limit, cursor = request.GET.get("limit", "100"), request.GET.get("cursor", "")
    faults = [
        Fault("", "There is no such parameter here.", "unknown_parameter", parameter=name[:80])
        for name in request.GET
        if name not in {"limit", "cursor", "noun"}
    ]
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 1 <= int(limit) <= MOST):
        faults.append(Fault("", f"Say a number from 1 to {MOST}.", "limit", parameter="limit"))
    parts = cursor.split("-")
    whole = all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts)
    if cursor and (len(parts) != 2 or not whole):
        faults.append(Fault("", "This is no cursor of the events.", "cursor", parameter="cursor"))
    if request.GET.get("noun", "order") not in NOUNS:
        faults.append(Fault("", f"Say one of {', '.join(NOUNS)}.", "choice", parameter="noun"))
    if faults:
        raise ApiProblem(422, "invalid", "A parameter cannot be read.", faults)
    return int(limit), (int(parts[0]), int(parts[1])) if cursor else None


def _visible(request: ApiRequest) -> QuerySet[Event]:
    caller, noun = request.caller, request.GET.get("noun", "")
    nouns = [name for name, scope in NOUNS.items() if may(caller, scope) and noun in {"", name}]
    rows = Event.objects.filter(noun__in=nouns)
    if not is_limited(caller):
        return rows
    # What happened to a person or a coupon may be of other campaigns, too: it is for the unlimited.
    of = OuterRef("noun_id")
    return rows.filter(
        Q(Exists(visible_to(caller).filter(pk=of)), noun="order")
        | Q(Exists(enrollments_visible_to(caller).filter(pk=of)), noun="enrollment")
        | Q(Exists(attributions_visible_to(caller).filter(pk=of)), noun="attribution")
        | Q(noun="campaign", noun_id__in=campaign_ids(caller))
    )


def _event_json(row: tuple[Any, ...]) -> dict[str, Any]:
    pk, at, kind, noun, noun_id, actor, label, source, data, personal, _ = row
    return {
        "id": pk,
        "at": moment(at),
        "kind": kind,
        "noun": noun,
        "noun_id": noun_id,
        "actor": actor,
        "actor_name": label,
        "source": source,
        "data": data,
        "personal": personal,
    }
