"""What people, codes and attributions look like on the wire."""

import datetime as dt
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from core.api.schemas import Cursor, GivenId, Text, Warned

ContactStatus = Literal["prospect", "enrolled", "unsubscribed", "banned"]


class ContactOut(Schema):
    id: int
    email: str | None
    uid: str | None
    first_name: str
    last_name: str
    status: ContactStatus
    status_since: dt.datetime
    flagged: bool
    properties: dict[str, Any]
    created_at: dt.datetime


class ContactPage(Schema):
    data: list[ContactOut]
    next_cursor: Cursor


class ContactIn(Schema):
    """A contact needs an e-mail address or a uid."""

    email: Text = Field(None, max_length=254)
    uid: GivenId = None
    first_name: Text = Field(None, max_length=120)
    last_name: Text = Field(None, max_length=120)
    flagged: bool | None = None


class Reasoned(Schema):
    reason: Text = Field(None, max_length=500)


class Party(Schema):
    id: int
    email: str | None
    uid: str | None
    first_name: str
    last_name: str


class EnrollmentOut(Schema):
    id: int
    contact: Party
    campaign_uid: str
    is_active: bool
    codes: list[str] = Field(..., description="Referral codes in use, the oldest first.")
    enrolled_at: dt.datetime


class EnrollmentPage(Schema):
    data: list[EnrollmentOut]
    next_cursor: Cursor


class EnrollmentIn(Schema):
    """Who shall refer, and where. A contact that nobody knows is made."""

    email: Text = Field(None, max_length=254)
    uid: GivenId = None
    first_name: Text = Field(None, max_length=120)
    last_name: Text = Field(None, max_length=120)
    campaign_uid: str
    code: Text = Field(None, max_length=32, description="A code of your choice; else one is made.")


class CodeIn(Schema):
    code: Text = Field(None, max_length=32, description="A code of your choice; else one is made.")


class CodeOut(Schema):
    code: str
    enrollment: int
    contact: Party
    campaign_uid: str
    is_active: bool
    created_at: dt.datetime


class CodePage(Schema):
    data: list[CodeOut]
    next_cursor: Cursor


class CouponIn(Schema):
    code: str = Field(..., max_length=255)
    advocate_email: Text = Field(None, max_length=254)
    advocate_uid: GivenId = None
    campaign_uid: Text = Field(None, description="Without it: every campaign of the advocate.")


class CouponOut(Schema):
    code: str
    advocate: Party
    campaign_uid: str | None
    is_active: bool
    created_at: dt.datetime


class CouponPage(Schema):
    data: list[CouponOut]
    next_cursor: Cursor


class AttributionOut(Schema):
    id: int
    advocate: Party
    contact: Party
    campaign_uid: str
    is_active: bool
    flagged: bool
    referred_at: dt.datetime
    deactivated_at: dt.datetime | None
    source: str
    created_at: dt.datetime


class AttributionPage(Schema):
    data: list[AttributionOut]
    next_cursor: Cursor


class ReferralIn(Schema):
    """A prospect, and what says who referred them."""

    customer_email: Text = Field(None, max_length=254, description="E-mail or uid is needed.")
    customer_uid: GivenId = None
    customer_first_name: Text = Field(None, max_length=120)
    customer_last_name: Text = Field(None, max_length=120)
    campaign_uid: Text = None
    short_code: GivenId = None
    coupon_code: GivenId = None
    advocate_email: Text = Field(None, max_length=254)
    click_id: GivenId = None
    referred_at: dt.datetime | None = Field(None, description="When they were referred; else now.")


class Referred(Schema):
    outcome: Literal["created", "unchanged"]
    attribution: AttributionOut
    reason: str
    explanation: str
    is_new_contact: bool
    warnings: list[Warned]
