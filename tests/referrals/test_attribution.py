"""The rule of attribution: each line of ``rule.md``, and every combination of claims with what was before."""

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from campaigns.models import Campaign, FraudRule, Touch
from referrals import reasons
from referrals.attribution import Case, Claims, Verdict, campaign_of, decide
from referrals.evidence import Code, Evidence, Neighbour, Person, Tie, Visit
from referrals.fraud import plain_email
from referrals.models import Enrollment
from tests.referrals import printing

ORDERED = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
BEFORE, LATER = ORDERED - dt.timedelta(days=30), ORDERED + dt.timedelta(days=1)
LONG_AGO = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
SPRING, SUMMER = 1, 2
XENA, YURI, VERA, MIA = 11, 12, 13, 14
NAMES = {XENA: "Xena", YURI: "Yuri", SPRING: "Spring", SUMMER: "Summer", None: ""}
COLUMNS = 7
HERE = "203.0.113.9"
FIELDS = {"code": "short_code", "coupon": "coupon_code", "mail": "advocate_email", "click": "click_id"}
CLICKS = {"Xena": str(uuid.UUID(int=1)), "Yuri": str(uuid.UUID(int=2)), "nobody": str(uuid.UUID(int=9))}


@dataclass
class World:
    """What is known when the order comes; the words of ``rule.md`` change it."""

    evidence: Evidence
    clicked: dict[str, tuple[int, int, dt.datetime]] = field(default_factory=dict)
    same_visitor: bool = False
    customer: int = MIA
    default_campaign: int | None = None
    ip: str = ""

    def enrollment(self, person: int, campaign: int = SPRING) -> Enrollment:
        found: Enrollment = self.evidence.enrollments[person][campaign]
        return found

    def refer(
        self, advocate: int, campaign: int = SPRING, at: dt.datetime = BEFORE, active: bool = True
    ) -> None:
        number = 100 * advocate + campaign
        self.evidence.add_tie(Tie(number, advocate, MIA, campaign, at, is_active=active))

    def disable(self, text: str, at: dt.datetime) -> None:
        codes = self.evidence.codes if text in self.evidence.codes else self.evidence.coupons
        codes[text] = Code(text, codes[text].advocate_id, codes[text].campaign_id, at)

    def decide(self, campaign: int | None, claims: Claims) -> Verdict:
        self._add_visits()
        case = Case(self.customer, ORDERED, claims, campaign, self.default_campaign, self.ip)
        verdict = decide(case, self.evidence)
        assert campaign_of(case, self.evidence) == verdict.campaign_id
        return verdict

    def _add_visits(self) -> None:
        in_time = sorted(self.clicked.items(), key=lambda item: item[1][2])
        visits = [Visit(CLICKS[name], *facts) for name, facts in in_time]
        for visit in visits:
            self.evidence.visits[visit.click_id] = visits if self.same_visitor else [visit]


def world() -> World:
    live = {"launched_at": LONG_AGO, "window_days": 90, "touch": Touch.LAST}
    evidence = Evidence(
        campaigns={
            SPRING: Campaign(pk=SPRING, uid="spring", name="Spring", **live),
            SUMMER: Campaign(pk=SUMMER, uid="summer", name="Summer", **live),
        },
        codes={
            "XENA": Code("XENA", XENA, SPRING, None),
            "YURI": Code("YURI", YURI, SPRING, None),
            "YURISUN": Code("YURISUN", YURI, SUMMER, None),
        },
        coupons={
            "XENA10": Code("XENA10", XENA, SPRING, None),
            "XENA-ALL": Code("XENA-ALL", XENA, None, None),
            "YURI10": Code("YURI10", YURI, SPRING, None),
            "YURI-ALL": Code("YURI-ALL", YURI, None, None),
        },
        enrollments={
            XENA: {SPRING: Enrollment(campaign_id=SPRING, enrolled_at=LONG_AGO)},
            YURI: {one: Enrollment(campaign_id=one, enrolled_at=LONG_AGO) for one in (SPRING, SUMMER)},
        },
    )
    for number, name in [(XENA, "xena"), (YURI, "yuri"), (VERA, "vera"), (MIA, "mia")]:
        evidence.add_person(Person(number, f"{name}@example.com", None))
    ten_days = ORDERED - dt.timedelta(days=10)
    clicked = {"Xena": (XENA, SPRING, ten_days), "Yuri": (YURI, SPRING, ten_days)}
    return World(evidence, clicked)


def _set(of: Any, **values: Any) -> None:
    for name, value in values.items():
        setattr(of, name, value)


