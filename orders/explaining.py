"""Why this advocate, or why nobody: the stored reason of an order, in words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.models import Campaign
from core.templatetags.ui import day
from orders.models import Decision, Order
from referrals import reasons
from referrals.attribution import Look, Verdict
from referrals.models import Contact

RESULTS = {"won": "decided it", "lost": "came too late", "refused": "did not count"}
ELSEWHERE = "a campaign that is not shown to you"
HELD_BUT = "It holds, but the customer had been referred before, and the first touch counts."
HELD = "A known customer needs no code: the first touch counts."
# Refusals that a person cannot overrule on the order's page.
UNFIT = frozenset({"self_referral", "slot_taken", "advocate_banned", "advocate_unsubscribed"})
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of evidence: ``before`` and ``after`` surround what was ``given``; ``why`` is a sentence."""

    result: str
    before: str
    given: str
    after: str
    why: str

    @property
    def result_in_words(self) -> str:
        return RESULTS[self.result]

    def __str__(self) -> str:
        return " ".join(part for part in (self.before, self.given, self.after) if part)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the order page says, and what the form foresees.

    ``advocate`` is whom the order is credited to. ``suggested`` is the contact of the nearest miss (id and
    name), whom a person might well credit by hand.
    """

    headline: str
    sentences: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    advocate: str = ""
    campaign: str = ""
    suggested: tuple[int, str] | None = None

    @property
    def is_attributed(self) -> bool:
        return bool(self.advocate)


def explain(order: Order, who: Any = None) -> Explanation:
    """Why ``order`` belongs to whom it does. ``who`` is shown only campaigns they may see; None: all.

    Reads the latest decision and the names in it: three queries at most.
    """
    decision = Decision.objects.filter(order=order).order_by("-id").first()
    looks = _looks(decision)
    names = _Names.of(looks, who, more=[order.advocate_id], campaigns=[order.campaign_id])
    verdict = Verdict(order.reason, order.campaign_id, order.advocate_id, looks=looks)
    sentences = []
    tie = order.referral_attribution
    if tie is not None and not tie.is_active:
        since = day(tie.deactivated_at)
        sentences.append(f"The attribution was deactivated on {since}: this order keeps it, new ones do not.")
    if tie is not None and tie.flagged:
        sentences.append("Advocate and customer look like the same person: flagged as a self-referral.")
    return _explanation(verdict, names, "Why {}?", sentences)


def foresee(verdict: Verdict, who: Any = None) -> Explanation:
    """Whom an order would be credited to if it were recorded now. Two queries at most."""
    names = _Names.of(verdict.looks, who, more=[verdict.advocate_id], campaigns=[verdict.campaign_id])
    sentences = []
    if verdict.is_attributed and verdict.is_new:
        sentences.append(
            "With this order the customer is referred for good: later ones in this campaign count too."
        )
    if verdict.is_flagged:
        sentences.append("Advocate and customer look like the same person: it is flagged as a self-referral.")
    return _explanation(verdict, names, "{} gets this order", sentences)


def _explanation(verdict: Verdict, names: "_Names", headline: str, sentences: Iterable[str]) -> Explanation:
    lines = tuple(_line(look, names) for look in verdict.looks)
    campaign = names.campaign(verdict.campaign_id)
    if verdict.advocate_id is not None:
        advocate = names.contact(verdict.advocate_id)
        first = reasons.sentence(verdict.reason)
        return Explanation(headline.format(advocate), (first, *sentences), lines, advocate, campaign)
    miss = _nearest_miss(verdict.looks)
    return Explanation(
        headline.format("nobody" if headline.startswith("Why") else "Nobody"),
        (*_why_nobody(verdict, miss, names), *sentences),
        lines,
        campaign=campaign,
        suggested=_suggested(miss, verdict, names),
    )


def _why_nobody(verdict: Verdict, miss: Look | None, names: "_Names") -> list[str]:
    if miss is None:
        return [reasons.sentence(verdict.reason)]
    if len(verdict.looks) == 1:
        return ["The one thing that named an advocate did not count."]
    near = f" The nearest miss was {names.whom(miss)}." if miss.advocate_id else ""
    return [f"None of what named an advocate counted.{near}"]


def _suggested(miss: Look | None, verdict: Verdict, names: "_Names") -> tuple[int, str] | None:
    """Only somebody who could be credited: of the order's own campaign, and not the customer themselves."""
    if miss is None or not miss.advocate_id or miss.reason in UNFIT:
        return None
    is_elsewhere = miss.campaign_id is not None and miss.campaign_id not in {verdict.campaign_id, None}
    return None if is_elsewhere else (miss.advocate_id, names.contact(miss.advocate_id))


