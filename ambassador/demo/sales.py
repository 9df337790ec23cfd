"""What the people of the made-up program buy, and what their orders say about who referred them.

Pure and lazy: a million orders are made as they are asked for, oldest first. The same seed gives the same
orders, to the cent.
"""

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate

from ambassador.demo.cast import CAMPAIGNS, Advocate, Cast, Terms, cast
from ambassador.demo.claiming import Claimant, Visit
from ambassador.demo.names import Person, Registry
from ambassador.demo.seasons import moments, spread
from core import money
from referrals.attribution import Claims

DAYS = 365
_STAGES = ("Appointment scheduled", "Qualified to buy", "Contract sent", "Closed won")
_STATUSES = ("paid", "packed", "shipped", "delivered")
_CHANNELS = (("web", 62), ("app", 24), ("counter", 10), ("phone", 4))
_CHANNEL_NAMES = [name for name, _ in _CHANNELS]
_CHANNELS_SO_FAR = list(accumulate(weight for _, weight in _CHANNELS))
# How often a buyer comes without any campaign, from where, and what they pay in.
_LOOSE = Terms("", "", "", currency="USD", door="shop", share=0.2, referred=0.0, median=49, began=DAYS)
_LOOSE_CURRENCIES = ("USD", "USD", "USD", "USD", "EUR", "CAD")
_PREFIX = {"shop": "NL", "partners": "P", "tokyo": "T"}
# The share of orders that regulars make, once there are enough of them; one new buyer in eight becomes one.
RETURNING = 0.5
_ENOUGH = 80
_BECOMES_REGULAR = 0.125


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A refund and its like, some days after the order."""

    kind: str
    status: str
    share: Decimal
    after: dt.timedelta


@dataclass(frozen=True, slots=True)
class Sale:
    """An order before anybody recorded it. ``door``: made in the shop, with a partner, or in Tokyo."""

    order_id: str
    at: dt.datetime
    door: str
    buyer: Person
    amount: Decimal
    currency: str
    campaign_uid: str
    claims: Claims
    visits: tuple[Visit, ...]
    external_status: str
    deal_stage: str
    properties: dict[str, object]
    taken_back: TakenBack | None


@dataclass(slots=True)
class Buyer:
    """Somebody who bought, and the campaign and advocate that brought them."""

    person: Person
    terms: Terms
    advocate: Advocate | None
    currency: str
    orders: int = 0


@dataclass
class Market:
    """The program of one seed: its cast, and its sales up to ``until``.

    ``mark`` is in every id, code and address, so that several markets fit into one program.
    """

    orders: int
    until: dt.datetime
    seed: int = 1
    advocates: int = 40
    returning: float = RETURNING
    idle_visits: float = 0.8
    mark: str = ""
    cast: Cast = field(init=False)

    def __post_init__(self) -> None:
        self._rng = random.Random(f"sales {self.seed}")  # noqa: S311  (made-up data must come out the same)
        self._registry = Registry(self._rng, self.mark)
        self.cast = cast(self.advocates, self._registry, self._rng, self.mark)
        self._claimant = Claimant(self.cast, self._rng)
        self._regulars: list[Buyer] = []
        self._numbers = {"shop": 100_200, "partners": 2_040, "tokyo": 5_000}

    def day(self, days_ago: int) -> dt.date:
        return self.until.date() - dt.timedelta(days=days_ago)

    def sales(self) -> Iterator[Sale]:
        """Every order, oldest first."""
        peaks = [
            (self.day(terms.began), self.day(terms.ended or 0), terms.peak)
            for terms in CAMPAIGNS
            if terms.peak != 1
        ]
        for day, count in spread(self.orders, self.day(DAYS - 1), self.day(0), peaks):
            days_ago = (self.until.date() - day).days
            open_now = [terms for terms in CAMPAIGNS if terms.takes_orders(days_ago)]
            shares = list(accumulate(terms.share for terms in (*open_now, _LOOSE)))
            for at in moments(day, count, self._rng, self.until):
                yield self._sale(at, days_ago, self._buyer((*open_now, _LOOSE), shares, days_ago))

    def _buyer(self, terms: tuple[Terms, ...], shares: list[float], days_ago: int) -> Buyer:
        rng = self._rng
        known = len(self._regulars)
        if rng.random() < self.returning * min(known / _ENOUGH, 1):
            return self._regulars[int(known * rng.random() ** 1.2)]
        of = rng.choices(terms, cum_weights=shares)[0]
        person = self._registry.person(guest=rng.random() < 0.3)
        advocate = self.cast.draw(of.uid, days_ago, rng) if rng.random() < of.referred else None
        currency = of.currency if of.uid else rng.choice(_LOOSE_CURRENCIES)
        buyer = Buyer(person, of, advocate, currency)
        if rng.random() < _BECOMES_REGULAR:
            self._regulars.append(buyer)
        return buyer

    def _sale(self, at: dt.datetime, days_ago: int, buyer: Buyer) -> Sale:
        rng, terms = self._rng, buyer.terms
        self._numbers[terms.door] += 1
        brought = self._claimant.bring(buyer.advocate, terms.uid, at, days_ago, is_first=buyer.orders == 0)
        buyer.orders += 1
        campaign_uid = brought.campaign_uid
        if campaign_uid is None:
            campaign_uid = terms.uid if rng.random() < 0.85 else ""
        is_deal = terms.door == "partners"
        return Sale(
            order_id=f"{_PREFIX[terms.door]}{self.mark}-{self._numbers[terms.door]}",
            at=at,
            door=terms.door,
            buyer=brought.buyer or buyer.person,
            amount=self._amount(terms.median, buyer.currency),
            currency=buyer.currency,
            campaign_uid=campaign_uid,
            claims=brought.claims,
            visits=(*brought.visits, *self._idle_visits(at, days_ago, terms.uid)),
            external_status="" if is_deal else self._progress(days_ago),
            deal_stage=_STAGES[3 if days_ago > 40 else rng.randrange(4)] if is_deal else "",
            properties={
                "channel": "crm" if is_deal else rng.choices(_CHANNEL_NAMES, cum_weights=_CHANNELS_SO_FAR)[0],
                "items": 1 + min(int(rng.expovariate(0.7)), 11),
                "gift": rng.random() < 0.12,
            },
            taken_back=self._taken_back(days_ago),
        )

    def _idle_visits(self, at: dt.datetime, days_ago: int, campaign_uid: str) -> list[Visit]:
        """Clicks that led to nothing, at about the same time."""
        if not campaign_uid or self._rng.random() > self.idle_visits:
            return []
        advocate = self.cast.draw(campaign_uid, days_ago, self._rng)
        if advocate is None:
            return []
        before = dt.timedelta(minutes=self._rng.randint(1, 600))
        return [self._claimant.visit(advocate, campaign_uid, at - before)]

    def _amount(self, median: float, currency: str) -> Decimal:
        amount = Decimal(repr(round(median * self._rng.lognormvariate(0, 0.62), 2)))
        return money.rounded(max(amount, Decimal(5)), currency)

    def _progress(self, days_ago: int) -> str:
        return _STATUSES[min(int(days_ago / 2 + self._rng.random()), 3)]

    def _taken_back(self, days_ago: int) -> TakenBack | None:
        rng = self._rng
        if rng.random() > 0.045 or days_ago < 2:
            return None
        kind = rng.choices(("refund", "dispute", "cancellation"), (78, 8, 14))[0]
        in_part = kind == "refund" and rng.random() < 0.4
        status = rng.choices(("succeeded", "pending", "failed"), (92, 5, 3))[0]
        share = Decimal(rng.randint(2, 8)) / 10 if in_part else Decimal(1)
        return TakenBack(kind, status, share, dt.timedelta(hours=rng.randint(2, 24 * min(days_ago, 21) - 12)))