def _campaign(number: int, **values: Any) -> Callable[[World], None]:
    return lambda world: _set(world.evidence.campaigns[number], **values)


def _person(number: int, **values: Any) -> Callable[[World], None]:
    return lambda world: _set(world.evidence.people[number], **values)


def _enrolled(person: int, campaign: int, **values: Any) -> Callable[[World], None]:
    return lambda world: _set(world.enrollment(person, campaign), **values)


def _mails(domain: str, *people: int) -> Callable[[World], None]:
    def change(world: World) -> None:
        for number in people:
            world.evidence.people[number].email = f"{number}@{domain}"

    return change


def _others(
    count: int, *, days: int = 0, advocate: int = XENA, campaign: int = SPRING
) -> Callable[[World], None]:
    """So many others ordered from Mia's IP address, an hour and some days before her."""

    def change(world: World) -> None:
        world.ip = HERE
        at = ORDERED - dt.timedelta(days=days, hours=1)
        rows = [Neighbour(1_000 + number, advocate, campaign, at) for number in range(count)]
        world.evidence.neighbours.setdefault(HERE, []).extend(rows)

    return change


def _bought(person: int) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.ip = HERE
        at = ORDERED - dt.timedelta(days=20)
        world.evidence.neighbours.setdefault(HERE, []).append(Neighbour(person, None, None, at))

    return change


def _clicked(
    name: str, days: int, *, campaign: int = SPRING, same_visitor: bool = False
) -> Callable[[World], None]:
    def change(world: World) -> None:
        at = ORDERED - dt.timedelta(days=days)
        world.clicked[name] = (world.clicked[name][0], campaign, at)
        world.same_visitor = world.same_visitor or same_visitor

    return change


KNOWN: dict[str, Callable[[World], None]] = {
    "Summer is the door's": lambda world: _set(world, default_campaign=SUMMER),
    "Xena referred Mia": lambda world: world.refer(XENA),
    "Yuri referred Mia": lambda world: world.refer(YURI),
    "Xena referred Mia as she ordered": lambda world: world.refer(XENA, at=ORDERED),
    "Xena referred Mia later": lambda world: world.refer(XENA, at=LATER),
    "Yuri referred Mia in Summer": lambda world: world.refer(YURI, SUMMER),
    "Xena's referral is deactivated": lambda world: world.refer(XENA, active=False),
    "Spring is a draft": _campaign(SPRING, launched_at=None),
    "Spring is paused": _campaign(SPRING, paused_from=BEFORE),
    "Spring has ended": _campaign(SPRING, ends_at=ORDERED),
    "Spring ended later": _campaign(SPRING, ends_at=LATER),
    "Spring counts the first click": _campaign(SPRING, touch=Touch.FIRST),
    "Spring flags self-referrals": _campaign(SPRING, self_referral=FraudRule.FLAG),
    "Spring allows self-referrals": _campaign(SPRING, self_referral=FraudRule.ALLOW),
    "Spring blocks the same company": _campaign(SPRING, same_company=FraudRule.BLOCK),
    "Spring flags the same company": _campaign(SPRING, same_company=FraudRule.FLAG),
    "Spring blocks throw-away addresses": _campaign(SPRING, disposable_email=FraudRule.BLOCK),
    "Spring allows throw-away addresses": _campaign(SPRING, disposable_email=FraudRule.ALLOW),
    "Spring blocks bursts": _campaign(SPRING, ip_burst=FraudRule.BLOCK),
    "Spring flags bursts": _campaign(SPRING, ip_burst=FraudRule.FLAG),
    "Xena and Mia are of acme.example": _mails("acme.example", XENA, MIA),
    "Xena and Mia are of gmail.com": _mails("gmail.com", XENA, MIA),
    "Mia's address is of mailinator.com": _mails("mailinator.com", MIA),
    "Mia's address is of eu.mailinator.com": _mails("eu.mailinator.com", MIA),
    "five others came through Xena from Mia's IP that day": _others(5),
    "four others came through Xena from Mia's IP that day": _others(4),
    "five others came through Xena from Mia's IP days before": _others(5, days=3),
    "five others came through Yuri from Mia's IP that day": _others(5, advocate=YURI),
    "Xena bought from Mia's IP": _bought(XENA),
    "Summer has ended": _campaign(SUMMER, ends_at=BEFORE),
    "Xena is inactive in Spring": _enrolled(XENA, SPRING, inactive_from=BEFORE),
    "Xena went inactive later": _enrolled(XENA, SPRING, inactive_from=LATER),
    "Xena was inactive before": _enrolled(XENA, SPRING, inactive_from=LONG_AGO, inactive_until=BEFORE),
    "Yuri is inactive in Summer": _enrolled(YURI, SUMMER, inactive_from=BEFORE),
    "Xena is banned": _person(XENA, status="banned", status_since=BEFORE),
    "Xena was banned later": _person(XENA, status="banned", status_since=LATER),
    "Xena is unsubscribed": _person(XENA, status="unsubscribed", status_since=BEFORE),
    "XENA is disabled": lambda world: world.disable("XENA", BEFORE),
    "XENA was disabled later": lambda world: world.disable("XENA", LATER),
    "XENA10 is disabled": lambda world: world.disable("XENA10", BEFORE),
    "Xena's click is 90 days old": _clicked("Xena", 90),
    "Xena's click is 91 days old": _clicked("Xena", 91),
    "Xena's click came after the order": _clicked("Xena", -1),
    "Yuri's click is 5 days old, of the same visitor": _clicked("Yuri", 5, same_visitor=True),
    "Yuri's click came after the order, of the same visitor": _clicked("Yuri", -1, same_visitor=True),
    "Yuri's click is 5 days old, in Summer, of the same visitor": _clicked(
        "Yuri", 5, campaign=SUMMER, same_visitor=True
    ),
    "Xena buys": lambda world: _set(world, customer=XENA),
    "Mia buys as X.ena+shop@example.com": _person(MIA, email="x.ena+shop@example.com"),
}


