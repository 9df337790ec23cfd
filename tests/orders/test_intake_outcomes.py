"""What becomes of an order that is told: each outcome, what is written for it, and what is not."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.events.models import Event
from orders.intake import Outcome, record, void
from orders.models import Decision, Order
from referrals.models import Contact
from tests.orders.shop import (
    DESK,
    MIA,
    NOAH,
    NOON,
    Shop,
    advocate_of,
    counts,
    define,
    event,
    happened,
    known,
    later,
    one,
    outcomes,
    previewed,
    problems,
    recorded,
    told,
)

pytestmark = pytest.mark.django_db
FREE: list[tuple[dict[str, Any], str, tuple[Any, Any]]] = [
    ({"revenue_amount": Decimal("80.00")}, "revenue_amount", (Decimal("100.00"), Decimal("80.00"))),
    ({"external_status": "paid"}, "external_status", ("", "paid")),
    ({"hubspot_dealstage": "won"}, "hubspot_dealstage", ("", "won")),
    ({"ordered_at": later(days=-2)}, "ordered_at", (NOON, later(days=-2))),
    ({"properties": {"size": "L"}}, "properties.size", (None, "L")),
]


@pytest.fixture(autouse=True)
def shop() -> Shop:
    return Shop()


def test_new_order_is_created_with_all_that_was_said(shop: Shop) -> None:
    define("size")
    planned = one(
        told(
            " A-1 ",
            customer_email=" Mia@Example.com ",
            customer_uid="c-7",
            customer_first_name="Mia",
            customer_last_name="Keller",
            campaign_uid="SPRING",
            short_code="xena",
            external_status="paid",
            hubspot_dealstage="won",
            ip_address="2001:DB8::1",
            source_details={"raw": {"id": 1}},
            properties={"size": "L"},
        )
    )
    order = known("A-1")
    assert (planned.outcome, planned.order_pk, planned.is_new_contact) == (Outcome.CREATED, order.pk, True)
    customer = order.customer
    assert (customer.email, customer.uid, str(customer), customer.status) == (
        "mia@example.com",
        "c-7",
        "Mia Keller",
        "prospect",
    )
    assert (order.revenue_amount, order.currency, order.campaign) == (Decimal(100), "USD", shop.spring)
    assert (order.external_status, order.hubspot_dealstage, order.source) == ("paid", "won", "api")
    assert (order.ip_address, order.source_details) == ("2001:db8::1", {"raw": {"id": 1}})
    assert (order.properties, order.ordered_at, order.status) == ({"size": "L"}, NOON, "recorded")
    assert (order.reason, order.attention, order.advocate) == ("code", "", shop.xena)
    tie = order.referral_attribution
    assert tie is not None
    assert (tie.advocate, tie.contact, tie.campaign) == (shop.xena, customer, shop.spring)
    assert (tie.referred_at, tie.source, tie.is_active) == (NOON, "api", True)


def test_currency_is_the_campaigns_else_the_programs() -> None:
    recorded(
        told("A-1"), told("A-2", campaign_uid="summer"), told("A-3", campaign_uid="summer", currency="usd")
    )
    assert [known(order_id).currency for order_id in ("A-1", "A-2", "A-3")] == ["USD", "EUR", "USD"]


def test_order_without_a_date_is_of_now() -> None:
    before = dt.datetime.now(dt.UTC)
    one(told(ordered_at=None))
    assert before <= known().ordered_at <= dt.datetime.now(dt.UTC)


def test_creating_writes_the_events_and_the_decision() -> None:
    one(told(short_code="XENA", advocate_email="yuri@example.com"))
    assert happened() == ["order_recorded", "order_attributed"]
    said = event("order_recorded")
    assert said.data == {"order_id": "A-1", "amount": "100.00", "currency": "USD"}
    assert (said.actor_kind, said.actor_id, said.actor_label, said.source) == ("user", 7, "Olga Owner", "api")
    decision = Decision.objects.get()
    assert (decision.reason, decision.decided_by) == ("code", "rule")
    assert decision.referral_attribution == known().referral_attribution
    looks = decision.trace["looks"]
    assert [(look["claim"], look["result"], look["reason"]) for look in looks] == [
        ("short_code", "won", "code"),
        ("advocate_email", "lost", "earlier_claim"),
    ]
    assert decision.personal == {"advocate_email": "yuri@example.com"}
    assert "yuri@example.com" not in str(decision.trace)
    assert set(Event.objects.values_list("kind", flat=True)) == {
        "contact_created",
        "attribution_created",
        "order_recorded",
        "order_attributed",
    }


def test_order_that_claims_nothing_needs_no_decision() -> None:
    one(told())
    assert (known().reason, known().attention, advocate_of()) == ("no_claim", "", "")
    assert happened() == ["order_recorded"]
    assert not Decision.objects.exists()


def test_no_address_stands_in_what_is_proved() -> None:
    recorded(told(customer_uid="c-7", advocate_email="who@example.com"))
    recorded(told(customer_uid="c-7", customer_email=NOAH, advocate_email="xena@example.com"))
    for facts in [
        *Event.objects.values_list("data", flat=True),
        *Decision.objects.values_list("trace", flat=True),
    ]:
        assert "@" not in str(facts)


def test_same_facts_again_are_unchanged_and_write_nothing() -> None:
    define("size")
    draft: dict[str, Any] = {
        "short_code": "XENA",
        "external_status": "paid",
        "properties": {"size": "L"},
        "campaign_uid": "spring",
    }
    one(told(**draft))
    before, stamp = counts(), known().updated_at
    again = one(told(**draft, currency="USD"))
    assert (again.outcome, again.order_pk, again.differences) == (Outcome.UNCHANGED, known().pk, {})
    assert (counts(), known().updated_at) == (before, stamp)


def test_what_a_source_does_not_say_stays() -> None:
    define("size")
    one(told(external_status="paid", properties={"size": "L"}, campaign_uid="spring", short_code="XENA"))
    silent = told(customer_email="", revenue_amount=None, ordered_at=None)
    assert one(silent).outcome == Outcome.UNCHANGED
    assert (known().external_status, known().properties) == ("paid", {"size": "L"})


def test_empty_text_means_none() -> None:
    define("size")
    one(told(external_status="paid", properties={"size": "L"}))
    planned = one(told(external_status="", properties={"size": ""}))
    assert planned.differences == {"external_status": ("paid", ""), "properties.size": ("L", None)}
    assert (known().external_status, known().properties) == ("", {})


@pytest.mark.parametrize("claim", ["", "XENA"])
@pytest.mark.parametrize("said, name, pair", FREE)
def test_free_fact_is_updated_with_what_changed(
    said: dict[str, Any], name: str, pair: tuple[Any, Any], claim: str
) -> None:
    """On an order that nobody referred, and on an attributed one alike."""
    define("size")
    one(told(short_code=claim))
    planned = one(told(**said))
    assert (planned.outcome, planned.differences) == (Outcome.UPDATED, {name: pair})
    changed = event("order_updated").data["changed"]
    assert list(changed) == [name]
    assert one(told(**said)).outcome == Outcome.UNCHANGED
    assert advocate_of() == ("Xena" if claim else "")


def test_event_of_an_update_says_old_and_new() -> None:
    one(told())
    one(
        told(revenue_amount=Decimal("80.50"), external_status="paid", ordered_at=later(hours=1)), source="csv"
    )
    said = event("order_updated")
    assert said.data["changed"] == {
        "revenue_amount": ["100.00", "80.50"],
        "external_status": ["", "paid"],
        "ordered_at": ["2026-11-20T12:00:00+00:00", "2026-11-20T13:00:00+00:00"],
    }
    assert said.source == "csv"
    assert known().source == "api"


def test_customer_and_campaign_are_free_while_nobody_is_credited(shop: Shop) -> None:
    one(told())
    planned = one(told(customer_email=NOAH, campaign_uid="spring"))
    assert planned.outcome == Outcome.UPDATED
    assert planned.differences["customer"] == (MIA, NOAH)
    assert planned.differences["campaign"] == (None, "spring")
    assert (known().customer.email, known().campaign) == (NOAH, shop.spring)
    said = event("order_updated")
    assert said.personal == {"customer": [MIA, NOAH]}


def test_locked_facts_that_differ_are_a_conflict_and_nothing_is_stored() -> None:
    one(told(campaign_uid="spring", short_code="XENA"))
    before, stamp = counts(), known().updated_at
    planned = one(told(customer_email=NOAH, campaign_uid="summer", currency="EUR", external_status="paid"))
    assert planned.outcome == Outcome.CONFLICT
    assert planned.differences == {
        "currency": ("USD", "EUR"),
        "customer": (MIA, NOAH),
        "campaign": ("spring", "summer"),
        "external_status": ("", "paid"),
    }
    assert (counts(), known().updated_at, known().external_status) == (before, stamp, "")
    assert not Contact.objects.filter(email=NOAH).exists()


def test_currency_is_locked_from_birth() -> None:
    one(told())
    planned = one(told(currency="EUR"))
    assert (planned.outcome, planned.differences) == (Outcome.CONFLICT, {"currency": ("USD", "EUR")})


def test_claim_on_an_attributed_order_is_noted_and_the_free_facts_are_stored() -> None:
    one(told(short_code="XENA"))
    planned = one(told(short_code="YURI", advocate_email="yuri@example.com", external_status="paid"))
    assert (planned.outcome, planned.differences) == (Outcome.UPDATED, {"external_status": ("", "paid")})
    assert [warning.code for warning in planned.warnings] == ["attributed"]
    assert (advocate_of(), known().external_status) == ("Xena", "paid")
    noted = event("order_claim_noted")
    assert noted.data == {"claims": {"short_code": "YURI"}}
    assert noted.personal == {"advocate_email": "yuri@example.com"}
    before = counts()
    assert one(told(short_code="YURI", advocate_email="yuri@example.com")).outcome == Outcome.UNCHANGED
    assert counts() == before


def test_source_is_kept_and_never_compared() -> None:
    one(told(), source="shopify")
    assert one(told(), source="csv").outcome == Outcome.UNCHANGED
    assert known().source == "shopify"


@pytest.mark.parametrize(
    "policy, outcome", [("update", "updated"), ("skip", "skipped"), ("fail", "conflict")]
)
def test_on_existing(policy: str, outcome: str) -> None:
    one(told())
    before = counts()
    planned = recorded(told(external_status="paid"), told("A-2"), on_existing=policy)
    assert outcomes(planned) == [outcome, "created"]
    assert planned[0].order_pk == known().pk
    assert known().external_status == ("paid" if policy == "update" else "")
    assert counts()["Event"] == before["Event"] + (2 if policy == "update" else 1)


def test_on_existing_fail_shows_what_differs() -> None:
    one(told())
    planned = one(told(external_status="paid"), on_existing="fail")
    assert planned.differences == {"external_status": ("", "paid")}
    assert one(told(), on_existing="fail").outcome == Outcome.CONFLICT


def test_on_error_valid_stores_the_rest() -> None:
    planned = recorded(told("A-1"), told("A-2", revenue_amount=Decimal(-1)), told("A-3"))
    assert outcomes(planned) == ["created", "rejected", "created"]
    assert set(Order.objects.values_list("order_id", flat=True)) == {"A-1", "A-3"}


def test_on_error_none_stores_nothing_and_tells_all_errors() -> None:
    one(told("K-1"))
    before = counts()
    bad, conflict = told("A-2", revenue_amount=Decimal(-1)), told("K-1", currency="EUR")
    drafts = [
        told("A-1"),
        bad,
        conflict,
        told("A-1", currency="EUR"),
        told("A-2", revenue_amount=Decimal(-2)),
    ]
    planned = recorded(*drafts, on_error="none")
    assert outcomes(planned) == ["skipped", "rejected", "conflict", "conflict", "rejected"]
    assert planned[0].warnings[-1].code == "nothing_stored"
    assert counts() == before
    assert outcomes(recorded(told("A-1"), told("A-3"), on_error="none")) == ["created", "created"]


def test_same_order_twice_in_a_batch_meets_itself() -> None:
    planned = recorded(
        told("A-1", short_code="XENA"),
        told("A-1", short_code="XENA"),
        told("A-2"),
        told("A-1", external_status="paid"),
        told(" A-1 ", currency="EUR"),
        told("a-1"),
    )
    assert outcomes(planned) == ["created", "unchanged", "created", "updated", "conflict", "created"]
    assert [each.draft.order_id for each in planned] == ["A-1", "A-1", "A-2", "A-1", " A-1 ", "a-1"]
    assert Order.objects.count() == 3
    assert Contact.objects.filter(email=MIA).count() == 1


def test_rejected_first_telling_does_not_spoil_the_second() -> None:
    planned = recorded(told("A-1", revenue_amount=Decimal(-5)), told("A-1"))
    assert outcomes(planned) == ["rejected", "created"]


def test_voided_order_leaves_its_id_free() -> None:
    first = one(told(short_code="XENA"))
    assert first.order_pk is not None
    void(first.order_pk, "A test", source="dashboard", actor=DESK)
    second = one(told(currency="EUR", customer_email=NOAH))
    assert second.outcome == Outcome.CREATED
    assert second.order_pk != first.order_pk
    assert Order.objects.filter(order_id="A-1").count() == 2


def test_excess_decimals_are_refused_or_rounded_once_and_counted() -> None:
    assert problems(one(told(revenue_amount=Decimal("10.005")))) == {"revenue_amount": "decimals"}
    assert problems(one(told(revenue_amount=Decimal("10.5"), currency="JPY"))) == {
        "revenue_amount": "decimals"
    }
    planned = one(told(revenue_amount=Decimal("10.005"), may_round=True), source="csv")
    assert (planned.outcome, planned.is_rounded, planned.amount) == (Outcome.CREATED, True, Decimal("10.01"))
    assert known().revenue_amount == Decimal("10.01")
    assert event("order_recorded").data["rounded_from"] == "10.005"
    assert one(told(revenue_amount=Decimal("10.005"), may_round=True)).outcome == Outcome.UNCHANGED
    assert one(told("A-2", revenue_amount=Decimal("1.234"), currency="KWD")).outcome == Outcome.CREATED


def test_zero_is_an_amount() -> None:
    assert one(told(revenue_amount=Decimal(0))).outcome == Outcome.CREATED


def test_preview_of_a_second_telling_names_no_row_that_is_not_there() -> None:
    first, second = previewed(told(short_code="XENA"), told(external_status="paid"))
    assert outcomes([first, second]) == ["created", "updated"]
    assert (first.order_pk, first.customer_pk, first.is_new_contact) == (None, None, True)
    assert (second.order_pk, second.customer_pk, second.is_new_contact) == (None, None, False)


def test_older_telling_never_replaces_a_newer_one() -> None:
    define("size")
    one(told(told_at=later(hours=2), external_status="sent", properties={"size": None}), source="shopify")
    stale = told(
        told_at=later(hours=1),
        external_status="paid",
        hubspot_dealstage="won",
        properties={"size": "L"},
        revenue_amount=Decimal("90.00"),
        customer_email=NOAH,
    )
    planned = one(stale, source="shopify")
    assert (planned.outcome, planned.differences) == (Outcome.UPDATED, {"hubspot_dealstage": ("", "won")})
    order = known()
    assert (order.external_status, order.properties, order.customer.email) == ("sent", {}, MIA)
    assert order.revenue_amount == Decimal(100)
    assert one(stale, source="shopify").outcome == Outcome.UNCHANGED


def test_older_telling_of_another_customer_is_stale_and_no_conflict() -> None:
    one(told(told_at=later(hours=2), short_code="XENA"), source="shopify")
    old = told(told_at=later(hours=1), customer_email=NOAH, external_status="paid")
    assert one(old, source="shopify").outcome == Outcome.UPDATED
    assert (known().customer.email, known().external_status) == (MIA, "paid")
    new = told(told_at=later(hours=3), customer_email=NOAH)
    assert one(new, source="shopify").outcome == Outcome.CONFLICT


def test_preview_minds_the_clock_as_recording_does() -> None:
    drafts = [
        told(told_at=later(hours=2), external_status="sent"),
        told(told_at=later(hours=1), external_status="paid"),
    ]
    assert outcomes(previewed(*drafts)) == outcomes(recorded(*drafts)) == ["created", "unchanged"]
    assert known().external_status == "sent"


def test_nothing_comes_of_an_empty_batch() -> None:
    before = counts()
    assert record([], source="api", actor=DESK) == []
    assert previewed() == []
    assert counts() == before


@pytest.mark.parametrize("policy", [{"on_existing": "merge"}, {"on_error": "some"}, {"source": "fax"}])
def test_unknown_policy_is_the_programmers_mistake(policy: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        recorded(told(), **policy)
