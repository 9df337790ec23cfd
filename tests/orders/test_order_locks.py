"""The attribution on an order never changes, nor does what identifies it, however one writes."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models

from orders.models import Decision, Order, Refund
from referrals.models import ReferralAttribution
from tests import factories as make
from tests.racing import race
from tests.writing import (
    REMOVALS,
    WAYS,
    Removal,
    Values,
    Way,
    as_a_replica,
    by_second_connection,
    delete_then_insert,
    refusal,
    save,
    save_some_fields,
    stored,
)

# A plain save goes through the model's signals first, which refuse in words and complete what is half said.
BY_SIGNALS = [save, save_some_fields]
CHANGING = [way for way in WAYS if way is not delete_then_insert]
TIED = ["another attribution", "no attribution", "another campaign", "another customer", "another advocate"]
IDENTITY: list[Values] = [{"order_id": "A-2"}, {"order_id": "a-1"}, {"currency": "EUR"}, {"source": "csv"}]
REFUND: list[Values] = [
    {"refund_id": "R-2"},
    {"kind": "dispute"},
    {"amount": Decimal(9)},
    {"amount": Decimal(0)},
    {"currency": "EUR"},
]
DECISION: list[Values] = [
    {"reason": "coupon"},
    {"referral_attribution_id": None},
    {"decided_by": "user"},
    {"trace": {"looks": []}},
    {"at": make.LONG_AGO},
    {"personal": {"advocate_email": "yuri@example.com"}},
    {"personal": None, "reason": "coupon"},
]


class Scene:
    """Mia's order A-1 came through Xena in Spring; B-1 came through nobody. Yuri refers her in Summer."""

    def __init__(self) -> None:
        self.xena, self.yuri = make.contact("Xena Ito"), make.contact("Yuri Roy")
        self.mia, self.noah = make.contact("Mia Keller"), make.contact("Noah Berg")
        self.spring, self.summer = make.campaign("Spring"), make.campaign("Summer")
        self.by_xena = make.attribution(self.xena, self.mia, self.spring)
        self.by_yuri = make.attribution(self.yuri, self.mia, self.summer)
        self.order = make.order("A-1", self.mia, by=self.by_xena)
        self.open = make.order("B-1", self.mia)

    def values(self, change: str) -> Values:
        return {
            "another attribution": tie(self.by_yuri),
            "no attribution": {"referral_attribution_id": None, "advocate_id": None, "attributed_at": None},
            "another campaign": {"campaign_id": self.summer.pk},
            "another customer": {"customer_id": self.noah.pk},
            "another advocate": {"advocate_id": self.yuri.pk},
        }[change]

    def refund(self) -> Refund:
        return Refund.objects.create(
            order=self.order, refund_id="R-1", amount=Decimal(10), currency="USD", status="pending"
        )

    def decision(self) -> Decision:
        return Decision.objects.create(
            order=self.order,
            reason="code",
            referral_attribution=self.by_xena,
            trace={"looks": [{"claim": "code"}]},
            personal={"advocate_email": "xena.ito@example.com"},
        )


def tie(attribution: ReferralAttribution) -> Values:
    """What an order says once ``attribution`` is its own."""
    return {
        "referral_attribution_id": attribution.pk,
        "campaign_id": attribution.campaign_id,
        "customer_id": attribution.contact_id,
        "advocate_id": attribution.advocate_id,
        "attributed_at": make.NOON,
    }


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def assert_refused(way: Way, row: models.Model, values: Values, lock: str) -> None:
    before = stored(row)
    assert refusal(way, row, values) == lock
    assert stored(row) == before


def assert_attribution_is_kept(way: Way, row: Order, values: Values) -> None:
    assert_refused(
        way, row, values, "said kindly: locked" if way in BY_SIGNALS else "order_attribution_locked"
    )


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("change", TIED)
def test_attribution_of_an_order_never_changes(scene: Scene, change: str, way: Way) -> None:
    assert_attribution_is_kept(way, scene.order, scene.values(change))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("values", IDENTITY)
