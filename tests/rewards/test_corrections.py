"""A wrong credit moves the reward and leaves the attribution; two people look where so configured."""

from decimal import Decimal

import pytest
from django.test import Client

from core.accounts.models import User
from rewards import correcting, moves, paying
from rewards.correcting import CorrectionRefused
from rewards.models import Correction, Policy, Reward, Status
from tests import people
from tests.rewards import books
from tests.rewards.books import MARC, Shop, accounts, buy, known, refund, rewards
from tests.rewards.test_invariants import broken
from tests.rewards.test_screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring, budget="100", currency="USD")
    return shop


def move(shop: Shop, by: User) -> Correction:
    reward = Reward.objects.get(moved_from=None)
    return correcting.ask(reward.pk, shop.yuri, "Yuri brought her", by=by, source="dashboard")


def approve() -> None:
    moves.move_all(Reward.objects.all(), Status.APPROVED, actor=MARC, source="dashboard")


def test_the_reward_moves_and_the_attribution_stays(shop: Shop) -> None:
    order = buy("A-1")
    approve()
    assert move(shop, people.marc()).status == "done"
    assert rewards(order) == [("Xena", "0", "denied"), ("Yuri", "10", "pending")]
    assert known().advocate == shop.xena
    assert accounts() == {"cost": "-10", "pending": "10"}
    refund(order, "50")
    assert rewards(order) == [("Xena", "0", "denied"), ("Yuri", "5", "pending")]
    assert broken() == []


def test_what_was_paid_is_taken_back_from_one_and_owed_to_the_other(shop: Shop) -> None:
    order = buy("A-1")
    approve()
    run = paying.start("USD", Decimal(0), by=MARC, source="dashboard")
    paying.settle_paid([one.pk for one in run.payouts.all()], "", by=MARC, source="dashboard")
    move(shop, people.marc())
    paid = Reward.objects.get(moved_from=None)
    assert (paid.status, paid.amount, paid.worth) == ("fulfilled", Decimal(10), Decimal(0))
    assert rewards(order)[1] == ("Yuri", "10", "pending")
    assert accounts() == {"cost": "-10", "owed": "-10", "paid": "10", "pending": "10"}
    assert broken() == []


def test_a_second_person_confirms_where_so_configured(shop: Shop) -> None:
    Policy.objects.create(pk=1, corrections_need_two=True)
    order = buy("A-1")
    marc, olga = people.marc(), people.olga()
    asked = move(shop, marc)
    assert rewards(order) == [("Xena", "10", "pending")]
    with pytest.raises(CorrectionRefused, match="Somebody else"):
        correcting.confirm(asked.pk, by=marc, source="dashboard")
    with pytest.raises(CorrectionRefused, match="waits already"):
        move(shop, olga)
    correcting.confirm(asked.pk, by=olga, source="dashboard")
    assert rewards(order)[1] == ("Yuri", "10", "pending")
    for act in (correcting.confirm, correcting.refuse):
        with pytest.raises(CorrectionRefused, match="decided"):
            act(asked.pk, by=olga, source="dashboard")


def test_what_makes_no_sense_is_refused(shop: Shop) -> None:
    buy("A-1")
    marc = people.marc()
    reward = Reward.objects.get()
    with pytest.raises(CorrectionRefused, match="already"):
        correcting.ask(reward.pk, shop.xena, "Why not", by=marc, source="dashboard")
    with pytest.raises(CorrectionRefused, match="Say why"):
        correcting.ask(reward.pk, shop.yuri, " ", by=marc, source="dashboard")
    move(shop, marc)
    with pytest.raises(CorrectionRefused, match="moved already"):
        move(shop, marc)


def test_it_is_done_from_the_rewards_page(shop: Shop, client: Client) -> None:
    buy("A-1")
    client.force_login(people.olga())
    client.post("/rewards/policy/", {"corrections_need_two": "on"})
    reward = Reward.objects.get()
    client.post(f"/rewards/{reward.pk}/correct/", {"to": "nobody@example.com", "reason": "Hm"})
    client.post(f"/rewards/{reward.pk}/correct/", {"to": "yuri@example.com", "reason": "Yuri brought her"})
    assert "Olga Owner asks to move it to Yuri Roy: Yuri brought her" in page(
        client, f"/rewards/{reward.pk}/"
    )
    client.force_login(people.marc())
    client.post(f"/rewards/corrections/{Correction.objects.get().pk}/confirm/")
    assert "It was moved to Yuri Roy" in page(client, f"/rewards/{reward.pk}/")
    assert "moved from Xena Ito" in page(client, f"/rewards/of/{reward.order_id}/")
