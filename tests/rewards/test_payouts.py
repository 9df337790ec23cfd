"""Payout runs, what is paid and what fails, refunds in between, and closed periods."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.events.models import Event
from core.locks import violated
from referrals.models import Contact
from rewards import ledger, moves, paying, periods
from rewards.models import Entry, Payout, Period, Reward, Status
from rewards.paying import PayoutRefused
from rewards.periods import CloseRefused
from tests.rewards import books
from tests.rewards.books import MARC, Shop, accounts, buy, refund, rewards

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    return shop


def approve() -> None:
    moves.move_all(Reward.objects.all(), Status.APPROVED, actor=MARC, source="dashboard")


def start(minimum: str = "0", currency: str = "USD") -> list[Payout]:
    run = paying.start(currency, Decimal(minimum), by=MARC, source="dashboard")
    return list(run.payouts.order_by("pk"))


def paid(*payouts: Payout) -> int:
    return paying.settle_paid([one.pk for one in payouts], "TX-1", by=MARC, source="dashboard")


def failed(*payouts: Payout) -> int:
    return paying.settle_failed([one.pk for one in payouts], "Account closed", by=MARC, source="dashboard")


def test_a_run_takes_what_is_approved_and_no_more(shop: Shop) -> None:
    orders = [buy("A-1"), buy("A-2")]
    approve()
    orders.append(buy("A-3"))
    (payout,) = start()
    assert (payout.contact, payout.amount, payout.status) == (shop.xena, Decimal(20), "processing")
    assert [rewards(order)[0][2] for order in orders] == ["processing", "processing", "pending"]
    assert accounts() == {"cost": "-30", "pending": "10", "processing": "20"}
    with pytest.raises(PayoutRefused):
        start()


def test_what_arrived_is_fulfilled_once(shop: Shop) -> None:
    order = buy("A-1")
    approve()
    (payout,) = start()
    assert (paid(payout), paid(payout), failed(payout)) == (1, 0, 0)
    assert rewards(order) == [("Xena", "10", "fulfilled")]
    assert accounts() == {"cost": "-10", "paid": "10"}
    kinds = Event.objects.filter(noun__in=["reward", "payout"]).order_by("pk").values_list("kind", flat=True)
    assert list(kinds)[-3:] == ["payout_started", "reward_fulfilled", "payout_paid"]


def test_what_failed_is_owed_again_and_the_next_run_takes_it(shop: Shop) -> None:
    order = buy("A-1")
    approve()
    (payout,) = start()
    assert (failed(payout), failed(payout), paid(payout)) == (1, 0, 0)
    assert rewards(order) == [("Xena", "10", "approved")]
    assert accounts() == {"cost": "-10", "owed": "10"}
    (again,) = start()
    assert (again.amount, paid(again)) == (Decimal(10), 1)
    assert accounts() == {"cost": "-10", "paid": "10"}


def test_a_failure_needs_a_reason(shop: Shop) -> None:
    buy("A-1")
    approve()
    (payout,) = start()
    with pytest.raises(PayoutRefused):
        paying.settle_failed([payout.pk], " ", by=MARC, source="dashboard")
    assert Payout.objects.get().status == "processing"


def test_below_the_minimum_waits(shop: Shop) -> None:
    buy("A-1")
    approve()
    with pytest.raises(PayoutRefused):
        start("10.01")
    (preview,) = paying.owed("USD", Decimal("10.01"))
    assert (preview.amount, preview.why_not) == (Decimal(10), "Below the minimum.")
    assert len(start("10")) == 1


def test_currencies_are_never_added_up(shop: Shop) -> None:
    books.rule(shop.summer)
    buy("A-1")
    buy("S-1", code="YURISUN", customer_email="nora@example.com")
    approve()
    assert paying.currencies() == ["EUR", "USD"]
    (euros,) = start(currency="EUR")
    assert (euros.contact, euros.currency) == (shop.yuri, "EUR")
    assert accounts("USD") == {"cost": "-10", "owed": "10"}


def test_a_refund_after_the_payout_nets_against_the_next(shop: Shop) -> None:
    first = buy("A-1")
    approve()
    assert paid(*start()) == 1
    refund(first, "60")
    assert accounts() == {"cost": "-4", "owed": "-6", "paid": "10"}
    buy("A-2", "50.00")
    approve()
    with pytest.raises(PayoutRefused):
        start()
    buy("A-3", "50.00")
    approve()
    (payout,) = start()
    assert payout.amount == Decimal(4)
    assert Reward.objects.get(order=first).amount == Decimal(10)
    paid(payout)
    assert accounts() == {"cost": "-14", "paid": "14"}


def test_a_refund_while_it_is_being_paid_that_then_fails(shop: Shop) -> None:
    order = buy("A-1")
    approve()
    (payout,) = start()
    refund(order, "60")
    assert accounts() == {"cost": "-4", "owed": "-6", "processing": "10"}
    failed(payout)
    reward = Reward.objects.get()
    assert (reward.amount, reward.corrected, reward.status) == (Decimal(4), Decimal(0), "approved")
    assert accounts() == {"cost": "-4", "owed": "4"}
    assert start()[0].amount == Decimal(4)


@pytest.mark.parametrize("why", [{"flagged": True}, {"status": "banned"}, {"erased_at": timezone.now()}])
def test_the_doubtful_are_not_paid(shop: Shop, why: dict[str, object]) -> None:
    buy("A-1")
    approve()
    Contact.objects.filter(pk=shop.xena.pk).update(**why)
    with pytest.raises(PayoutRefused):
        start()


def test_what_a_payout_pays_never_changes(shop: Shop) -> None:
    buy("A-1")
    approve()
    start()
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Payout.objects.update(amount=Decimal(99))
    assert violated(caught.value) == "payout_locked"


def entry_at(moment: dt.datetime) -> None:
    reward = Reward.objects.get()
    posting = ledger.Posting("adjusted", "cost", "owed", Decimal(1), "USD", reward.recipient_id, reward.pk)
    ledger.write([posting], actor=MARC, at=moment)


def yesterday() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=1)


def test_a_closed_period_takes_no_entry_and_what_comes_falls_into_the_next(shop: Shop) -> None:
    order = buy("A-1")
    entry_at(timezone.now() - books.days(3))
    period = periods.close(yesterday(), by=MARC, source="dashboard")
    assert period.sums == {"USD": {"cost": "-1", "owed": "1"}}
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        entry_at(timezone.now() - books.days(3))
    assert violated(caught.value) == "entry_not_in_closed_period"
    refund(order, "50")
    assert Entry.objects.latest("pk").at > period.ends_at
    assert periods.sums_until(period.ends_at) == period.sums


def test_only_what_is_over_is_closed_and_only_once(shop: Shop) -> None:
    with pytest.raises(CloseRefused):
        periods.close(timezone.localdate(), by=MARC, source="dashboard")
    periods.close(yesterday(), by=MARC, source="dashboard")
    for day in (yesterday(), yesterday() - dt.timedelta(days=9)):
        with pytest.raises(CloseRefused):
            periods.close(day, by=MARC, source="dashboard")
    with pytest.raises(IntegrityError), transaction.atomic():
        Period.objects.all().delete()
