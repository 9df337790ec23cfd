"""Who referred an order: the rule, pure over what was looked up, the same for every door.

1. The campaign is the order's own, else that of the first claim that names one, else the door's.
2. The customer's active attribution there wins, if it was made before the order: first touch.
3. Else the first claim that holds: code, coupon, advocate's e-mail, click. A refused claim never stops the
   next one.

All times are judged at the moment of the order.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from campaigns.models import Campaign, FraudRule, Touch
from referrals import reasons
from referrals.evidence import Code, Evidence, Neighbour, Tie, Visit, capitals, click_key
from referrals.fraud import IP_BURST, SUSPICIONS, suspicions


@dataclass(frozen=True, slots=True)
class Claims:
    """What a source says about who referred an order. Empty means it says nothing."""

    short_code: str = ""
    coupon_code: str = ""
    advocate_email: str = ""
    click_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.short_code or self.coupon_code or self.advocate_email or self.click_id)

    def given(self) -> Iterator[tuple[str, str]]:
        """(field, text) of each claim that is made, in the order in which they count."""
        for name in ("short_code", "coupon_code", "advocate_email", "click_id"):
            if text := getattr(self, name):
                yield name, text


@dataclass(slots=True)
class Look:
    """One piece of evidence that was looked at, what it resolved to, and what became of it.

    ``claim`` is a field of :class:`Claims`, or ``first_touch`` for an attribution that the customer already
    has. ``result`` is ``won``, ``lost`` (it holds, but another came first) or ``refused``; ``reason`` says
    why, by a code of ``referrals.reasons``. ``details`` are JSON-ready facts: ids, dates, window arithmetic.
    """

    claim: str
    given: str
    result: str
    reason: str
    advocate_id: int | None = None
    campaign_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """Who referred an order, and why; or why nobody did.

    ``reason`` is ``first_touch``, the kind of claim that won (``code``, ``coupon``, ``advocate_email``,
    ``click``), ``person`` (decided by somebody), or why there is no advocate. ``attribution_id`` names the
    attribution that carries it; a negative one is yet to be made (``is_new``). ``attention`` is empty or
    what somebody should look at.
    """

    reason: str
    campaign_id: int | None = None
    advocate_id: int | None = None
    attribution_id: int | None = None
    is_new: bool = False
    is_flagged: bool = False
    attention: str = ""
    looks: list[Look] = field(default_factory=list)

    @property
    def is_attributed(self) -> bool:
        return self.advocate_id is not None


@dataclass(frozen=True, slots=True)
class Case:
    """An order as the rule sees it. ``campaign_id`` is its own; ``default_campaign_id`` the door's.

    ``ip_address`` is where the buyer came from, empty where that is not said.
    """

    customer_id: int
    ordered_at: dt.datetime
    claims: Claims
    campaign_id: int | None = None
    default_campaign_id: int | None = None
    ip_address: str = ""


@dataclass(frozen=True, slots=True)
class _Sight:
    """A claim, resolved as far as it can be without judging it."""

    claim: str
    given: str
    advocate_id: int | None = None
    campaign_id: int | None = None
    refusal: str = ""
    code: Code | None = None
    visits: tuple[Visit, ...] = ()


def campaign_of(case: Case, evidence: Evidence) -> int | None:
    """Step 1: the campaign that the order belongs to."""
    if case.campaign_id is not None:
        return case.campaign_id
    for name, text in case.claims.given():
        sight = _resolve(name, text, case, evidence)
        if sight.campaign_id is not None:
            return sight.campaign_id
    return case.default_campaign_id


def decide(case: Case, evidence: Evidence) -> Verdict:
    """The whole rule. Adds a new attribution to ``evidence``, so that the next order of a batch sees it."""
    campaign_id = campaign_of(case, evidence)
    sights = [_resolve(name, text, case, evidence) for name, text in case.claims.given()]
    if campaign_id is None:
        looks = [
            Look(sight.claim, sight.given, "refused", sight.refusal or reasons.CAMPAIGN_UNCLEAR,
                 sight.advocate_id)
            for sight in sights
        ]  # fmt: skip
        return _nobody(None, looks)
    campaign = evidence.campaigns[campaign_id]
    verdict = Verdict(reasons.NO_CLAIM, campaign_id)
    ties = evidence.ties.get((case.customer_id, campaign_id), ())
    for tie in ties:
        if tie.is_active:
            verdict.looks.append(_first_touch(tie, case, verdict))
    for sight in sights:
        verdict.looks.append(_judge(sight, case, campaign, ties, evidence, verdict))
    if verdict.advocate_id is None:
        return _nobody(campaign_id, verdict.looks)
    if verdict.reason == reasons.FIRST_TOUCH:
        _look_at_address(verdict, case, campaign, evidence)
    if case.ip_address:
        here = Neighbour(case.customer_id, verdict.advocate_id, campaign_id, case.ordered_at)
        evidence.neighbours.setdefault(case.ip_address, []).append(here)
    if verdict.is_new:
        assert verdict.advocate_id is not None
        assert verdict.attribution_id is not None
        evidence.add_tie(
            Tie(
                verdict.attribution_id,
                verdict.advocate_id,
                case.customer_id,
                campaign_id,
                case.ordered_at,
                # Of somebody who was put out since, it carries this order and no later one.
                is_active=not evidence.people[verdict.advocate_id].is_out,
                is_flagged=verdict.is_flagged,
            )
        )
    return verdict


def _first_touch(tie: Tie, case: Case, verdict: Verdict) -> Look:
    look = Look("first_touch", "", "won", reasons.FIRST_TOUCH, tie.advocate_id, tie.campaign_id)
    look.details = {"attribution": tie.id, "referred_at": tie.referred_at.isoformat()}
    if tie.referred_at > case.ordered_at:
        look.result, look.reason = "refused", "before_referral"
        return look
    verdict.reason, verdict.advocate_id, verdict.attribution_id = look.reason, tie.advocate_id, tie.id
    verdict.is_flagged = tie.is_flagged
    return look


def _judge(
    sight: _Sight, case: Case, campaign: Campaign, ties: Any, evidence: Evidence, verdict: Verdict
) -> Look:
    """What becomes of one claim, now that the campaign is known; the first to hold wins the verdict."""
    look = Look(sight.claim, sight.given, "refused", "", sight.advocate_id, sight.campaign_id)
    look.reason = _refusal(sight, case, campaign, evidence, look)
    if look.reason:
        return look
    assert sight.advocate_id is not None
    look.campaign_id = campaign.pk
    if verdict.reason == reasons.FIRST_TOUCH:
        # The same advocate, or another who came too late: either way it is noted and changes nothing.
        look.result, look.reason = "lost", reasons.FIRST_TOUCH
        return look
    if verdict.is_attributed:
        look.result, look.reason = "lost", "earlier_claim"
        return look
    look.reason = _slot_refusal(sight.advocate_id, ties)
    if look.reason:
        return look
    at, ip = case.ordered_at, case.ip_address
    found = list(suspicions(sight.advocate_id, case.customer_id, at, ip, campaign, evidence))
    look.reason = next((suspicion for suspicion, rule in found if rule == FraudRule.BLOCK), "")
    if look.reason:
        return look
    look.result, look.reason = "won", reasons.WINS[sight.claim]
    verdict.reason, verdict.advocate_id, verdict.is_flagged = look.reason, sight.advocate_id, bool(found)
    verdict.attribution_id, verdict.is_new = evidence.fresh_id(), True
    if found:
        look.details["flags"] = [suspicion for suspicion, _ in found]
        verdict.attention = found[0][0]
    return look


def _look_at_address(verdict: Verdict, case: Case, campaign: Campaign, evidence: Evidence) -> None:
    """A known customer's order may still be one of many from one address: it counts, and waits for a look."""
    assert verdict.advocate_id is not None
    at, ip = case.ordered_at, case.ip_address
    found = suspicions(verdict.advocate_id, case.customer_id, at, ip, campaign, evidence)
    if any(suspicion == IP_BURST for suspicion, _ in found):
        verdict.attention = IP_BURST


