"""Why this advocate, or why nobody: the stored reason of an order, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.models import Campaign
from core.templatetags.ui import day
from orders.misses import Miss, Slips, moment, nearest, off_by, span
from orders.models import Decision, Order
from referrals import reasons
from referrals.attribution import Look, Verdict
from referrals.models import Contact
from referrals.nearness import MOST_SHOWN, Near

RESULTS = {"won": "decided it", "lost": "came too late", "refused": "did not count"}
ELSEWHERE = "a campaign that is not shown to you"
HELD_BUT = "It holds, but the customer had been referred before, and the first touch counts."
HELD = "A known customer needs no code: the first touch counts."
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

    Reads the latest decision, the names in it, and codes one letter off from unknown ones: five queries at
    most.
    """
    decision = Decision.objects.filter(order=order).order_by("-id").first()
    looks = looks_of(decision)
    names = _Names.of(looks, who, more=[order.advocate_id], campaigns=[order.campaign_id])
    verdict = Verdict(order.reason, order.campaign_id, order.advocate_id, looks=looks)
    sentences = []
    tie = order.referral_attribution
    if tie is not None and not tie.is_active:
        since = day(tie.deactivated_at)
        sentences.append(f"The attribution was deactivated on {since}: this order keeps it, new ones do not.")
    if tie is not None and tie.flagged:
        sentences.append("The attribution is flagged: rewards wait until somebody has looked at it.")
    sentences += _flags(looks)
    return _explanation(verdict, names, "Why {}?", sentences)


def foresee(verdict: Verdict, who: Any = None) -> Explanation:
    """Whom an order would be credited to if it were recorded now. Four queries at most."""
    names = _Names.of(verdict.looks, who, more=[verdict.advocate_id], campaigns=[verdict.campaign_id])
    sentences = []
    if verdict.is_attributed and verdict.is_new:
        sentences.append(
            "With this order the customer is referred for good: later ones in this campaign count too."
        )
    if verdict.is_flagged:
        sentences.append("It is flagged: rewards wait until somebody has looked at it.")
        sentences += _flags(verdict.looks)
    return _explanation(verdict, names, "{} gets this order", sentences)


def _explanation(verdict: Verdict, names: "_Names", headline: str, sentences: Iterable[str]) -> Explanation:
    lines = tuple(_line(look, names) for look in verdict.looks)
    campaign = names.campaign(verdict.campaign_id)
    if verdict.advocate_id is not None:
        advocate = names.contact(verdict.advocate_id)
        first = reasons.sentence(verdict.reason)
        return Explanation(headline.format(advocate), (first, *sentences), lines, advocate, campaign)
    miss = nearest(verdict.looks, names.slips, verdict.campaign_id)
    return Explanation(
        headline.format("nobody" if headline.startswith("Why") else "Nobody"),
        (*_why_nobody(verdict, miss, names), *sentences),
        lines,
        campaign=campaign,
        suggested=_suggested(miss, verdict, names),
    )


def _why_nobody(verdict: Verdict, miss: Miss | None, names: "_Names") -> list[str]:
    if miss is None:
        return [reasons.sentence(verdict.reason)]
    said = ["The one thing that named an advocate did not count."]
    if len(verdict.looks) > 1:
        said = ["None of what named an advocate counted."]
    if miss.near is not None:
        said.append(f"The nearest miss is one letter off: {names.near(miss.near)}.")
    elif miss.advocate_id and len(verdict.looks) > 1:
        off = off_by(miss.look)
        by = f", by {span(off)}" if off is not None else ""
        said.append(f"The nearest miss was {names.whom(miss.look)}{by}.")
    return said


def _suggested(miss: Miss | None, verdict: Verdict, names: "_Names") -> tuple[int, str] | None:
    """Only somebody who could be credited: of the order's own campaign, and not the customer themselves."""
    if miss is None or miss.advocate_id is None or not miss.may_be_credited:
        return None
    if not names.shows(miss.campaign_id):
        return None
    is_elsewhere = miss.campaign_id is not None and miss.campaign_id not in {verdict.campaign_id, None}
    if is_elsewhere and verdict.campaign_id is not None:
        return None
    return miss.advocate_id, names.contact(miss.advocate_id)


