"""The life of a reward: allowed moves, approval, refunds before and after a payout, edits."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.events.models import Event
from core.locks import violated
from orders import intake
from orders.intake import IntakeRefused
from orders.models import Order
from referrals.models import Contact
from rewards import moves
from rewards.models import Entry, Reward, Status
from rewards.moves import MOVES, MoveRefused
from tests.rewards import books
from tests.rewards.books import DESK, MARC, Shop, accounts, buy, known, one, refund, rewards, told, worth

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    return shop


def move(to: Status, reason: str = "Looked at", *which: Reward) -> moves.Moved:
    pks = [one.pk for one in which or Reward.objects.all()]
    return moves.move(pks, to, actor=MARC, source="dashboard", reason=reason)


def put(status: str) -> None:
    """All rewards to where only a payout would bring them."""
    Reward.objects.update(status=status)


@pytest.mark.parametrize(("was", "to"), list(itertools.product(Status, Status)))
def test_only_the_moves_of_the_table_are_made(shop: Shop, was: Status, to: Status) -> None:
    buy("A-1")
    if was == Status.DENIED:
        move(Status.DENIED)
    else:
        put(was)
    allowed = to in MOVES[was]
    if to in {Status.PROCESSING, Status.FULFILLED}:
        with pytest.raises(MoveRefused):
            move(to)
        return
    moved = move(to)
    assert (len(moved.done), len(moved.refused)) == ((1, 0) if allowed else (0, 1))
    assert Reward.objects.get().status == (to if allowed else was)


def test_approval_makes_it_owed_and_denial_takes_it_away(shop: Shop) -> None:
    buy("A-1")
    assert accounts() == {"cost": "-10", "pending": "10"}
    move(Status.APPROVED)
    assert accounts() == {"cost": "-10", "owed": "10"}
    assert Reward.objects.get().approved_at is not None
    move(Status.FLAGGED)
    assert accounts() == {"cost": "-10", "pending": "10"}
    move(Status.DENIED)
    assert accounts() == {}
    assert (Reward.objects.get().amount, Reward.objects.get().earned) == (Decimal(0), Decimal(10))
    move(Status.PENDING)
    assert accounts() == {"cost": "-10", "pending": "10"}
    kinds = Event.objects.filter(noun="reward").order_by("pk").values_list("kind", "actor_label")
    assert list(kinds) == [
        ("reward_earned", "Olga Owner"),
        ("reward_approved", "Marc Manager"),
        ("reward_flagged", "Marc Manager"),
        ("reward_denied", "Marc Manager"),
        ("reward_reopened", "Marc Manager"),
        ("reward_adjusted", "Marc Manager"),
    ]


def test_a_denial_needs_a_reason(shop: Shop) -> None:
    buy("A-1")
    for reason in ("", " \0 "):
        with pytest.raises(MoveRefused):
            move(Status.DENIED, reason)
    assert rewards(known()) == [("Xena", "10", "pending")]


def test_what_is_denied_follows_no_refund_but_is_reckoned_again_when_reopened(shop: Shop) -> None:
    order = buy("A-1")
    move(Status.DENIED)
    refund(order, "40")
    assert worth(order) == "0"
    move(Status.PENDING)
    assert worth(order) == "6"


def test_a_denial_gives_its_room_back_and_reopening_takes_what_is_left(shop: Shop) -> None:
    books.rule(shop.summer, "Budget", budget="15", currency="EUR")
    first = buy("S-1", code="YURISUN", campaign_uid="summer")
    assert worth(first) == "10"
    move(Status.DENIED)
    assert worth(buy("S-2", code="YURISUN", campaign_uid="summer")) == "10"
    move(Status.PENDING, "Not so bad", Reward.objects.get(order=first))
    assert worth(first) == "5"


def test_what_was_voided_stays_denied(shop: Shop) -> None:
    intake.void(buy("A-1").pk, "Mistake", source="dashboard", actor=DESK)
    assert move(Status.PENDING).refused == [(Reward.objects.get().pk, "Its order was voided.")]


def test_approves_itself_after_the_hold_and_not_a_moment_before(shop: Shop) -> None:
    order = buy("A-1")
    due = order.ordered_at + books.days(30)
    assert moves.approve_due(due - books.days(0.001)).done == []
    assert len(moves.approve_due(due).done) == 1
    assert moves.approve_due(due).done == []
    assert accounts() == {"cost": "-10", "owed": "10"}


def test_what_a_person_approves_never_approves_itself(shop: Shop) -> None:
    books.rule(shop.summer, approval="manual")
    buy("S-1", code="YURISUN", campaign_uid="summer")
    assert moves.approve_due(timezone.now() + books.days(999)).done == []


@pytest.mark.parametrize("why", ["dispute", "attention", "flagged", "banned"])
def test_what_is_doubtful_waits_for_a_person(shop: Shop, why: str) -> None:
    order = buy("A-1")
    if why == "dispute":
        refund(order, "0", kind="dispute", status="pending")
    elif why == "attention":
        Order.writes.filter(pk=order.pk).update(attention="two_contacts")
    else:
        changed: dict[str, Any] = {"flagged": True} if why == "flagged" else {"status": Contact.Status.BANNED}
        Contact.objects.filter(pk=shop.xena.pk).update(**changed)
    assert moves.approve_due(timezone.now() + books.days(99)).done == []
    assert len(move(Status.APPROVED).done) == 1


@pytest.mark.parametrize("status", [Status.PENDING, Status.FLAGGED, Status.APPROVED])
def test_a_refund_scales_what_is_not_paid(shop: Shop, status: Status) -> None:
    order = buy("A-1", "99.99")
    if status != Status.PENDING:
        move(status)
    refund(order, "33.33", "R-1")
    assert worth(order) == "6.67"
    refund(order, "33.33", "R-2")
    assert worth(order) == "3.33"
    refund(order, "33.33", "R-3")
    assert worth(order) == "0"
    assert accounts() == {}
    assert Reward.objects.get().status == status


def test_a_refund_that_fails_gives_back_what_it_took(shop: Shop) -> None:
    order = buy("A-1")
    refund(order, "100", "R-1", status="pending")
    assert worth(order) == "10"
    refund(order, "100", "R-1", status="succeeded")
    assert worth(order) == "0"
    refund(order, "100", "R-1", status="failed")
    assert worth(order) == "10"
    assert accounts() == {"cost": "-10", "pending": "10"}


@pytest.mark.parametrize("kind", ["cancellation", "lost", "dispute"])
def test_what_is_lost_takes_all_back_and_what_is_won_restores(shop: Shop, kind: str) -> None:
    order = buy("A-1")
    refund(order, "100", "D-1", kind=kind)
    assert (worth(order), accounts()) == ("0", {})
    refund(order, "100", "D-1", kind=kind, status="failed")
    assert worth(order) == "10"


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.FULFILLED])
def test_after_the_payout_a_refund_is_an_entry_of_its_own(shop: Shop, status: Status) -> None:
    order = buy("A-1")
    move(Status.APPROVED)
    put(status)
    refund(order, "40")
    paid = Reward.objects.get()
    assert (paid.amount, paid.corrected, paid.status) == (Decimal(10), Decimal(-4), status.value)
    assert books.entries()[-1] == ("clawed_back", "owed", "cost", "4")
    refund(order, "40", status="failed")
    assert Reward.objects.get().corrected == 0
    assert books.entries()[-1] == ("restored", "cost", "owed", "4")


def test_revenue_edited_is_reckoned_with_the_rewards_own_version(shop: Shop) -> None:
    order = buy("A-1")
    books.publish(Reward.objects.get().rule, value="50")
    one(told("A-1", revenue_amount=Decimal(200)))
    assert worth(order) == "20"
    one(told("A-1", revenue_amount=Decimal("0.01")))
    assert (worth(order), accounts()) == ("0", {})
    one(told("A-1", revenue_amount=Decimal(100)))
    assert (worth(order), Reward.objects.get().version.number) == ("10", 1)
    assert worth(buy("A-2")) == "50"


def test_counts_stay_as_they_were_when_an_order_is_reckoned_again(shop: Shop) -> None:
    books.rule(shop.summer, ladder="orders", tiers=[["2", "20"]], span="first_n", span_length=2)
    for number in (1, 2):
        buy(f"S-{number}", code="YURISUN", campaign_uid="summer")
    one(told("S-1", revenue_amount=Decimal(200)))
    one(told("S-2", revenue_amount=Decimal(200)))
    assert (worth(known("S-1")), worth(known("S-2"))) == ("20", "40")


def test_a_refund_gives_no_room_back_so_that_it_can_be_undone(shop: Shop) -> None:
    books.rule(shop.summer, "Budget", budget="15", currency="EUR")
    first = buy("S-1", code="YURISUN", campaign_uid="summer")
    refund(first, "100")
    second = buy("S-2", code="YURISUN", campaign_uid="summer")
    refund(first, "100", status="failed")
    assert (worth(first), worth(second)) == ("10", "5")


def test_a_paid_order_cannot_be_voided(shop: Shop) -> None:
    order = buy("A-1")
    move(Status.APPROVED)
    put(Status.FULFILLED)
    with pytest.raises(IntakeRefused, match="was paid"):
        intake.void(order.pk, "Mistake", source="dashboard", actor=DESK)
    assert known().voided_at is None


def test_the_ledger_is_only_added_to(shop: Shop) -> None:
    buy("A-1")
    for write in (lambda: Entry.objects.update(amount=1), lambda: Entry.objects.all().delete()):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            write()
        assert violated(caught.value) == "entry_append_only"
    Entry.objects.update(actor_label=None)


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"amount": Decimal(0)}, "entry_moves_something"),
        ({"amount": Decimal(-1)}, "entry_moves_something"),
        ({"credit": "cost"}, "entry_moves_somewhere"),
        ({"credit": "pocket"}, "entry_accounts"),
    ],
)
def test_no_entry_can_be_out_of_balance(shop: Shop, broken: dict[str, Any], name: str) -> None:
    buy("A-1")
    entry = Entry.objects.get()
    entry.pk = None
    for field, value in broken.items():
        setattr(entry, field, value)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        entry.save(force_insert=True)
    assert violated(caught.value) == name


def test_what_a_reward_is_for_never_changes(shop: Shop) -> None:
    buy("A-1")
    for change in ({"recipient": shop.yuri}, {"currency": "EUR"}, {"version_id": 999}):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            Reward.objects.update(**change)
        assert violated(caught.value) == "reward_locked"


def test_the_effect_is_known_beforehand(shop: Shop) -> None:
    books.rule(shop.summer)
    for number, code in ((1, "XENA"), (2, "YURI"), (3, "YURISUN")):
        buy(f"A-{number}", code=code, customer_email=f"c{number}@example.com")
    put(Status.PENDING)
    Reward.objects.filter(order__order_id="A-1").update(status=Status.FULFILLED)
    effects, left = moves.effect(Reward.objects.all(), Status.APPROVED)
    assert [(one.currency, one.rewards, one.people, one.amount) for one in effects] == [
        ("EUR", 1, 1, Decimal(10)),
        ("USD", 1, 1, Decimal(10)),
    ]
    assert left == 1
