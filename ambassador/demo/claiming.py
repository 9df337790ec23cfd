"""What a buyer brings along that names an advocate: mostly right, sometimes not."""

import datetime as dt
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from ambassador.demo.cast import CAMPAIGNS, Advocate, Cast
from ambassador.demo.names import Person
from referrals.attribution import Claims

_KINDS = ("code", "coupon", "click", "email")
_KIND_WEIGHTS = (50, 22, 18, 10)
_COMES_AGAIN = ("nothing", "same", "rival")
_COMES_AGAIN_WEIGHTS = (84, 10, 6)
_WRONG = 0.06


@dataclass(frozen=True, slots=True)
class Visit:
    """A click on a share link."""

    click_id: uuid.UUID
    campaign_uid: str
    advocate: Advocate
    at: dt.datetime
    visitor: uuid.UUID


@dataclass(frozen=True, slots=True)
class Brought:
    """Claims, the visits behind them, and what else is odd about the order.

    ``campaign_uid`` is what the order must name, None where it may name its own or nothing. ``buyer`` is
    somebody other than the one who was to buy.
    """

    claims: Claims = field(default_factory=Claims)
    visits: tuple[Visit, ...] = ()
    campaign_uid: str | None = None
    buyer: Person | None = None


NOTHING = Brought()


class Claimant:
    """Draws what an order claims."""

    def __init__(self, cast: Cast, rng: random.Random) -> None:
        self._cast = cast
        self._rng = rng
        self._wrong: tuple[Callable[[str, int, dt.datetime], Brought], ...] = (
            self._mistyped,
            self._of_another_campaign,
            self._disabled_coupon,
            self._coupon_as_code,
            self._not_enrolled,
            self._own_code,
            self._too_late,
        )

    def bring(
        self, advocate: Advocate | None, campaign_uid: str, at: dt.datetime, days_ago: int, *, is_first: bool
    ) -> Brought:
        """``advocate`` is who brought the buyer, if anybody did, to the campaign they buy in."""
        rng = self._rng
        if advocate is None:
            if not campaign_uid or rng.random() > _WRONG:
                return NOTHING
            return rng.choice(self._wrong)(campaign_uid, days_ago, at)
        if is_first:
            return self._rightly(advocate, campaign_uid, at)
        again = rng.choices(_COMES_AGAIN, _COMES_AGAIN_WEIGHTS)[0]
        if again == "nothing":
            return NOTHING
        rival = self._cast.draw(campaign_uid, days_ago, rng) if again == "rival" else None
        return Brought(Claims(short_code=(rival or advocate).codes[campaign_uid]))

    def visit(self, advocate: Advocate, campaign_uid: str, at: dt.datetime) -> Visit:
        rng = self._rng
        return Visit(
            uuid.UUID(int=rng.getrandbits(128), version=4),
            campaign_uid,
            advocate,
            at,
            uuid.UUID(int=rng.getrandbits(128), version=4),
        )

    def _rightly(self, advocate: Advocate, campaign_uid: str, at: dt.datetime) -> Brought:
        rng = self._rng
        kind = rng.choices(_KINDS, _KIND_WEIGHTS)[0]
        if kind == "coupon":
            for coupon in advocate.coupons:
                if coupon.disabled is None and coupon.campaign_uid in {"", campaign_uid}:
                    return Brought(Claims(coupon_code=coupon.code))
        if kind == "click":
            before = dt.timedelta(minutes=4 + min(rng.expovariate(1 / 900), 20_000))
            visit = self.visit(advocate, campaign_uid, at - before)
            return Brought(Claims(click_id=str(visit.click_id)), (visit,))
        if kind == "email":
            return Brought(Claims(advocate_email=advocate.person.email), campaign_uid=campaign_uid)
        return Brought(Claims(short_code=_as_typed(advocate.codes[campaign_uid], rng)))

    def _anyone(self, campaign_uid: str, days_ago: int) -> Advocate:
        return self._cast.draw(campaign_uid, days_ago, self._rng) or self._cast.best

    def _mistyped(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        code = self._anyone(campaign_uid, days_ago).codes[campaign_uid]
        return Brought(Claims(short_code=code[:-1] + "0"))

    def _of_another_campaign(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        other = self._rng.choice([terms.uid for terms in CAMPAIGNS if terms.uid != campaign_uid])
        code = self._anyone(other, days_ago).codes[other]
        return Brought(Claims(short_code=code), campaign_uid=campaign_uid)

    def _disabled_coupon(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        gone = [
            coupon.code
            for advocate in self._cast.advocates[:60]
            for coupon in advocate.coupons
            if coupon.disabled is not None and coupon.disabled >= days_ago
        ]
        return Brought(Claims(coupon_code=self._rng.choice(gone))) if gone else NOTHING

    def _coupon_as_code(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        coupons = self._anyone(campaign_uid, days_ago).coupons
        return Brought(Claims(short_code=coupons[0].code)) if coupons else NOTHING

    def _not_enrolled(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        elsewhere = [one for one in self._cast.advocates[:60] if campaign_uid not in one.codes]
        email = self._rng.choice(elsewhere).person.email if elsewhere else "nobody@example.org"
        return Brought(Claims(advocate_email=email), campaign_uid=campaign_uid)

    def _own_code(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        advocate = self._anyone(campaign_uid, days_ago)
        return Brought(Claims(short_code=advocate.codes[campaign_uid]), buyer=advocate.person)

    def _too_late(self, campaign_uid: str, days_ago: int, at: dt.datetime) -> Brought:
        over = [one.uid for one in CAMPAIGNS if one.ended is not None and one.ended >= days_ago]
        if not over:
            return NOTHING
        return Brought(
            Claims(short_code=self._anyone(over[0], days_ago).codes[over[0]]), campaign_uid=over[0]
        )


def _as_typed(code: str, rng: random.Random) -> str:
    """Some people type small letters, and a space after."""
    return f"{code.lower()} " if rng.random() < 0.06 else code