def _flags(looks: Sequence[Look]) -> list[str]:
    """What looked wrong about the claim that won."""
    return [reasons.sentence(code) for look in looks for code in look.details.get("flags", ())]


def looks_of(decision: Decision | None) -> list[Look]:
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
        look.result, *(words if whom or look.claim != "click_id" else ("Click", given, "")), _why(look, names)
    )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _on(look: Look, name: str) -> str:
    at = _day(look, name)
    return f"on {at}" if at else ""


def _why(look: Look, names: "_Names") -> str:
    if look.claim == "first_touch" and look.result == "won":
        return HELD
    if look.claim == "person":
        return f"“{look.given}”"
    if look.result == "lost" and look.reason == reasons.FIRST_TOUCH:
        return HELD_BUT
    if look.result == "won":
        return "Good when the order was placed."
    meant = " or ".join(names.near(near) for near in names.slips.of(look)[:MOST_SHOWN])
    more = f"One letter off: {meant}." if meant else _arithmetic(look)
    return _joined(reasons.sentence(look.reason), more)


def _arithmetic(look: Look) -> str:
    """By how much a claim missed, where it was a matter of time."""
    off = off_by(look)
    if look.reason == "click_expired":
        late = f": {span(off)} too late" if off is not None else ""
        return f"It counted until {_day(look, 'counts_until')}{late}." if look.details else ""
    if off is None:
        return ""
    if look.reason == "click_after_order":
        return f"It came {span(off)} later."
    at, since = moment(look, "at"), moment(look, "from")
    if at is not None and since is not None and abs(at - since) == off:
        return f"It counted until {day(since)}: {span(off)} too late."
    return f"It counts from {_day(look, 'until')} on: {span(off)} too early."


def _day(look: Look, name: str) -> str:
    at = moment(look, name)
    return day(at) if at else ""


@dataclass(frozen=True, slots=True)
class _Names:
    """What the ids of a trace are called, for one reader."""

    contacts: dict[int, str]
    campaigns: dict[int, str]
    slips: Slips

    @classmethod
    def of(
        cls, looks: Sequence[Look], who: Any, *, more: Iterable[int | None], campaigns: Iterable[int | None]
    ) -> "_Names":
        slips = Slips(looks, who)
        people = {pk for pk in (*(look.advocate_id for look in looks), *more) if pk and pk > 0}
        people |= slips.advocates()
        places = {pk for pk in (*(look.campaign_id for look in looks), *campaigns) if pk}
        places |= slips.campaigns()
        shown = Campaign.objects.all() if who is None else campaigns_visible_to(who)
        known = dict(shown.filter(pk__in=places).values_list("pk", "name")) if places else {}
        rows = Contact.objects.filter(pk__in=people).values_list("pk", "label") if people else ()
        return cls({pk: label or f"Erased contact {pk}" for pk, label in rows}, known, slips)

    def contact(self, pk: int | None) -> str:
        return self.contacts.get(pk or 0, "a new advocate")

    def whom(self, look: Look) -> str:
        """The advocate of a piece of evidence; nobody's name out of a campaign that is not shown."""
        if not look.advocate_id:
            return ""
        is_hidden = look.campaign_id is not None and look.campaign_id not in self.campaigns
        return "somebody" if is_hidden else self.contact(look.advocate_id)

    def shows(self, campaign_id: int | None) -> bool:
        """Whether the reader may see what belongs to this campaign."""
        return campaign_id is None or campaign_id in self.campaigns

    def near(self, near: Near) -> str:
        """``ADA24 of Ada Adler in Spring``."""
        place = f" in {self.campaign(near.campaign_id)}" if near.campaign_id else ""
        return f"{near.code} of {self.contact(near.advocate_id)}{place}"

    def place(self, look: Look) -> str:
        return f"in {self.campaign(look.campaign_id)}" if look.campaign_id else ""

    def campaign(self, pk: int | None) -> str:
        return "" if pk is None else self.campaigns.get(pk, ELSEWHERE)