def _refusal(sight: _Sight, case: Case, campaign: Campaign, evidence: Evidence, look: Look) -> str:
    """Why the claim does not hold in ``campaign``, whoever else claims; empty where it does."""
    if sight.refusal and not (sight.refusal == reasons.CAMPAIGN_UNCLEAR and sight.advocate_id):
        return sight.refusal
    if sight.campaign_id is not None and sight.campaign_id != campaign.pk:
        return "other_campaign"
    moment, code = case.ordered_at, sight.code
    if code is not None and code.is_disabled_at(moment):
        look.details = _gap(moment, code.disabled_at)
        return "code_disabled" if sight.claim == "short_code" else "coupon_disabled"
    assert sight.advocate_id is not None
    enrollment = evidence.enrollments.get(sight.advocate_id, {}).get(campaign.pk)
    if enrollment is None:
        return "not_enrolled"
    person = evidence.people[sight.advocate_id]
    out = person.refusal_at(moment)
    if out:
        look.details = _gap(moment, person.status_since)
        return out
    if not enrollment.is_active_at(moment):
        look.details = _gap(moment, enrollment.inactive_from, enrollment.inactive_until)
        return "enrollment_inactive"
    state = campaign.state_at(moment)
    if state != "active":
        look.details = _gap(moment, *campaign.out_of_state(state))
        return f"campaign_{state}"
    return _window_refusal(sight, campaign, moment, look) if sight.claim == "click_id" else ""


def _gap(moment: dt.datetime, since: dt.datetime | None, until: dt.datetime | None = None) -> dict[str, Any]:
    """The time in which a claim does not count, and the moment of the order, which lies in it."""
    said = {"at": moment, "from": since, "until": until}
    return {name: value.isoformat() for name, value in said.items() if value is not None}