def _nearest_miss(looks: Sequence[Look]) -> Look | None:
    """The refused claim that came closest: one that names somebody before one that names nobody."""
    refused = [look for look in looks if look.result == "refused"]
    return next((look for look in refused if look.advocate_id), refused[0] if refused else None)


def _looks(decision: Decision | None) -> list[Look]:
    """The trace as it was, with the e-mail addresses that erasure has left."""
    if decision is None:
        return []
    personal = decision.personal or {}
    return [
        Look(
            one["claim"],
            one.get("given") or personal.get(one["claim"], ""),
            one["result"],
            one["reason"],
            one.get("advocate_id"),
            one.get("campaign_id"),
            one.get("details") or {},
        )
        for one in decision.trace.get("looks", ())
    ]


def _line(look: Look, names: "_Names") -> Line:
    whom, place = names.whom(look), names.place(look)
    given = look.given if len(look.given) <= _LONGEST else f"{look.given[: _LONGEST - 1]}…"
    words = {
        "first_touch": ("Referred before by", whom, _joined(place, _on(look, "referred_at"))),
        "short_code": ("Referral code", given, f"belongs to {_joined(whom, place)}" if whom else ""),
        "coupon_code": ("Coupon", given, f"belongs to {_joined(whom, place)}" if whom else "names nobody"),
        "advocate_email": ("Advocate", given or whom, f"is {_joined(whom, place)}" if whom and given else ""),
        "click_id": ("Click on the link of", whom, _joined(place, _on(look, "clicked_at"))),
        "person": ("A person chose", whom, place),
    }[look.claim]
    return Line(
        look.result, *(words if whom or look.claim != "click_id" else ("Click", given, "")), _why(look)
    )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _on(look: Look, name: str) -> str:
    at = _day(look, name)
    return f"on {at}" if at else ""


def _why(look: Look) -> str:
    if look.claim == "first_touch" and look.result == "won":
        return HELD
    if look.claim == "person":
        return f"“{look.given}”"
    if look.result == "lost" and look.reason == reasons.FIRST_TOUCH:
        return HELD_BUT
    if look.result == "won":
        return "Good when the order was placed."
    until = _day(look, "counts_until")
    more = f" It counted until {until}." if look.reason == "click_expired" and until else ""
    return reasons.sentence(look.reason) + more


def _day(look: Look, name: str) -> str:
    text = str(look.details.get(name) or "")
    try:
        return day(dt.datetime.fromisoformat(text)) if text else ""
    except ValueError:
        return ""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids of a trace are called, for one reader."""

    contacts: dict[int, str]
    campaigns: dict[int, str]

    @classmethod
    def of(
        cls, looks: Sequence[Look], who: Any, *, more: Iterable[int | None], campaigns: Iterable[int | None]
    ) -> "_Names":
        people = {pk for pk in (*(look.advocate_id for look in looks), *more) if pk and pk > 0}
        places = {pk for pk in (*(look.campaign_id for look in looks), *campaigns) if pk}
        shown = Campaign.objects.all() if who is None else campaigns_visible_to(who)
        known = dict(shown.filter(pk__in=places).values_list("pk", "name")) if places else {}
        rows = Contact.objects.filter(pk__in=people).values_list("pk", "label") if people else ()
        return cls({pk: label or f"Erased contact {pk}" for pk, label in rows}, known)

    def contact(self, pk: int | None) -> str:
        return self.contacts.get(pk or 0, "a new advocate")

    def whom(self, look: Look) -> str:
        """The advocate of a piece of evidence; nobody's name out of a campaign that is not shown."""
        if not look.advocate_id:
            return ""
        is_hidden = look.campaign_id is not None and look.campaign_id not in self.campaigns
        return "somebody" if is_hidden else self.contact(look.advocate_id)

    def place(self, look: Look) -> str:
        return f"in {self.campaign(look.campaign_id)}" if look.campaign_id else ""

    def campaign(self, pk: int | None) -> str:
        return "" if pk is None else self.campaigns.get(pk, ELSEWHERE)
