"""Eight writers at the same moment: one order, one contact, one attribution, honest outcomes, no error."""

import itertools
from collections import Counter
from decimal import Decimal

import pytest

from core.events.models import Event
from orders.intake import (
    IntakeRefused,
    OrderDraft,
    Outcome,
    RefundDraft,
    attribute,
    edit,
    record,
    refund,
    void,
)
from orders.models import Decision, Order
from referrals.models import Contact, ReferralAttribution
from tests import factories as make
from tests.orders.shop import DESK, MIA, Shop, advocate_of, known, later, one, told
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = range(8)


@pytest.fixture(autouse=True)
def shop(transactional_db: None) -> Shop:
    return Shop()


def tell(drafts: list[OrderDraft]) -> list[Outcome]:
    return [planned.outcome for planned in record(drafts, source="api", actor=DESK)]


def test_same_order_from_eight_doors_is_one_order() -> None:
    found = race(tell, [[told(short_code="XENA")] for _ in EIGHT])
    assert Counter(outcome for outcomes in found for outcome in outcomes) == {"created": 1, "unchanged": 7}
    assert Order.objects.count() == 1
    assert Contact.objects.filter(email=MIA).count() == 1
    assert ReferralAttribution.objects.count() == 1
    assert Event.objects.filter(kind="order_recorded").count() == 1


def test_same_order_with_eight_statuses_is_one_order_that_seven_changed() -> None:
    found = race(tell, [[told(external_status=f"status {number}")] for number in EIGHT])
    assert Counter(outcome for outcomes in found for outcome in outcomes) == {"created": 1, "updated": 7}
    events = Event.objects.filter(kind="order_updated").order_by("id")
    steps = [event.data["changed"]["external_status"] for event in events]
    for one_step, next_step in itertools.pairwise(steps):
        assert one_step[1] == next_step[0]
    assert steps[-1][1] == known().external_status


def test_same_new_order_with_two_currencies_is_one_order_and_conflicts() -> None:
    found = race(tell, [[told(currency="USD" if number % 2 else "EUR")] for number in EIGHT])
    assert Counter(outcome for outcomes in found for outcome in outcomes) == {
        "created": 1,
        "unchanged": 3,
        "conflict": 4,
    }


@pytest.mark.parametrize("customer", ["new", "known"])
def test_customer_whom_two_advocates_claim_gets_one(customer: str) -> None:
    if customer == "known":
        make.contact("Mia Keller", email=MIA)
    codes = ["XENA", "YURI"] * 4
    found = race(tell, [[told(f"A-{number}", short_code=codes[number])] for number in EIGHT])
    assert found == [[Outcome.CREATED]] * 8
    tie = ReferralAttribution.objects.get()
    assert {order.referral_attribution_id for order in Order.objects.all()} == {tie.pk}
    assert Contact.objects.filter(email=MIA).count() == 1
    assert Counter(Order.objects.values_list("reason", flat=True)) == {"code": 1, "first_touch": 7}
    assert Event.objects.filter(kind="attribution_created").count() == 1


def test_batches_that_cross_each_other_all_go_in() -> None:
    """The same customers, orders and advocates in opposite orders: nobody waits for ever, nothing is lost."""

    def batch(number: int) -> list[OrderDraft]:
        drafts = [
            told(f"O-{at}", customer_email=f"c{at % 5}@example.com", short_code=["XENA", "YURI"][number % 2])
            for at in range(12)
        ]
        return drafts if number % 2 else drafts[::-1]

    found = race(tell, [batch(number) for number in EIGHT])
    assert Counter(outcome for outcomes in found for outcome in outcomes)[Outcome.CREATED] == 12
    assert all(outcome in {"created", "updated", "unchanged"} for outcomes in found for outcome in outcomes)
    assert Order.objects.count() == 12
    assert ReferralAttribution.objects.count() == 5
    assert not Order.objects.filter(referral_attribution=None).exists()


