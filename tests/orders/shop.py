"""A small shop for tests of the door: two campaigns, two advocates, and orders as a source tells them."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from core.events.log import Actor
from core.events.models import Event
from core.properties.models import PropertyDefinition
from orders.intake import IntakeRefused, OrderDraft, Outcome, Planned, plan, record
from orders.models import Decision, Order, Refund
from referrals.attribution import Claims
from referrals.models import Contact, Enrollment, ReferralAttribution
from tests import factories as make

NOON = make.NOON
DESK = Actor("user", 7, "Olga Owner")
MIA, NOAH = "mia@example.com", "noah@example.com"


class Shop:
    """Xena refers in Spring (code XENA, coupon XENA10), Yuri in Spring and Summer (YURI, YURISUN)."""

    def __init__(self) -> None:
        self.spring, self.summer = make.campaign("Spring"), make.campaign("Summer", currency="EUR")
        self.xena = make.contact("Xena Ito", email="xena@example.com")
        self.yuri = make.contact("Yuri Roy", email="yuri@example.com")
        in_spring = make.enrollment(self.xena, self.spring)
        make.code("XENA", in_spring)
        make.code("YURI", make.enrollment(self.yuri, self.spring))
        make.code("YURISUN", make.enrollment(self.yuri, self.summer))
        make.coupon("XENA10", self.xena, self.spring)


def told(order_id: str = "A-1", **said: Any) -> OrderDraft:
    """An order of Mia's for 100 USD. A claim is given by its field: ``short_code="XENA"``."""
    claims = {name: said.pop(name) for name in list(said) if name in Claims.__slots__}
    usual = {"customer_email": MIA, "revenue_amount": Decimal("100.00"), "ordered_at": NOON}
    return OrderDraft(order_id=order_id, claims=Claims(**claims), **{**usual, **said})


def recorded(*drafts: OrderDraft, source: str = "api", **policy: Any) -> list[Planned]:
    return record(list(drafts), source=source, actor=DESK, **policy)


def one(draft: OrderDraft, **policy: Any) -> Planned:
    """What became of a batch of one."""
    (planned,) = recorded(draft, **policy)
    return planned


def outcomes(planned: Sequence[Planned]) -> list[str]:
    return [str(each.outcome) for each in planned]


def problems(planned: Planned) -> dict[str, str]:
    """Field → code of what is wrong. Each field is spoken of once."""
    found = {problem.field: problem.code for problem in planned.problems}
    assert len(found) == len(planned.problems), planned.problems
    assert all(problem.message.strip() for problem in planned.problems)
    assert (planned.outcome == Outcome.REJECTED) == bool(found)
    return found


def known(order_id: str = "A-1") -> Order:
    """The order of this id that is not voided."""
    return Order.objects.get(order_id=order_id, voided_at=None)


def advocate_of(order_id: str = "A-1") -> str:
    """The advocate's first name, empty where there is none."""
    advocate = known(order_id).advocate
    return advocate.first_name if advocate else ""


def happened(order_id: str = "A-1") -> list[str]:
    """The kinds of an order's events, oldest first."""
    events = Event.objects.filter(noun="order", noun_id=known(order_id).pk).order_by("id")
    return list(events.values_list("kind", flat=True))


def event(kind: str) -> Event:
    """The one event of this kind."""
    return Event.objects.get(kind=kind)


def counts() -> dict[str, int]:
    """How many rows there are of whatever the door writes."""
    models = [Order, Decision, Event, Contact, Enrollment, ReferralAttribution]
    return {model.__name__: model._base_manager.count() for model in models}


def previewed(*drafts: OrderDraft, source: str = "api", **policy: Any) -> list[Planned]:
    return plan(list(drafts), source=source, **policy)


def refusal(work: Callable[[], object]) -> dict[str, str]:
    """Field → code of why ``work`` is refused, having changed nothing."""
    before = _everything()
    with pytest.raises(IntakeRefused) as caught:
        work()
    assert _everything() == before
    assert str(caught.value).strip()
    return {problem.field: problem.code for problem in caught.value.problems}


def _everything() -> list[Any]:
    rows = [*Order.objects.order_by("pk").values(), *Refund.objects.order_by("pk").values()]
    return [*counts().items(), *rows]


def define(name: str, kind: str = "String", *, required: bool = False) -> PropertyDefinition:
    return PropertyDefinition.objects.create(noun="order", name=name, type=kind, required=required)


def later(**step: float) -> dt.datetime:
    return NOON + dt.timedelta(**step)
