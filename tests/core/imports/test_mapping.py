"""Which column gives what: found by name, told as JSON, checked with all that is wrong at once."""

import pytest

from core.imports.importers import Kind, Target, importer
from core.imports.mapping import (
    Mapping,
    MappingError,
    checked,
    from_json,
    header_hash,
    kept_to,
    matched,
    unused,
)
from orders.resources.targets import TARGETS

TWO = (
    Target("order_id", "Order id", synonyms=("Number", "ID")),
    Target("uid", "Customer id", Kind.ID, synonyms=("Customer", "ID")),
)


def test_columns_are_found_by_name_label_and_synonym_whatever_their_spelling() -> None:
    found = matched(TARGETS, ["ORDER-ID", "Órder Date", "E-Mail", "Grand Total", "Promo code", "Colour"])
    assert found.columns == {
        "order_id": "ORDER-ID",
        "ordered_at": "Órder Date",
        "revenue_amount": "Grand Total",
        "customer_email": "E-Mail",
        "coupon_code": "Promo code",
    }
    assert unused(found, ["ORDER-ID", "Colour", "error"]) == ["Colour"]


def test_a_column_is_used_once_and_better_names_choose_first() -> None:
    assert matched(TWO, ["ID", "Number"]).columns == {"order_id": "Number", "uid": "ID"}
    assert matched(TWO, ["ID"]).columns == {"order_id": "ID"}


SHOP = "Row ID,Order ID,Order Date,Ship Date,Customer ID,Customer Name,Sales,Quantity"
OWN = (
    "order_id,ordered_at,customer_name,customer_email,revenue_amount,currency,campaign,campaign_uid,"
    "advocate_name,advocate_email,source,status"
)
PAYMENTS = "id,Amount,Currency,Created (UTC),Customer Email,Customer ID,Status"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            SHOP,
            (
                "order_id=Order ID,ordered_at=Order Date,revenue_amount=Sales,customer_uid=Customer ID,"
                "customer_name=Customer Name"
            ),
        ),
        (
            OWN,
            (
                "order_id=order_id,ordered_at=ordered_at,revenue_amount=revenue_amount,currency=currency,"
                "customer_email=customer_email,customer_name=customer_name,campaign_uid=campaign_uid,"
                "advocate_email=advocate_email"
            ),
        ),
        (
            PAYMENTS,
            (
                "order_id=id,ordered_at=Created (UTC),revenue_amount=Amount,currency=Currency,"
                "customer_email=Customer Email,customer_uid=Customer ID"
            ),
        ),
    ],
    ids=["shop", "own export", "payments"],
)
def test_headers_of_the_world_are_understood(header: str, expected: str) -> None:
    found = matched(TARGETS, header.split(",")).columns
    assert ",".join(f"{name}={column}" for name, column in found.items()) == expected


def test_every_synonym_says_one_thing_first() -> None:
    """No target's own name or label is taken by another's."""
    for target in TARGETS:
        for name in (target.name, target.label):
            assert matched(TARGETS, [name]).columns == {target.name: name}


def test_a_mapping_is_told_as_json_and_back() -> None:
    said = {"order_id": "Order ID", "currency": {"value": "USD"}, "campaign_uid": None, "short_code": ""}
    mapping = from_json(said)
    assert mapping == Mapping({"order_id": "Order ID"}, {"currency": "USD"})
    assert mapping.to_json() == {"order_id": "Order ID", "currency": {"value": "USD"}}


@pytest.mark.parametrize(
    "said", [[], "x", {"order_id": 5}, {"order_id": {"column": "a"}}, {"a": {"value": []}}]
)
def test_what_is_no_mapping_is_refused(said: object) -> None:
    with pytest.raises(MappingError):
        from_json(said)


def test_everything_wrong_with_a_mapping_is_said_at_once() -> None:
    with pytest.raises(MappingError) as found:
        checked(Mapping({"colour": "Colour", "order_id": "Nr"}), importer("order"), TARGETS, ["Colour"])
    assert str(found.value) == (
        "There is no target “colour”. The file has no column “Nr”. “Revenue” is needed. "
        "The customer's e-mail or id is needed."
    )


def test_remembered_mappings_keep_what_still_makes_sense() -> None:
    before = Mapping({"order_id": "Nr", "uid": "Gone", "old": "Nr"}, {"uid": "x", "old": "y"})
    assert kept_to(before, TWO, ["Nr"]) == Mapping({"order_id": "Nr"}, {"uid": "x"})


def test_files_of_the_same_columns_are_recognised_and_error_files_too() -> None:
    assert header_hash(["A", "b c"]) == header_hash(["B_C", "a", "error", "suggestion"])
    assert header_hash(["A", "B"]) != header_hash(["A", "C"])
