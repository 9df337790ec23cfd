"""What payouts can be filtered by, and the columns of their table."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from html import escape
from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import QueryDict

from campaigns.access import is_limited
from core import money
from core.listing.cells import NOTHING, iso, plain
from core.listing.columns import Column, Export
from core.listing.declaration import Found
from core.listing.drawing import Pen
from core.listing.facets import Choice, Day, Number, Related, Text, Whole
from core.listing.filters import ListFilters
from core.listing.like import containing
from core.listing.sorting import Sort
from core.templatetags.ui import face, stamp, tag
from rewards.models import Payout
from rewards.queries import find_recipients

TONES = {Payout.Status.PROCESSING: "accent", Payout.Status.PAID: "good", Payout.Status.FAILED: "bad"}
TAGS = {value: tag(label, TONES[Payout.Status(value)]) for value, label in Payout.Status.choices}
WORDS = dict(Payout.Status.choices)


def visible_to(who: Any) -> QuerySet[Payout]:
    """Payouts add up what all campaigns owe, so they are for those who see all."""
    return Payout.objects.none() if is_limited(who) else Payout.objects.all()


def search(rows: QuerySet[Payout], text: str, who: Any) -> Found:
    pattern = containing(text)
    by_person = Q(contact__search_text__like=pattern.lower())
    return Found(rows.filter(by_person | Q(note__ilike=pattern)), few=True)


def chosen(query: str, ids: Sequence[int], who: Any) -> QuerySet[Payout]:
    """Those with ``ids``; else all that ``query`` matches."""
    params = QueryDict(query)
    rows = PayoutFilters(params, visible_to(who), who=who).qs
    text = params.get("q", "").replace("\0", "").strip()[:200]
    if text:
        rows = search(rows, text, who).rows
    return rows.filter(pk__in=list(ids)) if ids else rows


class PayoutFilters(ListFilters):
    status = Choice("Status", "status", Payout.Status.choices)
    recipient = Related(
        "Paid to",
        "contact",
        search=find_recipients,
        missing="Nobody has the e-mail, uid or number “{text}”.",
        operators=("", "not", "in"),
    )
    run = Whole("Run", "run_id", operators=("", "in"))
    amount = Number("Amount", "amount")
    currency = Text("Currency", "currency", operators=("", "not", "in"))
    made = Day("Made", "created_at")


def opens(pk: int) -> str:
    return f"/payouts/{pk}/"


def draw_person(pen: Pen, pk: int, contact: int, label: str, email: str | None) -> str:
    name = label or f"Erased contact {contact}"
    below = f"<span>{escape(email)}</span>" if email and email != label else ""
    return (
        f'<a href="{opens(pk)}" hx-boost="false"><span class="a-who">{face(name)}'
        f'<span class="a-two-line"><b class="a-clip">{escape(name)}</b>{below}</span></span></a>'
    )


def draw_amount(pen: Pen, amount: Decimal, currency: str) -> str:
    return f'{money.shown(amount, currency)} <span class="a-money__cur">{escape(currency)}</span>'


def draw_moment(pen: Pen, moment: dt.datetime | None) -> str:
    return stamp(moment) if moment else NOTHING


class PayoutTable(tables.Table):
    person = Column(
        "Paid to",
        reads=("pk", "contact_id", "contact__label", "contact__email"),
        draw=draw_person,
        sort=Sort("contact__sort_key", through="contact", sparse=True),
        export=(
            Export("payout", lambda pk, contact, label, email: str(pk)),
            Export("name", lambda pk, contact, label, email: plain(label)),
            Export("email", lambda pk, contact, label, email: plain(email)),
        ),
    )
    amount = Column(
        "Amount",
        reads=("amount", "currency"),
        draw=draw_amount,
        sort=Sort("amount"),
        falls_first=True,
        look="num",
        export=(Export("amount", money.plain), Export("currency", lambda amount, currency: currency)),
    )
    status = Column(
        "Status",
        reads=("status",),
        draw=lambda pen, status: pen.narrow(TAGS[status], "status", status, WORDS[status]),
        sort=Sort("status"),
        export=(Export("status", plain),),
    )
    run = Column(
        "Run",
        reads=("run_id",),
        draw=lambda pen, run: pen.narrow(
            f'<a href="/payouts/runs/{run}/" hx-boost="false">{run}</a>', "run", run, f"run {run}"
        ),
        export=(Export("run", plain),),
    )
    made = Column(
        "Made",
        reads=("created_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("made_at", iso),),
    )
    settled = Column("Settled", reads=("settled_at",), draw=draw_moment, export=(Export("settled_at", iso),))
    note = Column(
        "Note",
        reads=("note",),
        draw=lambda pen, note: f'<span class="a-clip">{escape(note)}</span>' if note else NOTHING,
        export=(Export("note", plain),),
    )
