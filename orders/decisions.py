"""A verdict as it is kept: the trace of the decision, and the event that says it."""

import json
from typing import Any

from core.events.log import Entry
from referrals.attribution import Verdict

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def trace_of(verdict: Verdict) -> tuple[dict[str, Any], str | None]:
    """The trace of a decision, and apart from it what privacy erasure may take away."""
    looks, personal = [], {}
    for look in verdict.looks:
        shown = {
            "claim": look.claim,
            "given": look.given,
            "result": look.result,
            "reason": look.reason,
            "advocate_id": look.advocate_id,
            "campaign_id": look.campaign_id,
            "details": look.details,
        }
        if look.claim == "advocate_email":
            personal["advocate_email"] = shown.pop("given")
        looks.append(shown)
    trace = {"campaign_id": verdict.campaign_id, "looks": looks}
    return trace, as_json(personal) if personal else None


def attributed(pk: int, verdict: Verdict) -> Entry:
    return Entry(
        "order_attributed",
        "order",
        pk,
        {
            "attribution": verdict.attribution_id,
            "advocate": verdict.advocate_id,
            "campaign": verdict.campaign_id,
            "reason": verdict.reason,
        },
    )


def as_json(value: Any) -> str:
    """Compact, by one encoder for all: making one for each row would take longer than the row."""
    return _encode(value) if value else "{}"
