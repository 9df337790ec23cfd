"""The columns of the Orders table: what each reads, how it is drawn, sorted and exported."""

from decimal import Decimal
from html import escape

import django_tables2 as tables
from django.db.models import F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from core import money
from core.listing.cells import NOTHING, draw_moment, iso, plain
from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import face, tag
from orders.models import Order, Source, Status
from referrals.reasons import in_words

STATUS_TONES = {
    Status.RECORDED: "good",
    Status.PARTLY_REFUNDED: "warn",
    Status.REFUNDED: "warn",
    Status.DISPUTED: "bad",
    Status.CANCELLED: "bad",
    Status.VOIDED: "",
}
STATUS_TAGS = {value: tag(label, STATUS_TONES[Status(value)]) for value, label in Status.choices}
STATUS_WORDS = dict(Status.choices)
SOURCE_WORDS = dict(Source.choices)


def opens(pk: int) -> str:
    """The address of an order. Written here, for it is drawn for every row."""
    return f"/orders/{pk}/"


def draw_id(pen: Pen, pk: int, order_id: str) -> str:
    shown = order_id if len(order_id) <= 40 else f"{order_id[:38]}…"
    title = f' title="{escape(order_id)}"' if shown != order_id else ""
    return f'<a class="a-id" href="{opens(pk)}" hx-boost="false"{title}>{escape(shown)}</a>'


def draw_customer(pen: Pen, pk: int, label: str, email: str | None) -> str:
    name = escape(label) or f"Erased contact {pk}"
    below = f'<span class="a-clip">{escape(email)}</span>' if email and email != label else ""
    shown = f'<span class="a-two-line"><b class="a-clip">{name}</b>{below}</span>'
    return pen.narrow(shown, "customer", pk, label or f"contact {pk}")


def draw_money(pen: Pen, amount: Decimal, currency: str) -> str:
    return f'{money.shown(amount, currency)} <span class="a-money__cur">{escape(currency)}</span>'


def draw_net(pen: Pen, amount: Decimal, refunded: Decimal, currency: str) -> str:
    return draw_money(pen, amount - refunded, currency)


def draw_refunded(pen: Pen, amount: Decimal, currency: str) -> str:
    return draw_money(pen, amount, currency) if amount else NOTHING


def draw_campaign(pen: Pen, name: str | None, uid: str | None) -> str:
    if name is None or uid is None:
        return '<span class="a-mute">No campaign</span>'
    return pen.narrow(f'<span class="a-clip">{escape(name)}</span>', "campaign", uid, name)


def draw_advocate(pen: Pen, pk: int | None, label: str | None) -> str:
    if pk is None:
        return '<span class="a-mute">Nobody</span>'
    name = label or f"Erased contact {pk}"
    shown = f'<span class="a-who">{face(name)}<span class="a-clip">{escape(name)}</span></span>'
    return pen.narrow(shown, "advocate", pk, name)


def draw_source(pen: Pen, source: str) -> str:
    words = SOURCE_WORDS.get(source, source)
    return pen.narrow(f'<span class="a-mute">{escape(words)}</span>', "source", source, words)


def draw_status(pen: Pen, status: str) -> str:
    return pen.narrow(
        STATUS_TAGS.get(status) or tag(status), "status", status, STATUS_WORDS.get(status, status)
    )


def draw_currency(pen: Pen, currency: str) -> str:
    return pen.narrow(escape(currency), "currency", currency, currency)


def draw_external(pen: Pen, text: str) -> str:
    return (
        pen.narrow(f'<span class="a-clip">{escape(text)}</span>', "external_status", text, text)
        if text
        else NOTHING
    )


def draw_stage(pen: Pen, text: str) -> str:
    return (
        pen.narrow(f'<span class="a-clip">{escape(text)}</span>', "deal_stage", text, text)
        if text
        else NOTHING
    )


def draw_reason(pen: Pen, reason: str) -> str:
    return pen.narrow(escape(in_words(reason)), "reason", reason, in_words(reason))


# Rewards belong to a floor above; they are known here by the relation's name.
_EARNED = Coalesce(
    Subquery(
        Order.objects.filter(pk=OuterRef("pk"))
        .order_by()
        .values("pk")
        .annotate(whole=Sum(F("rewards__amount") + F("rewards__corrected")))
        .values("whole")
    ),
    Decimal(0),
)


def draw_earned(pen: Pen, earned: Decimal, currency: str) -> str:
    return draw_money(pen, earned, currency) if earned else NOTHING


