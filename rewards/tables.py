"""The columns of the Rewards table."""

import datetime as dt
from decimal import Decimal
from html import escape

import django_tables2 as tables

from core import money
from core.listing.cells import NOTHING, draw_moment, iso, plain
from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import face, stamp, tag
from rewards.models import Recipient, Status

STATUS_TONES = {
    Status.PENDING: "",
    Status.FLAGGED: "warn",
    Status.APPROVED: "accent",
    Status.PROCESSING: "accent",
    Status.FULFILLED: "good",
    Status.DENIED: "bad",
}
STATUS_TAGS = {value: tag(label, STATUS_TONES[Status(value)]) for value, label in Status.choices}
STATUS_WORDS = dict(Status.choices)
SIDE_WORDS = {Recipient.ADVOCATE: "Advocate", Recipient.CUSTOMER: "Customer"}


def opens(pk: int) -> str:
    return f"/rewards/{pk}/"


def draw_order(pen: Pen, pk: int, order_id: str) -> str:
    shown = order_id if len(order_id) <= 40 else f"{order_id[:38]}…"
    return f'<a class="a-id" href="{opens(pk)}" hx-boost="false">{escape(shown)}</a>'


def draw_recipient(pen: Pen, pk: int, label: str, side: str) -> str:
    name = label or f"Erased contact {pk}"
    shown = (
        f'<span class="a-who">{face(name)}<span class="a-two-line"><b class="a-clip">{escape(name)}</b>'
        f"<span>{SIDE_WORDS[Recipient(side)]}</span></span></span>"
    )
    return pen.narrow(shown, "recipient", pk, name)


def draw_campaign(pen: Pen, name: str, uid: str) -> str:
    return pen.narrow(f'<span class="a-clip">{escape(name)}</span>', "campaign", uid, name)


def draw_worth(pen: Pen, amount: Decimal, corrected: Decimal, currency: str) -> str:
    shown = f'{money.shown(amount, currency)} <span class="a-money__cur">{escape(currency)}</span>'
    if not corrected:
        return shown
    sign = "+" if corrected > 0 else "−"
    since = f"{sign}{money.shown(abs(corrected), currency)} since"
    return f'<span class="a-two-line"><b>{shown}</b><span>{since}</span></span>'


def draw_status(pen: Pen, status: str) -> str:
    return pen.narrow(STATUS_TAGS[status], "status", status, STATUS_WORDS[status])


def draw_due(pen: Pen, moment: dt.datetime | None, status: str) -> str:
    if status not in {Status.PENDING, Status.FLAGGED}:
        return NOTHING
    return stamp(moment) if moment else '<span class="a-mute">By a person</span>'


class RewardTable(tables.Table):
    order = Column(
        "Order",
        reads=("pk", "order__order_id"),
        draw=draw_order,
        export=(Export("reward", lambda pk, order: str(pk)), Export("order_id", lambda pk, order: order)),
    )
    earned = Column(
        "Earned",
        reads=("created_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("earned_at", iso),),
    )
    recipient = Column(
        "Paid to",
        reads=("recipient_id", "recipient__label", "rule__recipient", "recipient__email"),
        draw=lambda pen, pk, label, side, email: draw_recipient(pen, pk, label, side),
        sort=Sort("recipient__sort_key", through="recipient", sparse=True),
        export=(
            Export("recipient", lambda pk, label, side, email: plain(label)),
            Export("recipient_email", lambda pk, label, side, email: plain(email)),
            Export("side", lambda pk, label, side, email: side),
        ),
    )
    amount = Column(
        "Amount",
        reads=("amount", "corrected", "currency"),
        draw=draw_worth,
        sort=Sort("amount"),
        falls_first=True,
        look="num",
        export=(
            Export("amount", lambda amount, corrected, currency: money.plain(amount, currency)),
            Export("corrected", lambda amount, corrected, currency: money.plain(corrected, currency)),
            Export("currency", lambda amount, corrected, currency: currency),
        ),
    )
    campaign = Column(
        "Campaign",
        reads=("campaign__name", "campaign__uid"),
        draw=draw_campaign,
        sort=Sort("campaign__name", through="campaign"),
        export=(Export("campaign", lambda name, uid: name), Export("campaign_uid", lambda name, uid: uid)),
    )
    rule = Column(
        "Rule",
        reads=("rule__name",),
        draw=lambda pen, name: f'<span class="a-clip">{escape(name)}</span>',
        export=(Export("rule", plain),),
    )
    due = Column(
        "Approves itself",
        reads=("due_at", "status"),
        draw=draw_due,
        export=(Export("due_at", lambda due, status: iso(due)),),
    )
    status = Column(
        "Status",
        reads=("status",),
        draw=draw_status,
        sort=Sort("status"),
        export=(Export("status", plain),),
    )
    approved = Column(
        "Approved",
        reads=("approved_at",),
        draw=draw_moment,
        shown=False,
        export=(Export("approved_at", iso),),
    )
