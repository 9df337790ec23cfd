"""The demo: a program that one would show, made by importing files as anybody does."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ambassador.demo import files
from ambassador.demo.sales import Market
from campaigns.models import Campaign, Program
from core.imports.models import Import
from core.properties.definitions import definitions
from orders.models import Decision, Order, Refund
from referrals.models import Click, Contact, Enrollment, ReferralAttribution
from tests import factories, people
from tests.ambassador.test_seed import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> dict[str, int]:
    said = StringIO()
    call_command("demo", orders=1_200, stdout=said, stderr=StringIO())
    counts: dict[str, int] = json.loads(said.getvalue())
    return counts


def test_everything_a_demo_shows_is_there(demo: dict[str, int]) -> None:
    assert demo["created"] == Order.objects.count() == 1_200
    program = Program.objects.get()
    assert (program.name, program.is_demo) == ("Northlight Goods", True)
    states = {campaign.uid: campaign.state for campaign in Campaign.objects.all()}
    assert states == {"friends": "active", "anniversary": "ended", "partners": "paused", "tokyo": "active"}
    assert set(Campaign.objects.values_list("currency", flat=True)) == {"USD", "EUR", "GBP", "JPY"}
    assert Enrollment.objects.values("contact").distinct().count() == 40
    assert set(Contact.objects.values_list("status", flat=True)) == {
        "prospect",
        "enrolled",
        "banned",
        "unsubscribed",
    }
    assert len(definitions("order")) == 3
    assert Click.objects.count() > 500
    reasons = set(Order.objects.values_list("reason", flat=True))
    assert {"code", "coupon", "click", "advocate_email", "first_touch", "person", "no_claim"} <= reasons
    assert len(reasons) >= 11, "several bad claims are refused, each for its reason"
    statuses = set(Order.objects.values_list("status", flat=True))
    assert {"recorded", "partly_refunded", "refunded", "cancelled", "voided"} <= statuses
    assert Refund.objects.count() > 25


def test_past_orders_came_by_files_and_recent_ones_live(demo: dict[str, int]) -> None:
    imports = Import.objects.all()
    assert {one.status for one in imports} == {"applied"}
    assert len(imports) in {6, 7}, "a shop file a quarter, the partners' and Tokyo's"
    imported = Order.objects.filter(source="csv")
    assert imported.count() == sum(one.counts["created"] for one in imports)
    assert not imported.filter(imported_in=None).exists()
    live = Order.objects.exclude(source="csv")
    assert set(live.values_list("source", flat=True)) == {"shopify", "stripe", "hubspot"}
    newest = imported.order_by("-ordered_at")[0]
    assert not live.filter(ordered_at__lt=newest.ordered_at).exists()


def test_each_attributed_order_says_why(demo: dict[str, int]) -> None:
    attributed = Order.objects.filter(referral_attribution__isnull=False)
    assert 0.3 * 1_200 < attributed.count() < 0.6 * 1_200
    explained = Decision.objects.filter(order__in=attributed).values("order").distinct()
    assert explained.count() == attributed.count()
    assert ReferralAttribution.objects.filter(is_active=True).exists()


def test_screens_say_that_it_is_a_demo(demo: dict[str, int], client: Client) -> None:
    client.force_login(people.olga())
    page = client.get("/orders/").content.decode()
    assert "This is the demo program." in page
    assert "Northlight Goods" in page


def test_screens_of_a_program_of_ones_own_say_nothing_of_a_demo(client: Client) -> None:
    client.force_login(people.olga())
    assert "demo" not in client.get("/orders/").content.decode().lower()


def test_it_stays_out_of_a_program_with_orders() -> None:
    factories.order("O-1", factories.contact())
    with pytest.raises(CommandError, match="in an empty one only"):
        call_command("demo", verbosity=0)
    assert Order.objects.count() == 1
    assert not Program.objects.get().is_demo


def test_files_hold_every_sale_once(tmp_path: Path) -> None:
    sales = list(Market(900, NOW).sales())
    written = files.write(sales, tmp_path)
    ids = []
    for file in written:
        with file.path.open(newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert set(file.mapping.values()) == set(rows[0])
        ids += [row[file.mapping["order_id"]] for row in rows]
    assert sorted(ids) == sorted(sale.order_id for sale in sales)
    assert {file.path.name for file in written} >= {"shop-2026-q1.csv", "partner-deals.csv"}