def draw_import(pen: Pen, pk: int | None, name: str | None) -> str:
    return (
        NOTHING
        if pk is None
        else pen.narrow(f'<span class="a-clip">{escape(name or "")}</span>', "import", pk, name or "")
    )


class OrderTable(tables.Table):
    order = Column(
        "Order",
        reads=("pk", "order_id"),
        draw=draw_id,
        sort=Sort("order_id"),
        export=(Export("order_id", lambda pk, order_id: order_id),),
    )
    date = Column(
        "Date",
        reads=("ordered_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("ordered_at", iso),),
    )
    customer = Column(
        "Customer",
        reads=("customer_id", "customer__label", "customer__email"),
        draw=draw_customer,
        sort=Sort("customer__sort_key", through="customer"),
        export=(
            Export("customer_name", lambda pk, label, email: label if label != email else ""),
            Export("customer_email", lambda pk, label, email: plain(email)),
        ),
    )
    revenue = Column(
        "Revenue",
        reads=("revenue_amount", "currency"),
        draw=draw_money,
        sort=Sort("revenue_amount"),
        falls_first=True,
        look="num",
        export=(Export("revenue_amount", money.plain), Export("currency", lambda amount, currency: currency)),
    )
    campaign = Column(
        "Campaign",
        reads=("campaign__name", "campaign__uid"),
        draw=draw_campaign,
        sort=Sort("campaign__name", through="campaign", nullable=True),
        export=(
            Export("campaign", lambda name, uid: plain(name)),
            Export("campaign_uid", lambda name, uid: plain(uid)),
        ),
    )
    advocate = Column(
        "Advocate",
        reads=("advocate_id", "advocate__label", "advocate__email"),
        draw=lambda pen, pk, label, email: draw_advocate(pen, pk, label),
        sort=Sort("advocate__sort_key", through="advocate", nullable=True, sparse=True),
        export=(
            Export("advocate_name", lambda pk, label, email: plain(label) if label != email else ""),
            Export("advocate_email", lambda pk, label, email: plain(email)),
        ),
    )
    source = Column(
        "Source", reads=("source",), draw=draw_source, sort=Sort("source"), export=(Export("source", plain),)
    )
    status = Column(
        "Status", reads=("status",), draw=draw_status, sort=Sort("status"), export=(Export("status", plain),)
    )
    currency = Column(
        "Currency",
        reads=("currency",),
        draw=draw_currency,
        sort=Sort("currency"),
        shown=False,
        export=(Export("currency", plain),),
    )
    net = Column(
        "Net",
        reads=("revenue_amount", "refunded_amount", "currency"),
        draw=draw_net,
        shown=False,
        look="num",
        export=(
            Export("net_amount", lambda amount, refunded, currency: money.plain(amount - refunded, currency)),
        ),
    )
    refunded = Column(
        "Refunded",
        reads=("refunded_amount", "currency"),
        draw=draw_refunded,
        shown=False,
        look="num",
        export=(Export("refunded_amount", money.plain),),
    )
    rewards = Column(
        "Rewards",
        reads=("rewards_earned", "currency"),
        draw=draw_earned,
        shown=False,
        look="num",
        computed={"rewards_earned": _EARNED},
        export=(Export("rewards", money.plain),),
    )
    external_status = Column(
        "External status",
        reads=("external_status",),
        draw=draw_external,
        sort=Sort("external_status"),
        shown=False,
        export=(Export("external_status", plain),),
    )
    deal_stage = Column(
        "Deal stage",
        reads=("hubspot_dealstage",),
        draw=draw_stage,
        sort=Sort("hubspot_dealstage"),
        shown=False,
        export=(Export("hubspot_dealstage", plain),),
    )
    why = Column(
        "Why",
        reads=("reason",),
        draw=draw_reason,
        sort=Sort("reason"),
        shown=False,
        export=(Export("reason", plain),),
    )
    recorded = Column(
        "Recorded at",
        reads=("created_at",),
        draw=draw_moment,
        sort=Sort("created_at"),
        falls_first=True,
        shown=False,
        export=(Export("created_at", iso),),
    )
    imported = Column(
        "Import",
        reads=("imported_in_id", "imported_in__file_name"),
        draw=draw_import,
        sort=Sort("imported_in_id", nullable=True),
        shown=False,
        export=(Export("import", lambda pk, name: plain(pk)),),
    )