def lines() -> list[Any]:
    text = Path(__file__).with_name("rule.md").read_text()
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in rows]
    told = [row for row in cells if row[0] not in {"Situation", "---"}]
    return [pytest.param(*row, id=f"{row[0]} ({number})") for number, row in enumerate(told, start=1)]


def claims_of(text: str) -> Claims:
    given = dict(one.split(" ", 1) for one in text.split("; ")) if text else {}
    if "click" in given:
        given["click"] = CLICKS[given["click"]]
    return Claims(**{FIELDS[name]: value for name, value in given.items()})


def test_the_table_covers_at_least_what_was_promised() -> None:
    told = [line.values for line in lines()]
    assert len(told) >= 60
    assert {len(row) for row in told} == {COLUMNS}
    assert len({row[1:4] for row in told}) == len(told), "the same case twice"
    assert {word for row in told for word in str(row[3]).split("; ")} - {""} == set(KNOWN)


@pytest.mark.parametrize("situation, names, claimed, known, advocate, reason, campaign", lines())
def test_rule(
    situation: str, names: str, claimed: str, known: str, advocate: str, reason: str, campaign: str
) -> None:
    there, claims = world(), claims_of(claimed)
    for word in known.split("; ") if known else ():
        KNOWN[word](there)
    verdict = there.decide({"Spring": SPRING, "Summer": SUMMER, "": None}[names], claims)
    who = NAMES[verdict.advocate_id] + (" (flagged)" if verdict.is_flagged else "")
    assert (who, verdict.reason, NAMES[verdict.campaign_id]) == (advocate, reason, campaign)
    assert_trace_is_whole(verdict, claims)


def test_the_page_for_managers_has_this_very_table() -> None:
    text = printing.PAGE.read_text()
    assert text == printing.page(text), "print it again: python -m tests.referrals.printing"
    assert text.count("\n| ") > len(lines())


def assert_trace_is_whole(verdict: Verdict, claims: Claims) -> None:
    """Each claim was looked at and has a reason that we have words for; one look won, or none."""
    looks = {look.claim: look for look in verdict.looks}
    assert len(looks) == len(verdict.looks)
    assert [name for name in looks if name != "first_touch"] == [name for name, _ in claims.given()]
    assert all(looks[name].given == text for name, text in claims.given())
    assert {look.result for look in verdict.looks} <= {"won", "lost", "refused"}
    won = [look for look in verdict.looks if look.result == "won"]
    assert [look.reason for look in won] == ([verdict.reason] if verdict.is_attributed else [])
    assert [look.advocate_id for look in won] == ([verdict.advocate_id] if verdict.is_attributed else [])
    for code in [verdict.reason, *(look.reason for look in verdict.looks)]:
        assert code in reasons.REASONS
        assert code in reasons.SENTENCES
    flags = [flag for look in looks.values() for flag in look.details.get("flags", ())]
    is_odd = bool(flags) or verdict.attention == "ip_burst"
    assert bool(verdict.attention) == (is_odd or (bool(claims) and not verdict.is_attributed))


