"""What orders look like on the wire, for the OpenAPI document. Reading and writing are done by hand."""

import datetime as dt
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from core.api.schemas import Cursor, GivenId, GivenMoney, Money, NeededId, NeededMoney, Text, Warned

Outcome = Literal["created", "updated", "unchanged", "skipped", "conflict", "rejected"]
ContactStatus = Literal["prospect", "enrolled", "unsubscribed", "banned"]


class OrderIn(Schema):
    """An order as it is told. Fields that are left out, or null, say nothing."""

    model_config = ConfigDict(extra="allow")

    order_id: GivenId = Field(
        None, description="Your own unique id. Needed unless there is an Idempotency-Key: then one is made."
    )
    customer_email: Text = Field(None, max_length=254, description="E-mail or uid is needed.")
    customer_uid: GivenId = Field(None, description="Your own id of the customer.")
    customer_first_name: Text = Field(None, max_length=120)
    customer_last_name: Text = Field(None, max_length=120)
    revenue_amount: NeededMoney = Field(..., description="What the order was worth; 0 is allowed.")
    currency: Text = Field(None, description="ISO 4217. Without it: the campaign's, else the program's.")
    campaign_uid: Text = Field(None, max_length=255)
    short_code: GivenId = Field(None, description="A referral code.")
    coupon_code: GivenId = Field(None, description="A coupon code that names an advocate.")
    advocate_email: Text = Field(None, max_length=254)
    click_id: GivenId = Field(None, description="What a share link added to the landing page.")
    ordered_at: dt.datetime | None = Field(None, description="When the purchase happened; else now.")
    external_status: str | None = Field(None, max_length=255)
    hubspot_dealstage: str | None = Field(None, max_length=255)
    ip_address: str | None = Field(None, description="Of the buyer.")
    properties: dict[str, Any] | None = Field(
        None, description="Custom properties by name; they may stand beside the other fields."
    )
    source_details: dict[str, Any] | None = Field(None, description="Anything else worth keeping.")
    test: bool | None = Field(None, description="A trial: kept apart from lists and totals, never rewarded.")


class OrderChange(Schema):
    """Facts to be changed. What is left out stays; null takes an optional fact away."""

    model_config = ConfigDict(extra="allow")

    revenue_amount: GivenMoney = None
    ordered_at: dt.datetime | None = None
    external_status: str | None = Field(None, max_length=255)
    hubspot_dealstage: str | None = Field(None, max_length=255)
    properties: dict[str, Any] | None = None
    customer_email: str | None = Field(None, description="While the order has no advocate.")
    customer_uid: GivenId = Field(None, description="While the order has no advocate.")
    campaign_uid: str | None = Field(None, description="While the order has no advocate.")


class Person(Schema):
    id: int
    email: str | None
    uid: str | None
    first_name: str
    last_name: str
    status: ContactStatus


class OrderOut(Schema):
    id: int
    order_id: str
    status: Literal["recorded", "partly_refunded", "refunded", "disputed", "cancelled", "voided"]
    revenue_amount: Money
    refunded_amount: Money
    net_amount: Money
    currency: str
    ordered_at: dt.datetime
    customer: Person
    campaign_uid: str | None
    campaign_name: str | None
    advocate: Person | None
    referral_attribution: int | None = Field(..., description="The attribution, while it is active.")
    inactive_referral_attribution: int | None = Field(..., description="The attribution, once it is not.")
    attributed_at: dt.datetime | None
    reason: str = Field(..., description="Why this advocate, or why nobody.")
    attention: str
    external_status: str
    hubspot_dealstage: str
    source: str
    ip_address: str | None
    properties: dict[str, Any]
    imported_in: int | None
    created_at: dt.datetime
    updated_at: dt.datetime
    test: bool
    voided_at: dt.datetime | None
    void_reason: str


class OrderPage(Schema):
    data: list[OrderOut]
    next_cursor: Cursor


class ContactOfOrder(Person):
    is_new: bool


class ClaimSeen(Schema):
    claim: str
    result: Literal["won", "lost", "refused"]
    reason: str


class AttributionOfOrder(Schema):
    id: int | None
    advocate: Person | None
    campaign_uid: str | None
    reason: str
    explanation: str
    is_new: bool
    claims: list[ClaimSeen]


class Difference(Schema):
    stored: Any
    given: Any


class Recorded(Schema):
    """What became of the order, and all that it made."""

    outcome: Outcome
    order: OrderOut
    contact: ContactOfOrder
    attribution: AttributionOfOrder
    rewards: list[dict[str, Any]]
    changes: dict[str, Difference]
    warnings: list[Warned]


class BatchItem(Schema):
    index: int
    order_id: str
    outcome: Outcome
    id: int | None
    reason: str | None = None
    referral_attribution: int | None = None
    changes: dict[str, Difference] = Field(default_factory=dict)
    differences: dict[str, Difference] = Field(default_factory=dict)
    errors: list[Warned] = Field(default_factory=list)
    warnings: list[Warned] = Field(default_factory=list)


class BatchRecorded(Schema):
    """One result for each order, in their order; ``counts`` accounts for all of them."""

    counts: dict[str, int]
    results: list[BatchItem]


class RefundIn(Schema):
    refund_id: NeededId = Field(
        ..., description="Your own id of the refund; the same one again changes nothing."
    )
    amount: NeededMoney = Field(..., description="In the order's currency.")
    kind: Literal["refund", "dispute", "cancellation", "lost"] | None = "refund"
    status: Literal["pending", "succeeded", "failed"] | None = "succeeded"
    note: Text = Field(None, max_length=500)
    refunded_at: dt.datetime | None = None


class RefundOut(Schema):
    refund_id: str
    amount: Money
    currency: str
    kind: str
    status: str
    note: str
    refunded_at: dt.datetime


class Refunded(Schema):
    outcome: Outcome
    refund: RefundOut
    order: OrderOut
    warnings: list[Warned]


class RefundList(Schema):
    data: list[RefundOut]


class VoidIn(Schema):
    reason: str = Field(..., max_length=500)


class AttributeIn(Schema):
    """Late, once: whose order it is, and why."""

    advocate_email: Text = None
    advocate_uid: GivenId = None
    campaign_uid: Text = Field(None, description="Needed where the order has none.")
    reason: str = Field(..., max_length=500)
