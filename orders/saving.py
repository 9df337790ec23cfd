"""A plain ``save()`` of one order: decided by the same rule, with the same decision and events.

Doors go through ``orders.intake``, which writes sets and never saves. This is for whoever saves a model: a
shell, a test, a script. The database holds the lock for all of them alike.
"""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from campaigns.models import Campaign
from core import money
from core.events.log import SYSTEM, Entry, write
from orders.decisions import attributed, trace_of
from orders.models import Decision, Order
from orders.neighbours import read_neighbours
from referrals import reasons
from referrals.attribution import Case, Claims, Look, Verdict, decide
from referrals.evidence import Evidence, read_claims, read_people, read_people_by_id, read_standing
from referrals.models import ReferralAttribution

LOCKED = ("referral_attribution_id", "advocate_id", "campaign_id", "customer_id")
UNTOLD = frozenset({"updated_at", "attributed_at", "clocks", "source_details"})


class AttributionLocked(ValidationError):
    """Somebody tried to give an attributed order another attribution, campaign or customer."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"The attribution of order {order.order_id} is permanent.", code="locked")


def before_save(order: Order, fields: Collection[str] | None) -> None:
    """Refuse a second attribution; decide a new order, and one that brings claims and has none yet.

    ``fields`` are those that are written, where save() was told; what is not written is not looked at.
    """
    found: Any = None if order._state.adding else Order.objects.filter(pk=order.pk).values().first()
    stored: dict[str, Any] | None = found
    if stored is not None and stored["referral_attribution_id"] is not None:
        if any(getattr(order, name) != stored[name] for name in LOCKED if _is_written(name, fields)):
            raise AttributionLocked(order)
    elif order.referral_attribution_id is not None and _is_written("referral_attribution_id", fields):
        order.verdict = _complete(order)
    elif stored is None or order.claims is not None:
        order.verdict = _decide(order)
    order.changed = None if stored is None else _changes(order, stored, fields)


def after_save(order: Order, *, created: bool) -> None:
    """The decision and the events, in the transaction of the save."""
    verdict, changed = order.verdict, order.changed
    order.claims, order.verdict, order.changed = None, None, None
    entries = []
    if created:
        amount = money.plain(order.revenue_amount, order.currency)
        facts = {"order_id": order.order_id, "amount": amount, "currency": order.currency}
        entries.append(Entry("order_recorded", "order", order.pk, facts))
    elif changed:
        entries.append(Entry("order_updated", "order", order.pk, {"changed": changed}))
    if verdict is not None and verdict.looks:
        trace, personal = trace_of(verdict)
        Decision.objects.create(
            order=order,
            reason=verdict.reason,
            referral_attribution_id=verdict.attribution_id,
            decided_by=SYSTEM.kind if verdict.looks[0].claim == "person" else "rule",
            trace=trace,
            personal=personal,
        )
    if verdict is not None and verdict.is_attributed:
        entries.append(attributed(order.pk, verdict))
    write(entries, actor=SYSTEM, source=order.source)


def _decide(order: Order) -> Verdict:
    claims = order.claims or Claims()
    evidence = Evidence(campaigns=Campaign.objects.in_bulk())
    read_people_by_id(evidence, [order.customer_id])
    if claims:
        read_people(evidence, [claims.advocate_email.lower()], [])
        texts = [[text] if text else [] for text in (claims.short_code, claims.coupon_code, claims.click_id)]
        read_claims(evidence, codes=texts[0], coupons=texts[1], click_ids=texts[2])
    advocates = {code.advocate_id for code in (*evidence.codes.values(), *evidence.coupons.values())}
    advocates |= {visit.advocate_id for visits in evidence.visits.values() for visit in visits}
    read_standing(evidence, advocates | evidence.people.keys(), [order.customer_id])
    ip = str(order.ip_address or "")
    if ip:
        read_neighbours(evidence, [(ip, order.ordered_at)])
    case = Case(order.customer_id, order.ordered_at, claims, order.campaign_id, ip_address=ip)
    verdict = decide(case, evidence)
    if verdict.is_new:
        assert verdict.advocate_id is not None
        assert verdict.campaign_id is not None
        tie = ReferralAttribution.objects.create(
            advocate_id=verdict.advocate_id,
            contact_id=order.customer_id,
            campaign_id=verdict.campaign_id,
            referred_at=order.ordered_at,
            is_active=not evidence.people[verdict.advocate_id].is_out,
            deactivated_at=timezone.now() if evidence.people[verdict.advocate_id].is_out else None,
            flagged=verdict.is_flagged,
            source=order.source,
        )
        verdict.attribution_id = tie.pk
    order.campaign_id = verdict.campaign_id
    order.referral_attribution_id, order.advocate_id = verdict.attribution_id, verdict.advocate_id
    order.reason, order.attention = verdict.reason, verdict.attention
    order.attributed_at = timezone.now() if verdict.is_attributed else None
    return verdict


def _complete(order: Order) -> Verdict:
    """Whoever names the attribution need not repeat what it says, and has decided."""
    tie = order.referral_attribution
    assert tie is not None
    order.advocate_id, order.campaign_id = tie.advocate_id, tie.campaign_id
    order.attributed_at = order.attributed_at or timezone.now()
    if order.reason not in reasons.WINS.values():
        order.reason, order.attention = reasons.PERSON, ""
    look = Look("person", "", "won", order.reason, tie.advocate_id, tie.campaign_id)
    return Verdict(order.reason, tie.campaign_id, tie.advocate_id, tie.pk, looks=[look])


def _is_written(column: str, fields: Collection[str] | None) -> bool:
    return fields is None or column in fields or column.removesuffix("_id") in fields


def _changes(order: Order, stored: dict[str, Any], fields: Collection[str] | None) -> dict[str, list[Any]]:
    pairs = {
        name: (value, getattr(order, name))
        for name, value in stored.items()
        if name not in UNTOLD and _is_written(name, fields)
    }
    return {
        name: [_plain(value, order.currency) for value in pair]
        for name, pair in pairs.items()
        if pair[0] != pair[1]
    }


def _plain(value: Any, currency: str) -> Any:
    if isinstance(value, Decimal):
        return money.plain(value, currency)
    return value.isoformat() if isinstance(value, dt.datetime) else value