# Each kind of claim, as it would hold and as it would not; who it names and why it is refused.
GOOD = {
    "code": "code XENA",
    "coupon": "coupon YURI10",
    "mail": "mail xena@example.com",
    "click": "click Yuri",
}
BAD = {
    "code": "code NOBODY",
    "coupon": "coupon SAVE5",
    "mail": "mail vera@example.com",
    "click": "click nobody",
}
NAMED = {"code": "Xena", "coupon": "Yuri", "mail": "Xena", "click": "Yuri"}
WON = {"code": "code", "coupon": "coupon", "mail": "advocate_email", "click": "click"}
REFUSED = {
    "code": "unknown_code",
    "coupon": "unknown_coupon",
    "mail": "not_enrolled",
    "click": "unknown_click",
}
STATES = [
    "",
    "Xena referred Mia",
    "Yuri referred Mia",
    "Xena's referral is deactivated",
    "Xena referred Mia later",
    "Spring has ended",
    "Xena referred Mia; Spring has ended",
    "Xena is banned",
]
REFUSAL_OF = {
    ("Xena's referral is deactivated", "Xena"): "deactivated",
    ("Xena referred Mia later", "Xena"): "before_referral",
    ("Xena referred Mia later", "Yuri"): "slot_taken",
    ("Spring has ended", "Xena"): "campaign_ended",
    ("Spring has ended", "Yuri"): "campaign_ended",
    ("Xena is banned", "Xena"): "advocate_banned",
}


def expected(made: dict[str, bool], state: str) -> tuple[str, str]:
    """Said again, as simply as can be: a referral that counts, else the first claim that holds."""
    if found := re.match(r"(Xena|Yuri) referred Mia(;|$)", state):
        return found[1], "first_touch"
    refused = []
    for kind, holds in made.items():
        refusal = REFUSAL_OF.get((state, NAMED[kind])) if holds else REFUSED[kind]
        if refusal is None:
            return NAMED[kind], WON[kind]
        refused.append(refusal)
    unsaid = "before_referral" if state == "Xena referred Mia later" else "no_claim"
    return "", refused[0] if refused else unsaid


@pytest.mark.parametrize("state", STATES)
def test_every_combination_of_claims(state: str) -> None:
    choices = itertools.product([None, True, False], repeat=len(GOOD))
    for chosen in choices:
        made = {kind: holds for kind, holds in zip(GOOD, chosen, strict=True) if holds is not None}
        claims = claims_of("; ".join((GOOD if holds else BAD)[kind] for kind, holds in made.items()))
        there = world()
        for word in state.split("; ") if state else ():
            KNOWN[word](there)
        verdict = there.decide(SPRING, claims)
        assert (NAMES[verdict.advocate_id], verdict.reason) == expected(made, state), made
        assert_trace_is_whole(verdict, claims)


def test_two_orders_of_a_new_customer_have_one_advocate() -> None:
    there = world()
    first = there.decide(None, Claims(short_code="XENA"))
    second = there.decide(None, Claims(short_code="YURI"))
    assert (first.reason, first.advocate_id, first.is_new) == ("code", XENA, True)
    assert (second.reason, second.advocate_id, second.is_new) == ("first_touch", XENA, False)
    assert second.attribution_id == first.attribution_id
    summer = there.decide(None, Claims(short_code="YURISUN"))
    assert (summer.advocate_id, summer.is_new) == (YURI, True)
    assert summer.attribution_id != first.attribution_id


def test_new_attribution_dates_from_the_order() -> None:
    there = world()
    verdict = there.decide(None, Claims(short_code="XENA"))
    (tie,) = there.evidence.ties[(MIA, SPRING)]
    assert (tie.id, tie.advocate_id, tie.referred_at) == (verdict.attribution_id, XENA, ORDERED)


def test_trace_shows_the_arithmetic_of_the_window() -> None:
    there = world()
    KNOWN["Xena's click is 91 days old"](there)
    (look,) = there.decide(None, Claims(click_id=CLICKS["Xena"])).looks
    assert look.details["clicked_at"] == "2026-08-21T12:00:00+00:00"
    assert look.details["counts_until"] == "2026-11-19T12:00:00+00:00"
    assert look.details["window_days"] == 90


@pytest.mark.parametrize(
    "email, plain",
    [
        ("Mia.Keller+shop@Example.com", "miakeller@example.com"),
        ("mia@example.com", "mia@example.com"),
        ("m.i.a@ex.ample.com", "mia@ex.ample.com"),
        ('"a@b"@example.com', '"a@b"@example.com'),
    ],
)
def test_mailboxes_compare_without_case_dots_and_tags(email: str, plain: str) -> None:
    assert plain_email(email) == plain
