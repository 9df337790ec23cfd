"""The chain of seals: it holds, it shows the first thing that was changed, and it keeps nobody waiting."""

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test import Client

from orders import proof
from orders.models import Decision, ProofCheck, Seal
from orders.views import proof as view
from referrals.attribution import Claims
from tests import jobs, people
from tests.orders.program import Program, record, start

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Program:
    return start()


def decide(number: int, begin: int = 0) -> list[int]:
    """So many orders with a decision each, in this order."""
    for at in range(begin, begin + number):
        record(
            f"A-{at}", customer_email=f"c{at}@example.com", claims=Claims("INES10", "NOPE", "x@example.com")
        )
    return list(Decision.objects.order_by("pk").values_list("pk", flat=True))


def by_owner(sql: str, *params: Any) -> None:
    """As whoever owns the tables could: with the lock taken off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE orders_decision DISABLE TRIGGER decision_append_only")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE orders_decision ENABLE ALWAYS TRIGGER decision_append_only")


def test_what_is_committed_is_sealed_once_and_in_order(shop: Program, monkeypatch: Any) -> None:
    monkeypatch.setattr(proof, "CHUNK", 2)
    decide(5)
    assert (proof.seal_all(), proof.seal_all(), proof.waiting()) == (5, 0, 0)
    assert list(Decision.objects.order_by("pk").values_list("sealed_as", flat=True)) == [1, 2, 3, 4, 5]
    assert list(Seal.objects.order_by("pk").values_list("number", flat=True)) == [2, 4, 5]
    decide(1, begin=5)
    assert proof.waiting() == 1
    assert (proof.seal_all(), proof.check()) == (1, proof.Proof(6))


CHANGES = {
    "its reason": "UPDATE orders_decision SET reason = 'coupon' WHERE id = %s",
    "its trace": "UPDATE orders_decision SET trace = trace - 'looks' WHERE id = %s",
    "its moment": "UPDATE orders_decision SET at = at - interval '1 second' WHERE id = %s",
    "who decided": "UPDATE orders_decision SET decided_by = 'user' WHERE id = %s",
    "its link": "UPDATE orders_decision SET link = sha256('x') WHERE id = %s",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_past_the_lock_is_named(shop: Program, change: str) -> None:
    ids = decide(4)
    proof.seal_all()
    by_owner(change, ids[2])
    found = proof.check()
    assert (found.links, found.order_pk) == (2, Decision.objects.get(pk=ids[2]).order_id)
    assert found.broken.startswith(f"Link 3 does not hold: decision {ids[2]} on order")


def test_a_decision_taken_away_is_missed(shop: Program) -> None:
    ids = decide(4)
    proof.seal_all()
    by_owner("DELETE FROM orders_decision WHERE id = %s", ids[1])
    assert proof.check().broken == "Link 2 is missing: its decision was taken away."


def test_the_last_ones_taken_away_are_missed(shop: Program) -> None:
    ids = decide(4)
    proof.seal_all()
    by_owner("DELETE FROM orders_decision WHERE id = ANY(%s)", ids[2:])
    assert proof.check().broken == "The chain ends at 2, and was sealed up to 4 before."


def test_a_chain_forged_anew_meets_the_seals_that_were_kept(shop: Program) -> None:
    ids = decide(3)
    proof.seal_all()
    by_owner("UPDATE orders_decision SET reason = 'coupon' WHERE id = %s", ids[0])
    link = proof.GENESIS
    for row in list(Decision.objects.order_by("sealed_as").values_list(*proof._COLUMNS)):
        link = proof.link_of(link, row)
        by_owner("UPDATE orders_decision SET link = %s WHERE id = %s", link, row[0])
    assert proof.check().broken == "The seal kept at link 3 is another one."


def test_a_seal_is_given_once_and_erasure_breaks_nothing(shop: Program) -> None:
    ids = decide(2)
    proof.seal_all()
    for change in ("sealed_as = 99", "link = sha256('x')", "sealed_as = NULL, link = NULL"):
        with (
            pytest.raises(Exception, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE orders_decision SET {change} WHERE id = %s", [ids[0]])
    Decision.objects.update(personal=None)
    assert proof.check() == proof.Proof(2)


def test_a_late_commit_is_not_jumped_over(shop: Program) -> None:
    """A decision with a lower id that commits after a higher one was sealed comes later in the chain."""
    order = record("LATE")
    wrote, sealed = threading.Event(), threading.Event()

    def late() -> None:
        with transaction.atomic():
            Decision.objects.create(order=order, reason="code", trace={"looks": []})
            wrote.set()
            sealed.wait(20)
        connections.close_all()

    writer = threading.Thread(target=late)
    writer.start()
    wrote.wait(20)
    decide(2)
    # The writer still runs: nothing that began after it is sealed, and nobody waited for anybody.
    assert proof.seal_all() == 0
    sealed.set()
    writer.join()
    assert (proof.seal_all(), proof.check()) == (3, proof.Proof(3))


def test_two_sealers_make_one_chain(shop: Program) -> None:
    decide(6)
    both = [threading.Thread(target=_seal_and_close) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert (proof.waiting(), proof.check()) == (0, proof.Proof(6))


def _seal_and_close() -> None:
    proof.seal_all()
    connections.close_all()


def verified() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify", stdout=out, stderr=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    except Exception as error:
        return 1, out.getvalue() + str(error)
    return 0, out.getvalue()


def test_command_and_screen_say_whether_it_holds(shop: Program, client: Client) -> None:
    ids = decide(3)
    proof.seal_all()
    assert verified()[0] == 0
    client.force_login(people.olga())
    assert "Not yet" in client.get("/settings/proof/").content.decode()
    client.post("/settings/proof/check/")
    page = client.get("/settings/proof/").content.decode()
    assert "Every link holds" in page
    assert str(Seal.objects.get()) in page

    by_owner("UPDATE orders_decision SET reason = 'coupon' WHERE id = %s", ids[1])
    code, said = verified()
    assert code == 1
    assert "Link 2 does not hold" in said
    client.post("/settings/proof/check/")
    page = client.get("/settings/proof/").content.decode()
    assert "A link does not hold" in page
    assert "Link 2 does not hold" in page
    assert ProofCheck.objects.latest("pk").links == 1
    client.force_login(people.marc())
    assert client.post("/settings/proof/check/").status_code == 403


def test_long_chains_are_checked_in_the_background(shop: Program, client: Client, monkeypatch: Any) -> None:
    decide(2)
    proof.seal_all()
    monkeypatch.setattr(view, "FEW", 1)
    client.force_login(people.olga())
    for _ in range(2):
        assert client.post("/settings/proof/check/").status_code == 302
    assert len(jobs.waiting("orders.check_proof")) == 1
    jobs.run_all()
    assert ProofCheck.objects.get().links == 2
