"""Which refused claim came closest, and whom it points at: for one order, or for a page of them at once."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from referrals.attribution import Look
from referrals.fraud import SUSPICIONS
from referrals.nearness import Near, near_codes, near_coupons

# Refusals that nobody should overrule by a click.
UNFIT = frozenset(
    {
        *SUSPICIONS,
        "slot_taken",
        "advocate_banned",
        "advocate_unsubscribed",
    }
)
_DAY = dt.timedelta(days=1)
# Where no dates tell how far off a claim was: names somebody, names nobody.
_NAMES_SOMEBODY, _NAMES_NOBODY = 10_000.0, 1_000_000.0
# A slip of the finger says more than a claim whose time was over.
_LETTER = 0.5


@dataclass(frozen=True, slots=True)
class Miss:
    """A claim that nearly counted. ``days`` is how far off it was; ``near`` the code that was meant."""

    look: Look
    days: float
    advocate_id: int | None
    campaign_id: int | None
    near: Near | None = None

    @property
    def may_be_credited(self) -> bool:
        return self.advocate_id is not None and self.look.reason not in UNFIT


class Slips:
    """The codes that were meant where an unknown one was written, looked up for many orders at once.

    ``who`` is shown codes of their campaigns only; None: of all.
    """

    def __init__(self, looks: Iterable[Look], who: Any = None) -> None:
        looks = list(looks)
        codes = {look.given for look in looks if look.reason == "unknown_code"}
        coupons = {look.given for look in looks if look.reason == "unknown_coupon"}
        self._codes = near_codes(codes, who) if codes else {}
        self._coupons = near_coupons(coupons, who) if coupons else {}

    def of(self, look: Look) -> list[Near]:
        if look.reason == "unknown_code":
            return self._codes.get(look.given, [])
        return self._coupons.get(look.given, []) if look.reason == "unknown_coupon" else []

    def advocates(self) -> set[int]:
        return {near.advocate_id for some in self._all() for near in some}

    def campaigns(self) -> set[int]:
        return {near.campaign_id for some in self._all() for near in some if near.campaign_id}

    def _all(self) -> Iterable[list[Near]]:
        return (*self._codes.values(), *self._coupons.values())


def nearest(looks: Sequence[Look], slips: Slips, campaign_id: int | None) -> Miss | None:
    """The refused claim that came closest. Among equals that which counts first."""
    misses = [_miss(look, slips, campaign_id) for look in looks if look.result == "refused"]
    return min(misses, key=lambda miss: miss.days, default=None)


def _miss(look: Look, slips: Slips, campaign_id: int | None) -> Miss:
    near = slips.of(look)
    if near:
        fits = [one for one in near if campaign_id is None or one.campaign_id in {campaign_id, None}]
        meant = (fits or near)[0]
        far = _LETTER if fits and len(fits) == 1 else _LETTER * 2
        return Miss(look, far, meant.advocate_id, meant.campaign_id, meant)
    return Miss(look, _days_off(look), look.advocate_id, look.campaign_id)


def _days_off(look: Look) -> float:
    if not look.advocate_id:
        return _NAMES_NOBODY
    off = off_by(look)
    if off is None:
        return _NAMES_SOMEBODY + (1 if look.reason in UNFIT else 0)
    return 1 + off / _DAY


def off_by(look: Look) -> dt.timedelta | None:
    """By how much time the claim missed; None where it was not a matter of time."""
    at = moment(look, "at")
    if at is None:
        return None
    if look.claim == "click_id" and look.reason in {"click_expired", "click_after_order"}:
        edges = [moment(look, "counts_until" if look.reason == "click_expired" else "clicked_at")]
    else:
        edges = [moment(look, "from"), moment(look, "until")]
    gaps = [abs(at - edge) for edge in edges if edge is not None]
    return min(gaps, default=None)


def moment(look: Look, name: str) -> dt.datetime | None:
    text = str(look.details.get(name) or "")
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def span(off: dt.timedelta) -> str:
    """``2 days``, ``3 hours``, ``1 minute``."""
    for unit, length in (("day", _DAY), ("hour", dt.timedelta(hours=1)), ("minute", dt.timedelta(minutes=1))):
        number = off // length
        if number:
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"
