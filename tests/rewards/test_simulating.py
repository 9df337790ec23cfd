"""A version run over real orders: the same sums as accrual, and nothing written."""

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from rewards import ruling
from rewards.models import Entry, Miss, Reward, RuleVersion
from rewards.simulating import Simulation, simulate
from tests import factories as make
from tests import people
from tests.rewards import books
from tests.rewards.books import Shop, buy, known, refund
from tests.rewards.test_screens import page

pytestmark = pytest.mark.django_db
BEGINS, ENDS = make.NOON - dt.timedelta(days=1), make.NOON + dt.timedelta(days=1)


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    for number in range(6):
        who = {"code": ("XENA", "YURI")[number % 2], "customer_email": f"c{number}@example.com"}
        buy(f"A-{number}", f"{10 * (number + 1)}.05", **who)
    refund(known("A-5"), "30")
    return shop


def over(version: RuleVersion) -> Simulation:
    (found,) = simulate(version, BEGINS, ENDS)
    return found


def test_the_version_in_force_comes_to_what_was_earned(shop: Shop) -> None:
    found = over(RuleVersion.objects.get())
    earned = sum(one.worth for one in Reward.objects.all())
    assert (found.orders, found.would, found.was, found.difference) == (6, earned, earned, Decimal(0))
    assert (found.winners, found.losers, found.people) == (0, 0, [])


def test_a_draft_shows_who_would_win_and_lose_and_writes_nothing(shop: Shop) -> None:
    rule = RuleVersion.objects.get().rule
    before = (Reward.objects.count(), Entry.objects.count(), Miss.objects.count())
    draft = ruling.draft_of(rule)
    draft.value, draft.currency, draft.minimum = Decimal(20), "USD", Decimal(25)
    found = over(draft)
    assert found.orders == 4
    assert [(one.name, books.plain(one.would), books.plain(one.was)) for one in found.people] == [
        ("Xena Ito", "16.02", "9.03"),
        ("Yuri Roy", "14.02", "9.03"),
    ]
    assert (found.winners, found.losers) == (2, 0)
    assert (Reward.objects.count(), Entry.objects.count(), Miss.objects.count()) == before


def test_it_is_shown_on_a_page(shop: Shop, client: Client) -> None:
    client.force_login(people.anna())
    rule = RuleVersion.objects.get().rule
    shown = page(client, f"/rewards/rules/{rule.pk}/simulate/?first=2026-11-19&last=2026-11-21")
    assert "Orders that would earn 6" in shown
    empty = page(client, f"/rewards/rules/{rule.pk}/simulate/?first=2020-11-19&last=2020-11-21")
    assert "No order of this time would earn anything." in empty
    page(client, f"/rewards/rules/{rule.pk}/simulate/?first=nonsense&last=2020-11-21")
