"""What repetition and order may change: nothing. Tried with orders, deliveries and batches made at random."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from core.events.models import Event
from orders.intake import OrderDraft, Outcome, Planned
from orders.models import Decision, Order
from referrals.attribution import Claims
from referrals.models import Contact, ReferralAttribution
from tests.orders.shop import NOON, Shop, counts, define, outcomes, previewed, recorded

pytestmark = pytest.mark.django_db
# Each example takes back what it wrote, so the shop is the same for the next.
EXAMPLES = examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
PEOPLE = ["mia@example.com", "noah@example.com", "xena@example.com"]
CODES = ["XENA", "YURI", "YURISUN", "NOBODY", "XENA10"]


@pytest.fixture
def shop() -> Shop:
    define("size")
    define("count", "Integer")
    return Shop()


class _TakenBack(Exception):
    pass


def tried(work: Callable[[], Any]) -> Any:
    """What ``work`` returns, with whatever it wrote taken back: each example starts from the same shop."""
    found: list[Any] = []
    try:
        with transaction.atomic():
            found.append(work())
            raise _TakenBack
    except _TakenBack:
        return found[0]


def amounts() -> st.SearchStrategy[Decimal]:
    return st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)


def moments(days: int) -> st.SearchStrategy[dt.datetime]:
    return st.integers(0, days * 24).map(lambda hours: NOON + dt.timedelta(hours=hours))


def claims() -> st.SearchStrategy[Claims]:
    return st.builds(
        Claims,
        short_code=st.sampled_from(["", *CODES]),
        coupon_code=st.sampled_from(["", "XENA10", "SAVE5"]),
        advocate_email=st.sampled_from(["", "yuri@example.com", "who@example.com"]),
    )


@st.composite
def deliveries(draw: st.DrawFn) -> list[OrderDraft]:
    """What a source says of one order over time.

    Who bought, when, in which campaign and through whom is the same each time that it is said, for the first
    telling that names an advocate decides for good. All else may change, be silent, or be taken away.
    """
    claimed = draw(claims())
    campaign = draw(st.sampled_from(["", "spring"]))
    uids, first_names = st.sampled_from(["", "c-1"]), st.sampled_from(["", "Mia"])
    fixed = {"order_id": "A-1", "customer_email": "mia@example.com", "ordered_at": NOON, "currency": "USD"}
    texts = st.sampled_from([None, "", "paid", "sent", "Ünïcode"])
    sizes = st.sampled_from(["unsaid", None, "", "L", "XL"])
    told = []
    for _ in range(draw(st.integers(2, 5))):
        said = {"size": draw(sizes), "count": draw(st.sampled_from(["unsaid", None, 0, 7]))}
        told.append(
            OrderDraft(
                **fixed,  # type: ignore[arg-type]
                revenue_amount=draw(amounts()),
                external_status=draw(texts),
                hubspot_dealstage=draw(texts),
                properties={name: value for name, value in said.items() if value != "unsaid"},
                claims=draw(st.sampled_from([claimed, Claims()])),
                campaign_uid=campaign,
                customer_uid=draw(uids),
                customer_first_name=draw(first_names),
                told_at=NOON
                + dt.timedelta(seconds=draw(st.integers(0, 4)), milliseconds=draw(st.sampled_from([0, 5]))),
            )
        )
    return told


@st.composite
def batches(draw: st.DrawFn) -> list[OrderDraft]:
    """Orders of a few people, some told twice, some wrong."""
    drafts = []
    for _ in range(draw(st.integers(1, 8))):
        drafts.append(
            OrderDraft(
                order_id=draw(st.sampled_from(["A-1", "A-2", "A-3", ""])),
                customer_email=draw(st.sampled_from([*PEOPLE, "", "mia"])),
                customer_uid=draw(st.sampled_from(["", "", "c-1", "c-2"])),
                customer_first_name=draw(st.sampled_from(["", "Mia"])),
                revenue_amount=draw(
                    st.one_of(amounts(), st.sampled_from([None, Decimal(-1), Decimal("0.001")]))
                ),
                currency=draw(st.sampled_from(["", "", "USD", "EUR"])),
                campaign_uid=draw(st.sampled_from(["", "", "spring", "summer", "winter"])),
                ordered_at=draw(moments(3)),
                claims=draw(claims()),
                external_status=draw(st.sampled_from([None, "", "paid"])),
                properties=draw(st.sampled_from([{}, {"size": "L"}, {"size": ""}, {"count": "x"}])),
                told_at=draw(st.one_of(st.none(), moments(1), moments(1))),
            )
        )
    return drafts


def state() -> list[dict[str, Any]]:
    """All that an order is, but for numbers that the database gives and the moment of writing."""
    columns = (
        *(
            "order_id",
            "customer__first_name",
            "customer__email",
            "customer__uid",
            "campaign__uid",
            "advocate__email",
            "reason",
            "attention",
        ),
        *("revenue_amount", "currency", "status", "external_status", "hubspot_dealstage", "ordered_at"),
        *("properties", "referral_attribution__referred_at", "customer__first_name"),
    )
    return list(Order.objects.order_by("order_id").values(*columns))


def copies(drafts: Sequence[OrderDraft]) -> list[OrderDraft]:
    return [replace(draft) for draft in drafts]


@EXAMPLES
@given(told=deliveries(), data=st.data())
def test_deliveries_of_one_order_end_the_same_in_whatever_order_they_come(
    shop: Shop, told: list[OrderDraft], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(told))
    again = data.draw(st.lists(st.sampled_from(told), max_size=3))

    def one_by_one(drafts: Sequence[OrderDraft]) -> list[dict[str, Any]]:
        for draft in copies(drafts):
            recorded(draft, source="shopify")
        return state()

    def in_one_batch(drafts: Sequence[OrderDraft]) -> list[dict[str, Any]]:
        recorded(*copies(drafts), source="shopify")
        return state()

    expected = tried(lambda: one_by_one(told))
    assert tried(lambda: one_by_one(order)) == expected
    assert tried(lambda: one_by_one([*order, *again])) == expected
    assert tried(lambda: in_one_batch([*order, *again])) == expected


@EXAMPLES
@given(told=deliveries())
def test_same_delivery_again_changes_nothing(shop: Shop, told: list[OrderDraft]) -> None:
    def work() -> None:
        recorded(*copies(told), source="shopify")
        before, rows = state(), (Event.objects.count(), Decision.objects.count())
        for draft in copies(told):
            assert outcomes(recorded(draft, source="shopify")) == ["unchanged"]
        assert state() == before
        assert (Event.objects.count(), Decision.objects.count()) == rows

    tried(work)


@EXAMPLES
@given(before=batches(), batch=batches())
def test_preview_and_recording_agree_and_every_draft_has_an_outcome(
    shop: Shop, before: list[OrderDraft], batch: list[OrderDraft]
) -> None:
    def work() -> None:
        recorded(*copies(before))
        rows = counts()
        foreseen = previewed(*copies(batch))
        assert counts() == rows
        stored = recorded(*copies(batch))
        assert [one.draft.order_id for one in stored] == [draft.order_id for draft in batch]
        assert [seen_of(one) for one in foreseen] == [seen_of(one) for one in stored]
        for one in stored:
            assert bool(one.problems) == (one.outcome == Outcome.REJECTED)
            assert one.order_pk is not None or one.outcome == Outcome.REJECTED
        made = sum(one.outcome == Outcome.CREATED for one in stored)
        assert Order.objects.count() == rows["Order"] + made

    tried(work)


def seen_of(planned: Planned) -> tuple[Any, ...]:
    """What a manager sees of a draft, before and after."""
    verdict = planned.verdict
    return (
        planned.outcome,
        [(one.field, one.code) for one in planned.problems],
        [(one.field, one.code) for one in planned.warnings],
        list(planned.differences),
        (planned.amount, planned.currency, planned.is_rounded, planned.is_new_contact),
        verdict and (verdict.reason, verdict.campaign_id, verdict.attention, verdict.is_new),
        verdict and [(look.claim, look.result, look.reason) for look in verdict.looks],
    )


@EXAMPLES
@given(first=batches(), second=batches(), third=batches())
def test_no_attribution_ever_changes_and_a_customer_has_one_per_campaign(
    shop: Shop, first: list[OrderDraft], second: list[OrderDraft], third: list[OrderDraft]
) -> None:
    def ties() -> dict[int, tuple[Any, ...]]:
        rows = Order.objects.exclude(referral_attribution=None)
        locked = ("pk", "referral_attribution", "advocate", "campaign", "customer", "attributed_at")
        return {row[0]: row[1:] for row in rows.values_list(*locked)}

    def work() -> None:
        known: dict[int, tuple[Any, ...]] = {}
        for batch in (first, second, third):
            recorded(*copies(batch))
            now = ties()
            assert {pk: now.get(pk) for pk in known} == known
            known = now
        made = list(ReferralAttribution.objects.values_list("contact", "campaign"))
        assert len(made) == len(set(made))
        assert Contact.objects.count() == Contact.objects.values("email", "uid").distinct().count()
        for order in Order.objects.exclude(referral_attribution=None).select_related("referral_attribution"):
            tie = order.referral_attribution
            assert tie is not None
            assert (tie.advocate_id, tie.contact_id, tie.campaign_id) == (
                order.advocate_id,
                order.customer_id,
                order.campaign_id,
            )
            assert tie.referred_at <= order.ordered_at or order.reason != "first_touch"

    tried(work)


@EXAMPLES
@given(batch=batches(), cut=st.integers(0, 8))
def test_one_batch_or_two_make_no_difference_to_what_is_stored(
    shop: Shop, batch: list[OrderDraft], cut: int
) -> None:
    """For orders that come in the order of their dates; else the earliest of a batch decides."""
    batch = [replace(draft, ordered_at=NOON + dt.timedelta(hours=at)) for at, draft in enumerate(batch)]

    def in_two() -> list[dict[str, Any]]:
        recorded(*copies(batch[:cut]))
        recorded(*copies(batch[cut:]))
        return state()

    def in_one() -> list[dict[str, Any]]:
        recorded(*copies(batch))
        return state()

    assert tried(in_two) == tried(in_one)


def anything() -> st.SearchStrategy[str]:
    """Text of any characters, half ones and NUL among them, and often nearly right."""
    wild = st.text(st.characters(exclude_categories=()), max_size=12)
    near = st.sampled_from(
        ["mia@example.com", "XENA", "USD", "spring", " ", "=1+1", "x" * 300, "ﬃ@ÄÖ.example"]
    )
    return st.one_of(wild, near, st.builds("".join, st.lists(st.one_of(wild, near), max_size=3)))


def any_amount() -> st.SearchStrategy[Decimal | None]:
    return st.one_of(st.none(), st.decimals(), st.decimals(min_value=0, max_value=10**6, places=2))


@st.composite
def wild_drafts(draw: st.DrawFn) -> OrderDraft:
    names = ["size", "count", "\x00", "unknown"]
    json = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), anything()),
        lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(anything(), inner, max_size=2)),
        max_leaves=4,
    )
    texts = (
        *("order_id", "customer_email", "customer_uid", "customer_first_name", "customer_last_name"),
        *("currency", "campaign_uid"),
    )
    return OrderDraft(
        **{name: draw(anything()) for name in texts},  # type: ignore[arg-type]
        revenue_amount=draw(any_amount()),
        ordered_at=draw(st.one_of(st.none(), st.datetimes(), st.datetimes(timezones=st.just(dt.UTC)))),
        claims=Claims(draw(anything()), draw(anything()), draw(anything()), draw(anything())),
        external_status=draw(st.one_of(st.none(), anything())),
        hubspot_dealstage=draw(st.one_of(st.none(), anything())),
        ip_address=draw(st.one_of(st.none(), anything(), st.ip_addresses().map(str))),
        source_details=draw(st.dictionaries(anything(), json, max_size=2)),
        properties=draw(st.dictionaries(st.sampled_from(names), json, max_size=2)),
        may_round=draw(st.booleans()),
        told_at=draw(st.one_of(st.none(), st.datetimes(timezones=st.just(dt.UTC)))),
    )


@EXAMPLES
@given(
    drafts=st.lists(wild_drafts(), min_size=1, max_size=4), source=st.sampled_from(["api", "csv", "shopify"])
)
def test_whatever_comes_is_answered_and_never_stops_its_neighbours(
    shop: Shop, drafts: list[OrderDraft], source: str
) -> None:
    def work() -> None:
        good = OrderDraft(order_id="GOOD", customer_email="noah@example.com", revenue_amount=Decimal(1))
        planned = recorded(*copies(drafts), good, source=source)
        assert outcomes(planned)[-1] == "created"
        for one in planned[:-1]:
            assert bool(one.problems) == (one.outcome == Outcome.REJECTED)
            again = recorded(replace(one.draft), source=source)
            assert outcomes(again)[0] in {"rejected", "unchanged", "updated", "conflict"}

    tried(work)
