"""The made-up program: the same for the same seed, plausible, and recorded through the one door."""

import datetime as dt
import json
from collections import Counter
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command

from ambassador.demo import seeding
from ambassador.demo.sales import Market, Sale
from core.events.models import Event
from core.properties.models import PropertyDefinition
from orders.models import Order, Refund
from referrals.models import Click, Contact, CouponCode, Enrollment

NOW = dt.datetime(2026, 11, 24, 16, 0, tzinfo=ZoneInfo("America/New_York"))


def sales(orders: int = 5_000, **options: object) -> list[Sale]:
    return list(Market(orders, NOW, **options).sales())  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def year() -> list[Sale]:
    return sales()


def test_same_seed_same_sales_to_the_cent(year: list[Sale]) -> None:
    assert sales()[::97] == year[::97]
    assert [sale.amount for sale in sales(seed=2)] != [sale.amount for sale in year]


def test_a_year_of_five_thousand_orders_oldest_first(year: list[Sale]) -> None:
    assert len(year) == len({sale.order_id for sale in year}) == 5_000
    moments = [sale.at for sale in year]
    assert moments == sorted(moments)
    assert NOW - dt.timedelta(days=366) < moments[0] < NOW - dt.timedelta(days=360)
    assert NOW - dt.timedelta(days=1) < moments[-1] <= NOW


def test_weekends_and_the_months_before_the_holidays_are_busy(year: list[Sale]) -> None:
    local = [sale.at.astimezone(NOW.tzinfo) for sale in year]
    weekdays, months = Counter(at.weekday() for at in local), Counter(at.month for at in local)
    assert weekdays[5] > 1.15 * weekdays[1]
    assert months[10] > 1.5 * months[1]


def test_some_three_hundred_buy_again_and_most_only_once(year: list[Sale]) -> None:
    buyers = Counter(sale.buyer.email for sale in year)
    again = [email for email, orders in buyers.items() if orders > 1]
    assert 230 < len(again) < 400
    assert len(buyers) > 2_000
    assert max(buyers.values()) < 60


def test_advocates_succeed_unequally(year: list[Sale]) -> None:
    market = Market(5_000, NOW)
    advocates = market.cast.advocates
    assert len(advocates) == 40
    owner = {code.upper(): one.person.email for one in advocates for code in one.codes.values()}
    brought = Counter(owner.get(sale.claims.short_code.strip().upper(), "") for sale in year)
    del brought[""]
    best = [count for _, count in brought.most_common()]
    assert best[0] > 5 * best[len(best) // 2]
    assert len(best) > 25


def test_nobody_could_get_a_letter(year: list[Sale]) -> None:
    hosts = {sale.buyer.email.rpartition("@")[2] for sale in year}
    assert hosts == {"example.com", "example.net", "example.org"}


@pytest.mark.django_db
def test_seed_goes_through_the_door_with_every_kind_of_claim() -> None:
    done = seeding.seed(seeding.market(1_500, 7), chunk=500, with_imports=True, make_indexes=False)
    assert done.outcomes == {"created": 1_500}
    assert Order.objects.count() == done.rows == 1_500
    assert Order.objects.filter(referral_attribution__isnull=False).count() == done.attributed
    assert {"code", "coupon", "click", "advocate_email", "first_touch", "no_claim"} <= set(
        Order.objects.values_list("reason", flat=True)
    )
    assert Order.objects.exclude(attention="").count() > 5
    assert set(Order.objects.values_list("source", flat=True)) == {"shopify", "csv", "api"}
    assert Order.objects.filter(imported_in__isnull=False, source="csv").count() == 500
    assert Event.objects.filter(noun="order", kind="order_recorded").count() == 1_500
    assert Refund.objects.count() == done.refunds > 20
    assert Order.objects.filter(voided_at__isnull=False).count() == done.voids
    assert Enrollment.objects.filter(codes__isnull=False).exists()
    assert CouponCode.objects.filter(disabled_at__isnull=False).exists()
    assert Contact.objects.filter(status="banned").exists()
    assert Click.objects.exists()
    assert [one.name for one in PropertyDefinition.objects.all()] == ["channel", "items", "gift"]


@pytest.mark.django_db
def test_two_seeds_fit_into_one_program() -> None:
    for number in (1, 2):
        done = seeding.seed(seeding.market(300, number), make_indexes=False)
        assert done.outcomes == {"created": 300}
    assert Order.objects.count() == 600


@pytest.mark.django_db(transaction=True)
def test_command_says_what_became_of_the_orders() -> None:
    said = StringIO()
    call_command("seed", orders=250, seed=3, verbosity=0, stdout=said)
    summary = json.loads(said.getvalue())
    assert (summary["orders"], summary["created"]) == (250, 250)
    assert summary["rows_per_second"] > 0