def test_identity_of_an_order_never_changes(scene: Scene, values: Values, way: Way) -> None:
    assert_refused(way, scene.open, values, "order_identity_locked")


@pytest.mark.parametrize("remove", REMOVALS)
@pytest.mark.parametrize("which", ["order", "open"])
def test_order_is_never_removed(scene: Scene, which: str, remove: Removal) -> None:
    row = getattr(scene, which)
    assert refusal(remove, row).startswith("order_")
    assert Order.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("way", CHANGING)
def test_free_facts_of_an_attributed_order_change_freely(scene: Scene, way: Way) -> None:
    values = {"revenue_amount": Decimal("55.0000"), "external_status": "paid", "ordered_at": make.LONG_AGO}
    before = stored(scene.order)
    assert refusal(way, scene.order, values) == ""
    assert stored(scene.order) == {**before, **values}


@pytest.mark.parametrize("way", CHANGING)
def test_attribution_is_set_late_and_once(scene: Scene, way: Way) -> None:
    assert refusal(way, scene.open, tie(scene.by_xena)) == ""
    assert_attribution_is_kept(way, scene.open, tie(scene.by_yuri))
    assert_attribution_is_kept(way, scene.open, scene.values("no attribution"))


def test_upsert_by_the_merchants_id_does_not_get_past_the_lock(scene: Scene) -> None:
    def upsert() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO orders_order SELECT * FROM orders_order WHERE order_id = 'A-1'"
                " ON CONFLICT (order_id) WHERE voided_at IS NULL DO UPDATE SET referral_attribution_id = %s,"
                " campaign_id = %s, advocate_id = %s",
                [scene.by_yuri.pk, scene.summer.pk, scene.yuri.pk],
            )

    assert refusal(upsert) == "order_attribution_locked"


@pytest.mark.parametrize("way", [way for way in CHANGING if way not in [as_a_replica, *BY_SIGNALS]])
@pytest.mark.parametrize(
    "wrong, with_whom",
    [("campaign_id", "summer"), ("customer_id", "noah"), ("advocate_id", "yuri")],
)
def test_order_always_agrees_with_its_attribution(scene: Scene, wrong: str, with_whom: str, way: Way) -> None:
    values = {**tie(scene.by_xena), wrong: getattr(scene, with_whom).pk}
    assert_refused(way, scene.open, values, "order_attribution_agrees")


@pytest.mark.parametrize("missing", ["campaign_id", "advocate_id", "attributed_at"])
def test_attribution_is_whole_or_not_there(scene: Scene, missing: str) -> None:
    def set_half() -> None:
        Order.writes.filter(pk=scene.open.pk).update(**{**tie(scene.by_xena), missing: None})

    assert refusal(set_half) == "order_attribution_whole"
    half = {"advocate_id": scene.xena.pk}
    assert refusal(lambda: Order.writes.filter(pk=scene.open.pk).update(**half)) == "order_attribution_whole"


def test_new_order_cannot_disagree_with_its_attribution_either(scene: Scene) -> None:
    def insert(**fields: Any) -> str:
        return refusal(lambda: make.order("C-1", scene.mia, by=scene.by_xena, **fields))

    assert insert(campaign_id=scene.summer.pk) == "order_attribution_agrees"
    assert insert(advocate_id=scene.yuri.pk) == "order_attribution_agrees"
    assert insert() == ""


def test_deactivating_an_attribution_touches_no_order(scene: Scene) -> None:
    before = stored(scene.order)
    ReferralAttribution.objects.filter(pk=scene.by_xena.pk).update(is_active=False, deactivated_at=make.NOON)
    make.attribution(scene.yuri, scene.mia, scene.spring)
    assert stored(scene.order) == before


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("values", REFUND)
def test_refund_is_written_once(scene: Scene, values: Values, way: Way) -> None:
    assert_refused(way, scene.refund(), values, "refund_locked")


