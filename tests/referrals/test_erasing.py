"""Privacy erasure: nothing of the person is left anywhere, every fact stays, and the proof holds."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from core.events.log import SYSTEM
from core.events.models import Event
from orders import proof
from orders.models import Decision, Order
from referrals import erasing, people
from referrals.attribution import Claims
from referrals.models import Contact, ReferralAttribution, VisitorIdentity
from referrals.site import keys
from tests import factories
from tests import people as team
from tests.orders.program import Program, record, start

pytestmark = pytest.mark.django_db
NORA = "nora.weber@example.com"


@pytest.fixture
def shop() -> Program:
    program = start()
    facts = {"first_name": "Nora", "last_name": "Weber-Lind", "uid": "NW-77"}
    people.change(program.nora.pk, {**facts, "email": NORA}, by=SYSTEM, source="dashboard")
    return program


def everything() -> str:
    """Every text that any table of ours holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relname ~ '^(referrals|orders|events|imports|rewards|core)_'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        rows = []
        for table in tables:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t")
            rows += [f"{table}: {text}" for (text,) in cursor.fetchall()]
    return "\n".join(rows).lower()


def lived(shop: Program) -> None:
    """Nora bought, was named as an advocate, clicked, and said who she is."""
    record("N-1", claims=Claims("INES10"), ip_address="203.0.113.9", source_details={"mail": NORA})
    record("T-1", customer_email="tom@example.com", claims=Claims(advocate_email=NORA), campaign_uid="spring")
    record("N-1", claims=Claims(advocate_email=NORA))
    click = shop.ines.enrollments.get().clicks.create(
        code="INES10", ip_address="203.0.113.9", user_agent="UA"
    )
    key = keys.make("Shop", ["https://shop.example"], by=SYSTEM)
    VisitorIdentity.objects.create(visitor=click.visitor, click=click, site_key=key, email=NORA)


def test_nothing_of_the_person_is_left_and_every_fact_stays(shop: Program) -> None:
    lived(shop)
    tie = ReferralAttribution.objects.get(contact=shop.nora)
    decisions = list(Decision.objects.order_by("pk").values_list("pk", "reason", "trace"))
    assert NORA in everything()

    erasing.erase(shop.nora.pk, by=SYSTEM, source="dashboard")
    left = everything()
    for text in (NORA, "weber-lind", "nw-77", "203.0.113.9", "nora"):
        assert text not in left, [line for line in left.splitlines() if text in line]

    shop.nora.refresh_from_db()
    assert str(shop.nora) == f"Erased contact {shop.nora.pk}"
    order = Order.objects.get(order_id="N-1")
    assert (order.referral_attribution_id, order.advocate, order.customer) == (tie.pk, shop.ines, shop.nora)
    assert list(Decision.objects.order_by("pk").values_list("pk", "reason", "trace")) == decisions
    assert json.dumps(decisions[0][2])
    kinds = set(Event.objects.filter(noun="contact", noun_id=shop.nora.pk).values_list("kind", flat=True))
    assert {"contact_changed", "contact_unsubscribed", "contact_erased"} <= kinds


def test_whoever_was_erased_is_somebody_new_when_they_come_again(shop: Program) -> None:
    lived(shop)
    erasing.erase(shop.nora.pk, by=SYSTEM, source="dashboard")
    order = record("N-2", campaign_uid="spring")
    assert order.customer_id != shop.nora.pk
    assert order.referral_attribution is None


def test_an_advocates_codes_stop_counting_and_their_orders_stay(shop: Program) -> None:
    old = record("N-1", claims=Claims("INES10"))
    erasing.erase(shop.ines.pk, by=SYSTEM, source="dashboard")
    old.refresh_from_db()
    assert old.advocate == shop.ines
    new = record("M-1", customer_email="mia@example.com", claims=Claims("INES10"), ordered_at=None)
    assert (new.advocate, new.reason) == (None, "advocate_unsubscribed")
    assert not ReferralAttribution.objects.filter(is_active=True).exists()


def test_those_merged_into_them_go_too(shop: Program) -> None:
    twin = factories.contact("Nora Twin", merged_into=shop.nora)
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(twin.pk, by=SYSTEM, source="dashboard")
    erasing.erase(shop.nora.pk, by=SYSTEM, source="dashboard")
    twin.refresh_from_db()
    assert (twin.email, twin.first_name) == (None, "")
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(shop.nora.pk, by=SYSTEM, source="dashboard")


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_the_proof_holds_before_and_after(shop: Program) -> None:
    lived(shop)
    proof.seal_all()
    before = proof.check()
    assert (before.links > 0, before.broken) == (True, "")
    erasing.erase(shop.nora.pk, by=SYSTEM, source="dashboard")
    assert proof.check() == before
    proof.seal_all()
    assert proof.check().broken == ""


def test_only_the_owner_erases_and_says_it_twice(shop: Program, client: Client) -> None:
    address = f"/contacts/{shop.nora.pk}/"
    client.force_login(team.marc())
    assert "Erase…" not in client.get(address).content.decode()
    assert client.post(f"{address}erase/", {"sure": "on"}).status_code == 403
    client.force_login(team.olga())
    assert "Erase…" in client.get(address).content.decode()
    client.post(f"{address}erase/", {})
    assert Contact.objects.get(pk=shop.nora.pk).email == NORA
    client.post(f"{address}erase/", {"sure": "on"})
    page: Any = client.get(address)
    assert "This person was erased on" in page.content.decode()
    assert "Erase…" not in page.content.decode()
    assert client.post(f"{address}erase/", {"sure": "on"}).status_code == 302