def _window_refusal(sight: _Sight, campaign: Campaign, moment: dt.datetime, look: Look) -> str:
    """``sight.visits`` holds the one click that counts."""
    clicked_at = sight.visits[0].clicked_at
    until = clicked_at + dt.timedelta(days=campaign.window_days)
    look.details = {
        "clicked_at": clicked_at.isoformat(),
        "window_days": campaign.window_days,
        "counts_until": until.isoformat(),
        "click": sight.visits[0].click_id,
        "at": moment.isoformat(),
    }
    if clicked_at > moment:
        return "click_after_order"
    return "click_expired" if moment > until else ""


def _slot_refusal(advocate_id: int, ties: Any) -> str:
    """The customer's attributions in the campaign leave room for one by this advocate, or say why not."""
    for tie in ties:
        if tie.advocate_id == advocate_id:
            return "before_referral" if tie.is_active else "deactivated"
    return "slot_taken" if any(tie.is_active for tie in ties) else ""


def _resolve(name: str, text: str, case: Case, evidence: Evidence) -> _Sight:
    """Whom a claim names and, where it says so, in which campaign."""
    if name == "short_code":
        code = evidence.codes.get(capitals(text))
        if code is None:
            coupon = evidence.coupons.get(capitals(text))
            if coupon is None:
                return _Sight(name, text, refusal="unknown_code")
            return _Sight(name, text, coupon.advocate_id, refusal="coupon_in_code_field")
        return _Sight(name, text, code.advocate_id, code.campaign_id, code=code)
    if name == "coupon_code":
        coupon = evidence.coupons.get(capitals(text))
        if coupon is None:
            return _Sight(name, text, refusal="unknown_coupon")
        if coupon.campaign_id is not None:
            return _Sight(name, text, coupon.advocate_id, coupon.campaign_id, code=coupon)
        return _of_person(name, text, coupon.advocate_id, case, evidence, coupon)
    if name == "advocate_email":
        person = evidence.by_email.get(text.lower())
        if person is None or not evidence.enrollments.get(person.id):
            return _Sight(name, text, person.id if person else None, refusal="not_enrolled")
        return _of_person(name, text, person.id, case, evidence, None)
    return _of_click(text, case, evidence)


def _of_person(
    name: str, text: str, advocate_id: int, case: Case, evidence: Evidence, code: Code | None
) -> _Sight:
    """A claim that names a person only: the campaign is their only active one, or it stays unclear."""
    if case.campaign_id is not None:
        return _Sight(name, text, advocate_id, code=code)
    active = [
        campaign_id
        for campaign_id, enrollment in evidence.enrollments.get(advocate_id, {}).items()
        if enrollment.is_active_at(case.ordered_at)
        and evidence.campaigns[campaign_id].state_at(case.ordered_at) == "active"
    ]
    if len(active) == 1:
        return _Sight(name, text, advocate_id, active[0], code=code)
    return _Sight(name, text, advocate_id, refusal=reasons.CAMPAIGN_UNCLEAR, code=code)


def _of_click(text: str, case: Case, evidence: Evidence) -> _Sight:
    """The id names the visitor; which of their clicks counts is the campaign's to say."""
    key = click_key(text)
    visits = evidence.visits.get(key, [])
    named = next((visit for visit in visits if visit.click_id == key), None)
    if named is None:
        return _Sight("click_id", text, refusal="unknown_click")
    campaign_id = named.campaign_id if case.campaign_id is None else case.campaign_id
    campaign = evidence.campaigns[campaign_id]
    window = dt.timedelta(days=campaign.window_days)
    counting = [
        visit
        for visit in visits
        if visit.campaign_id == campaign_id
        and visit.clicked_at <= case.ordered_at <= visit.clicked_at + window
    ]
    if not counting:
        of_campaign = [visit for visit in visits if visit.campaign_id == campaign_id]
        chosen = named if named.campaign_id == campaign_id or not of_campaign else of_campaign[-1]
    else:
        chosen = counting[0 if campaign.touch == Touch.FIRST else -1]
    return _Sight("click_id", text, chosen.advocate_id, chosen.campaign_id, visits=(chosen,))


def _nobody(campaign_id: int | None, looks: list[Look]) -> Verdict:
    """Unattributed. The first claim that was made says why, unless one was blocked as fraud."""
    refused = [look for look in looks if look.claim != "first_touch"]
    if not refused:
        # A referral that came after the order says more than nothing, and needs nobody's attention.
        reason = looks[0].reason if looks else reasons.NO_CLAIM
        return Verdict(reason, campaign_id, looks=looks)
    reason = next((look.reason for look in refused if look.reason in SUSPICIONS), refused[0].reason)
    return Verdict(reason, campaign_id, attention=reason, looks=looks)