@pytest.mark.parametrize("way", CHANGING)
def test_refund_may_succeed_later_but_not_move_to_another_order(scene: Scene, way: Way) -> None:
    refund = scene.refund()
    assert refusal(way, refund, {"status": "succeeded", "note": "Paid back"}) == ""
    assert_refused(way, refund, {"order_id": scene.open.pk}, "refund_locked")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("values", DECISION)
def test_decision_is_never_rewritten(scene: Scene, values: Values, way: Way) -> None:
    assert_refused(way, scene.decision(), values, "decision_append_only")


@pytest.mark.parametrize("way", CHANGING)
def test_erasure_blanks_the_people_of_a_decision_for_good(scene: Scene, way: Way) -> None:
    decision = scene.decision()
    before = stored(decision)
    assert refusal(way, decision, {"personal": None}) == ""
    assert stored(decision) == {**before, "personal": None}
    assert_refused(way, decision, {"personal": before["personal"]}, "decision_append_only")


@pytest.mark.parametrize("remove", REMOVALS)
def test_refunds_and_decisions_are_never_removed(scene: Scene, remove: Removal) -> None:
    assert refusal(remove, scene.refund()) == "refund_locked"
    assert refusal(remove, scene.decision()) == "decision_append_only"


def test_forms_hear_of_it_in_words(scene: Scene) -> None:
    def said(row: models.Model, values: Values) -> list[str]:
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(ValidationError) as caught:
            row.full_clean()
        return caught.value.messages

    scene.order.full_clean()
    permanent = "The attribution of this order is permanent."
    assert permanent in said(scene.order, scene.values("another attribution"))
    (identity,) = said(Order.objects.get(order_id="B-1"), {"currency": "EUR"})
    assert identity.startswith("An order's id, currency and source never change")
    assert said(scene.open, {**tie(scene.by_xena), "customer_id": scene.noah.pk}) == [
        "Customer, campaign and advocate must be those of the attribution."
    ]
    assert said(scene.refund(), {"amount": Decimal(9)}) == ["“refund_id” is permanent once it is set."]
    assert said(scene.decision(), {}) == ["This is history: it is never changed."]


@pytest.mark.django_db(transaction=True)
def test_holds_against_a_connection_from_outside() -> None:
    scene = Scene()
    refund, decision = scene.refund(), scene.decision()
    for change in TIED:
        assert by_second_connection(scene.order, scene.values(change)) == "order_attribution_locked"
    for values in [*IDENTITY, {"id": scene.open.pk + 100}]:
        assert by_second_connection(scene.open, values) == "order_identity_locked"
    for values in REFUND:
        assert by_second_connection(refund, values) == "refund_locked"
    for values in DECISION:
        assert by_second_connection(decision, values) == "decision_append_only"
    wrong = {**tie(scene.by_xena), "customer_id": scene.noah.pk}
    assert by_second_connection(scene.open, wrong) == "order_attribution_agrees"
    assert stored(scene.open)["referral_attribution_id"] is None


def attributions_of(scene: Scene, number: int) -> list[ReferralAttribution]:
    return [make.attribution(scene.xena, scene.mia, make.campaign(f"Wave {n}")) for n in range(number)]


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_the_first_sets_the_attribution_and_the_others_are_refused() -> None:
    scene = Scene()
    rivals = attributions_of(scene, 8)
    names = race(lambda rival: by_second_connection(scene.open, tie(rival)), rivals)
    assert sorted(names) == ["", *["order_attribution_locked"] * 7]
    winner = rivals[names.index("")]
    assert stored(scene.open)["referral_attribution_id"] == winner.pk
    assert stored(scene.open)["campaign_id"] == winner.campaign_id


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_once_that_set_it_where_it_is_empty_one_does_and_the_others_do_nothing() -> None:
    scene = Scene()
    rivals = attributions_of(scene, 8)

    def set_if_empty(rival: ReferralAttribution) -> int:
        empty = Order.writes.filter(pk=scene.open.pk, referral_attribution=None)
        return empty.update(**tie(rival))

    counts = race(set_if_empty, rivals)
    assert sorted(counts) == [0] * 7 + [1]
    assert stored(scene.open)["referral_attribution_id"] == rivals[counts.index(1)].pk
