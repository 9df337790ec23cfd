"""Why no reward, why held, what happened: codes and what they mean to a reader."""

from collections.abc import Iterable, Mapping
from typing import Any

from core.events.models import Event

MISSES = {
    "": "No reason is known.",
    "test_order": "It is a test order.",
    "campaign_draft": "The campaign had not begun when the order was placed.",
    "campaign_paused": "The campaign was paused when the order was placed.",
    "campaign_ended": "The campaign was over when the order was placed.",
    "not_in_force": "The rule was not in force when the order was placed.",
    "recipient_out": "Whom it would pay was banned or had unsubscribed.",
    "conditions": "The order does not meet the rule’s conditions.",
    "other_currency": "The rule counts in another currency.",
    "below_minimum": "The order is below the rule’s minimum.",
    "not_first": "It is not the customer’s first order that counts.",
    "beyond_orders": "The customer’s first orders are used up.",
    "beyond_months": "The customer’s first months are over.",
    "nothing": "It comes to less than the smallest unit of the currency.",
    "too_large": "It comes to more than any amount may be.",
    "order_limit": "The rule’s limit for one order leaves nothing.",
    "advocate_limit": "The advocate has reached the rule’s limit.",
    "customer_limit": "The customer has reached the rule’s limit.",
    "budget": "The rule’s budget is spent.",
}
LIMITS = {
    "order_limit": "for one order",
    "advocate_limit": "for one advocate",
    "customer_limit": "for one customer",
    "budget": "in all",
}
_WHYS = {
    "voided": "Its order was voided.",
    "flagged_contact": "Whom it pays is flagged.",
    "flagged_attribution": "The referral is flagged.",
    "moved": "It was moved to somebody else.",
}


def why(reason: str) -> str:
    """Why a reward is flagged or denied: a code of ours, or what somebody wrote."""
    return _WHYS.get(reason, reason)


def missed(reason: str) -> str:
    return MISSES.get(reason, reason)


_HAPPENED = {
    "reward_earned": "Earned",
    "reward_adjusted": "Adjusted",
    "reward_clawed_back": "Taken back after it was paid",
    "reward_restored": "Restored after it was paid",
    "reward_approved": "Approved",
    "reward_flagged": "Flagged",
    "reward_denied": "Denied",
    "reward_reopened": "Opened again",
    "reward_moved": "Moved to whom it belongs",
    "reward_fulfilled": "Paid",
    "rule_created": "Made",
    "rule_renamed": "Renamed",
    "rule_published": "Published",
    "rule_stopped": "Stopped",
}


def in_words(events: Iterable[Event]) -> list[tuple[Event, str, str]]:
    """Each event, what happened, and more about it."""
    return [(event, _HAPPENED.get(event.kind, _spoken(event.kind)), _more(event.data)) for event in events]


def _more(data: Mapping[str, Any]) -> str:
    if "amount" in data:
        amount = data["amount"]
        shown = " → ".join(amount) if isinstance(amount, list) else amount
        return f"{shown} {data.get('currency', '')}"
    if "version" in data:
        return f"Version {data['version']}"
    if "name" in data and isinstance(data["name"], list):
        return " → ".join(data["name"])
    return why(str(data.get("reason", "")))


def _spoken(kind: str) -> str:
    return kind.replace("_", " ").capitalize()
