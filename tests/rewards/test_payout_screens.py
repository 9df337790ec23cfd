"""The screens of payouts: the table, a new run, its files, settling, statements, periods."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from rewards import moves
from rewards.models import Payout, PayoutRun, Period, Reward, Status
from tests import factories as make
from tests import people
from tests.rewards import books
from tests.rewards.books import MARC, Shop, accounts, buy, known, refund, rewards
from tests.rewards.test_screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    books.rule(shop.spring)
    return shop


@pytest.fixture
def marc(client: Client) -> Client:
    client.force_login(people.marc())
    return client


def earned(*numbers: int) -> None:
    """Approved rewards: 10 USD for Xena for each odd number, for Yuri for each even one."""
    for number in numbers:
        buy(f"A-{number}", code="XENA" if number % 2 else "YURI", customer_email=f"c{number}@example.com")
    moves.move_all(Reward.objects.all(), Status.APPROVED, actor=MARC, source="dashboard")


def test_a_run_is_shown_before_it_is_made(shop: Shop, marc: Client) -> None:
    earned(1, 2, 3)
    shown = page(marc, "/payouts/new/?currency=USD&minimum=15")
    assert "1 payout 20.00 USD in all" in shown
    assert "Yuri Roy yuri@example.com Below the minimum. 10.00 USD" in shown
    assert not Payout.objects.exists()
    answer = marc.post("/payouts/new/", {"currency": "USD", "minimum": "15"})
    assert answer["Location"] == f"/payouts/runs/{PayoutRun.objects.get().pk}/"
    assert [str(one.contact) for one in Payout.objects.all()] == ["Xena Ito"]
    assert marc.post("/payouts/new/", {"currency": "USD", "minimum": "15"}).status_code == 422
    assert marc.post("/payouts/new/", {"currency": "XYZ", "minimum": "-3"}).status_code == 422


def test_the_files_of_a_run(shop: Shop, marc: Client) -> None:
    type(shop.xena).objects.filter(pk=shop.xena.pk).update(first_name="=cmd()")
    earned(1, 2)
    marc.post("/payouts/new/", {"currency": "USD"})
    run = PayoutRun.objects.get()
    xena, yuri = run.payouts.order_by("contact")
    assert "20.00 USD" in page(marc, f"/payouts/runs/{run.pk}/")

    def lines(kind: str) -> list[str]:
        return marc.get(f"/payouts/runs/{run.pk}/files/{kind}/").content.decode().split("\r\n")[:-1]

    assert lines("csv")[1] == f"{xena.pk},'=cmd() Ito,xena@example.com,,10.00,USD"
    assert lines("paypal")[1] == f'yuri@example.com,10.00,USD,{yuri.pk},"Rewards, Payout {run.pk}"'
    assert lines("gifts")[0] == "Name,Email,Amount,Currency,External ID"
    assert marc.get(f"/payouts/runs/{run.pk}/files/nonsense/").status_code == 404


def test_all_of_a_run_are_paid_but_those_that_failed(shop: Shop, marc: Client) -> None:
    earned(1, 2)
    marc.post("/payouts/new/", {"currency": "USD"})
    run = PayoutRun.objects.get()
    yuri = run.payouts.get(contact=shop.yuri)
    failing = f"/payouts/settle/?do=failed&selected={yuri.pk}"
    assert "1 of 10.00 USD" in page(marc, failing)
    assert marc.post(failing, {}).status_code == 422
    marc.post(failing, {"note": "No such account"})
    assert "1 payout paid" in page(marc, f"/payouts/settle/?do=paid&run={run.pk}&all=1")
    marc.post(f"/payouts/settle/?do=paid&run={run.pk}&all=1", {"note": "TX-9"})
    assert (rewards(known("A-1")), rewards(known("A-2"))) == (
        [("Xena", "10", "fulfilled")],
        [("Yuri", "10", "approved")],
    )
    shown = page(marc, "/payouts/")
    assert "TX-9" in shown
    assert "No such account" in shown
    assert "Failed" in page(marc, f"/payouts/runs/{run.pk}/")
    marc.post(f"/payouts/{yuri.pk}/again/")
    again = Payout.objects.latest("pk")
    assert (again.contact, again.run.pk > run.pk, again.status) == (shop.yuri, True, "processing")
    marc.post(f"/payouts/{yuri.pk}/again/")
    assert Payout.objects.count() == 3
    assert "A-2" in page(marc, f"/payouts/{again.pk}/")


def test_the_table_sorts_filters_and_searches(shop: Shop, marc: Client) -> None:
    earned(1, 2, 3)
    marc.post("/payouts/new/", {"currency": "USD"})
    for query in ("sort=person", "sort=-amount", "sort=status", "status=processing", "currency=USD", "q=ito"):
        assert "Xena Ito" in page(marc, f"/payouts/?{query}")
    assert "Xena Ito" not in page(marc, "/payouts/?recipient=yuri@example.com").replace("filter", "")
    assert "30.00 USD" in page(marc, "/payouts/totals/")


def test_a_statement_can_be_followed_line_by_line(shop: Shop, marc: Client) -> None:
    earned(1)
    marc.post("/payouts/new/", {"currency": "USD"})
    marc.post("/payouts/settle/?do=paid&all=1")
    refund(known("A-1"), "40")
    shown = page(marc, f"/payouts/statements/{shop.xena.pk}/")
    at = shown.index("Approved A-1 10.00 USD 10.00 USD")
    assert shown.index("Paid out -10.00 USD 0.00 USD", at) < shown.index("Taken back A-1 -4.00 USD -4.00 USD")
    assert "Owed at the end -4.00 USD" in shown
    csv = marc.get(f"/payouts/statements/{shop.xena.pk}/?format=csv").content.decode()
    assert ",Taken back,A-1,-4" in csv
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    later = page(marc, f"/payouts/statements/{shop.xena.pk}/?first={tomorrow}&last=9999-12-31")
    assert "Owed at the beginning -4.00 USD" in later


def test_only_an_owner_closes_a_period(shop: Shop, client: Client) -> None:
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    client.force_login(people.marc())
    assert client.post("/payouts/periods/", {"last_day": yesterday}).status_code == 403
    client.force_login(people.olga())
    assert client.post("/payouts/periods/", {"last_day": timezone.localdate()}).status_code == 422
    client.post("/payouts/periods/", {"last_day": yesterday})
    assert Period.objects.count() == 1
    assert "Closed" in page(client, "/payouts/periods/")


def test_who_sees_some_campaigns_sees_no_payouts(shop: Shop, client: Client) -> None:
    earned(1)
    client.force_login(make.limit_to(people.marc(), shop.spring))
    assert "people who see all campaigns" in page(client, "/payouts/")
    assert client.post("/payouts/new/", {"currency": "USD"}).status_code == 403
    assert client.get(f"/payouts/statements/{shop.xena.pk}/").status_code == 403
    assert accounts() == {"cost": "-10", "owed": "10"}
