"""An advocate who is banned while an order is on its way: the ban counts, or ends what the order made."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction

from orders.intake import Planned, record
from referrals import people
from referrals.models import ReferralAttribution
from tests.orders.shop import DESK, Shop, advocate_of, known, told

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone() == (True,))


def record_one() -> list[Planned]:
    try:
        return record([told(short_code="XENA", ordered_at=None)], source="api", actor=DESK)
    finally:
        connections.close_all()


def test_a_ban_that_is_not_yet_committed_is_waited_for() -> None:
    shop = Shop()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            people.ban(shop.xena.pk, reason="Sold codes", by=DESK, source="dashboard")
            recorded = pool.submit(record_one)
            give_up = time.monotonic() + PATIENCE
            while not (waits := somebody_waits_for_a_lock()) and time.monotonic() < give_up:
                assert not recorded.done()
            assert waits
        (planned,) = recorded.result(PATIENCE)
    assert planned.outcome == "created"
    assert (known().reason, advocate_of()) == ("advocate_banned", "")
    assert not ReferralAttribution.objects.exists()


def test_an_order_from_before_the_ban_is_attributed_and_no_later_one() -> None:
    shop = Shop()
    people.ban(shop.xena.pk, reason="Sold codes", by=DESK, source="dashboard")
    before, after = told("A-1", short_code="XENA"), told("A-2", campaign_uid="spring", ordered_at=None)
    record([before, after], source="api", actor=DESK)
    assert (known("A-1").reason, advocate_of("A-1")) == ("code", "Xena")
    assert (known("A-2").reason, advocate_of("A-2")) == ("no_claim", "")
    tie = ReferralAttribution.objects.get()
    assert tie.is_active is False
    assert tie.deactivated_at is not None