def test_late_claims_of_two_advocates_leave_one() -> None:
    one(told())
    codes = ["XENA", "YURI"] * 4
    found = race(tell, [[told(short_code=code)] for code in codes])
    assert {outcome for outcomes in found for outcome in outcomes} <= {"updated", "unchanged"}
    tie = ReferralAttribution.objects.get()
    assert known().referral_attribution == tie
    assert known().advocate == tie.advocate
    assert Decision.objects.filter(referral_attribution=tie).count() == 1


def test_of_eight_people_who_decide_one_does(shop: Shop) -> None:
    one(told())
    pk = known().pk

    def decide(number: int) -> str:
        advocate = [shop.xena, shop.yuri][number % 2]
        try:
            attribute(
                pk,
                advocate_id=advocate.pk,
                campaign_id=shop.spring.pk,
                reason="They called",
                source="dashboard",
                actor=DESK,
            )
        except IntakeRefused as refused:
            return refused.problems[0].code
        return advocate.first_name

    found = race(decide, EIGHT)
    assert sorted(found, key=str.isupper).count("locked") == 7
    assert advocate_of() in found
    assert Event.objects.filter(kind="order_attributed").count() == 1


def test_refunds_at_once_never_take_back_more_than_was_paid() -> None:
    one(told())
    pk = known().pk

    def take(number: int) -> str:
        draft = RefundDraft(refund_id=f"R-{number}", amount=Decimal(30))
        try:
            return str(refund(pk, draft, source="api", actor=DESK)[1])
        except IntakeRefused as refused:
            return refused.problems[0].code

    assert Counter(race(take, EIGHT)) == {"created": 3, "too_much": 5}
    assert (known().refunded_amount, known().status) == (Decimal(90), "partly_refunded")


def test_same_refund_eight_times_is_one() -> None:
    one(told())
    pk = known().pk
    found = race(
        lambda _: refund(pk, RefundDraft(refund_id="R-1", amount=Decimal(30)), source="api", actor=DESK)[1],
        EIGHT,
    )
    assert Counter(found) == {"created": 1, "unchanged": 7}
    assert known().refunded_amount == Decimal(30)


def test_void_and_edit_at_once_are_one_after_the_other() -> None:
    one(told())
    pk = known().pk

    def change(number: int) -> str:
        try:
            if number % 2:
                void(pk, "Twice", source="dashboard", actor=DESK)
            else:
                changes = OrderDraft(external_status=f"status {number}")
                edit(pk, changes, source="dashboard", actor=DESK)
        except IntakeRefused as refused:
            return refused.problems[0].code
        return "voided it" if number % 2 else "edited it"

    found = Counter(race(change, EIGHT))
    assert found["voided it"] == 1
    assert set(found) <= {"voided it", "edited it", "voided"}
    assert Order.objects.get().status == "voided"


def test_void_and_the_same_id_again_at_once_leave_one_order() -> None:
    one(told())
    pk = known().pk

    def work(number: int) -> str:
        if number:
            return str(tell([told(external_status="again")])[0])
        void(pk, "Twice", source="dashboard", actor=DESK)
        return "voided it"

    found = race(work, EIGHT)
    assert set(found) <= {"voided it", "created", "updated", "unchanged"}
    assert Order.objects.filter(order_id="A-1", voided_at=None).count() <= 1
    assert Order.objects.filter(order_id="A-1").count() <= 2


def test_new_contact_by_email_and_by_uid_at_once_is_one_person_in_the_end() -> None:
    drafts = [
        told(f"A-{number}", customer_uid="c-1" if number % 2 else "", ordered_at=later(minutes=number))
        for number in EIGHT
    ]
    assert race(tell, [[draft] for draft in drafts]) == [[Outcome.CREATED]] * 8
    mia = Contact.objects.get(email=MIA)
    assert mia.uid == "c-1"
    assert set(Order.objects.values_list("customer_id", flat=True)) == {mia.pk}
