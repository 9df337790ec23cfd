"""Who refers in the made-up program, in which campaigns, by which codes. Pure: nothing is stored here."""

import random
from dataclasses import dataclass, field
from itertools import accumulate

from ambassador.demo.names import Person, Registry, plain

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
# How unlike the advocates' success is: the n-th best brings 1/n of what the best does, to this power.
_ZIPF = 1.05


@dataclass(frozen=True, slots=True)
class Terms:
    """A campaign. Days are counted back from the last day of the program; None: it has no such day.

    ``share`` is how many of all orders are its own, ``referred`` how many of its buyers somebody referred,
    ``median`` what half of its orders stay below, ``door`` the shop or office whose orders they are.
    """

    uid: str
    name: str
    description: str
    currency: str
    door: str
    share: float
    referred: float
    median: float
    began: int
    ended: int | None = None
    paused: int | None = None
    peak: float = 1.0

    def takes_orders(self, days_ago: int) -> bool:
        """Whether people buy in it, which they go on doing where it is paused."""
        return self.began >= days_ago and (self.ended is None or days_ago > self.ended)


CAMPAIGNS = (
    Terms(
        "friends",
        "Bring a Friend",
        "Our standing offer: a friend saves 10 %, and you are thanked.",
        currency="USD",
        door="shop",
        share=0.46,
        referred=0.62,
        median=58,
        began=420,
    ),
    Terms(
        "anniversary",
        "Anniversary Weeks",
        "Twelve weeks for ten years of Northlight.",
        currency="EUR",
        door="shop",
        share=0.4,
        referred=0.7,
        median=72,
        began=244,
        ended=160,
        peak=1.35,
    ),
    Terms(
        "partners",
        "Partner Circle",
        "Studios and offices that send us business. Paused while its terms are rewritten.",
        currency="GBP",
        door="partners",
        share=0.1,
        referred=0.8,
        median=640,
        began=330,
        paused=18,
    ),
    Terms(
        "tokyo",
        "Tokyo Opening",
        "For the first customers of the shop in Kuramae.",
        currency="JPY",
        door="tokyo",
        share=0.2,
        referred=0.66,
        median=7_800,
        began=96,
        peak=1.15,
    ),
)
BY_UID = {terms.uid: terms for terms in CAMPAIGNS}


@dataclass(frozen=True, slots=True)
class Coupon:
    code: str
    campaign_uid: str = ""
    disabled: int | None = None


@dataclass(slots=True)
class Advocate:
    """Somebody who refers. ``codes`` are by campaign uid; days count back as in :class:`Terms`."""

    person: Person
    weight: float
    joined: int
    codes: dict[str, str] = field(default_factory=dict)
    coupons: list[Coupon] = field(default_factory=list)
    left: tuple[str, int] | None = None


class Cast:
    """The advocates, and a way to draw one by success among those of a campaign."""

    def __init__(self, advocates: list[Advocate]) -> None:
        self.advocates = advocates
        self._of: dict[str, tuple[list[Advocate], list[float]]] = {}
        for terms in CAMPAIGNS:
            those = [one for one in advocates if terms.uid in one.codes]
            self._of[terms.uid] = (those, list(accumulate(one.weight for one in those)))

    @property
    def best(self) -> Advocate:
        """One who is in every campaign from the start."""
        return max(self.advocates, key=lambda one: one.weight)

    def draw(self, campaign_uid: str, days_ago: int, rng: random.Random) -> Advocate | None:
        """One who had joined by then, by success; None where a few draws find nobody."""
        those, weights = self._of[campaign_uid]
        drawn = (rng.choices(those, cum_weights=weights)[0] for _ in range(6))
        return next((one for one in drawn if one.joined >= days_ago), None)


class _Codes:
    """Gives out codes, never the same twice."""

    def __init__(self, mark: str, rng: random.Random) -> None:
        self._mark = mark
        self._rng = rng
        self._taken: set[str] = set()

    def code(self, stem: str, length: int) -> str:
        while True:
            code = stem + "".join(self._rng.choices(_LETTERS, k=length)) + self._mark
            if code not in self._taken:
                self._taken.add(code)
                return code


def cast(count: int, registry: Registry, rng: random.Random, mark: str = "") -> Cast:
    """``count`` advocates; each is in one to three campaigns, most have a coupon, some have gone."""
    codes = _Codes(mark, rng)
    ranks = range(1, count + 1)
    advocates = [_advocate(rank, registry.person(), codes, rng) for rank in ranks]
    rng.shuffle(advocates)
    return Cast(advocates)


def _advocate(rank: int, person: Person, codes: _Codes, rng: random.Random) -> Advocate:
    # The two who do best are everywhere from the start; so every campaign has somebody.
    is_star = rank <= 2
    one = Advocate(
        person, weight=1 / rank**_ZIPF, joined=400 if is_star else int(400 - 380 * rng.random() ** 1.8)
    )
    uids = [terms.uid for terms in CAMPAIGNS]
    joins = uids if is_star else rng.sample(uids, k=rng.choices((1, 2, 3), (5, 3, 2))[0])
    stem = plain(person.first_name)[:10].upper()
    for uid in joins:
        one.codes[uid] = codes.code(f"{stem}-", 3)
    if rank % 4:
        one.coupons.append(Coupon(codes.code(stem, 3), joins[0] if rank % 3 == 0 else ""))
    if rank % 10 == 7:
        one.coupons.append(Coupon(codes.code(f"{stem}VIP", 2), disabled=rng.randint(60, 200)))
    if rank % 20 in {12, 18}:
        one.left = ("banned" if rank % 20 == 12 else "unsubscribed", rng.randint(30, 120))
    return one
