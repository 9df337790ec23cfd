"""The columns of the lists of contacts, advocates and coupon codes."""

import datetime as dt
from functools import cache
from html import escape

import django_tables2 as tables
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce

from core.listing.cells import NOTHING, draw_moment, iso, plain
from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import face, icon, tag
from referrals.models import Contact, ReferralCode
from referrals.queries import ACTIVE

STATUS_WORDS = dict(Contact.Status.choices)
STATUS_TONES = {
    Contact.Status.PROSPECT: "",
    Contact.Status.ENROLLED: "good",
    Contact.Status.UNSUBSCRIBED: "warn",
    Contact.Status.BANNED: "bad",
}
STATUS_TAGS = {
    value: tag(label, STATUS_TONES[Contact.Status(value)]) for value, label in Contact.Status.choices
}
ACTIVE_TAG, INACTIVE_TAG = tag("Active", "good"), tag("Inactive")
IN_USE_TAG, DISABLED_TAG = tag("In use", "good"), tag("Disabled")

_CODES = (
    ReferralCode.objects.filter(enrollment=OuterRef("pk"), disabled_at=None)
    .order_by()
    .values("enrollment")
    .annotate(joined=StringAgg("code", delimiter=", ", order_by="pk"))
    .values("joined")
)


@cache
def flag() -> str:
    """Drawn when it is first wanted: an icon's address is known only once static files are collected."""
    return f'<span title="Flagged">{icon("flag", "s")}<span class="a-hush">Flagged</span></span>'


def opens_contact(pk: int) -> str:
    return f"/contacts/{pk}/"


def opens_enrollment(pk: int) -> str:
    return f"/advocates/{pk}/"


def opens_coupon(pk: int) -> str:
    return f"/coupons/{pk}/"


def called(pk: int, label: str) -> str:
    """What contact ``pk`` is called where erasure left nothing."""
    return label or f"Erased contact {pk}"


def draw_contact(pen: Pen, pk: int, label: str, flagged: bool) -> str:
    name = called(pk, label)
    return (
        f'<span class="a-who">{face(name)}<a href="{opens_contact(pk)}" hx-boost="false">'
        f'<b class="a-clip">{escape(name)}</b></a>{flag() if flagged else ""}</span>'
    )


def draw_text(pen: Pen, text: str | None) -> str:
    return f'<span class="a-clip" title="{escape(text)}">{escape(text)}</span>' if text else NOTHING


def draw_status(pen: Pen, status: str) -> str:
    return pen.narrow(STATUS_TAGS[status], "status", status, STATUS_WORDS[status])


def draw_enrolled(pen: Pen, pk: int, contact_id: int, label: str, email: str | None) -> str:
    name = called(contact_id, label)
    below = f'<span class="a-clip">{escape(email)}</span>' if email and email != label else ""
    link = f'<a class="a-two-line" href="{opens_enrollment(pk)}" hx-boost="false">'
    return f'<span class="a-who">{face(name)}{link}<b class="a-clip">{escape(name)}</b>{below}</a></span>'


def draw_campaign(pen: Pen, name: str | None, uid: str | None) -> str:
    if name is None or uid is None:
        return '<span class="a-mute">All of theirs</span>'
    return pen.narrow(f'<span class="a-clip">{escape(name)}</span>', "campaign", uid, name)


def draw_enrollment_state(pen: Pen, active: bool, status: str) -> str:
    if active and status in {Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED}:
        return STATUS_TAGS[status]
    words = "Active" if active else "Inactive"
    return pen.narrow(ACTIVE_TAG if active else INACTIVE_TAG, "active", "yes" if active else "no", words)


def draw_codes(pen: Pen, joined: str) -> str:
    return f'<span class="a-id a-clip">{escape(joined)}</span>' if joined else NOTHING


def draw_coupon(pen: Pen, pk: int, code: str) -> str:
    shown = code if len(code) <= 40 else f"{code[:38]}…"
    link = f'<a class="a-id" href="{opens_coupon(pk)}" hx-boost="false" title="{escape(code)}">'
    return f"{link}{escape(shown)}</a>"


def draw_person(pen: Pen, pk: int, label: str) -> str:
    name = called(pk, label)
    return f'<span class="a-who">{face(name)}<span class="a-clip">{escape(name)}</span></span>'


def draw_coupon_state(pen: Pen, disabled_at: dt.datetime | None) -> str:
    words = "In use" if disabled_at is None else "Disabled"
    shown = IN_USE_TAG if disabled_at is None else DISABLED_TAG
    return pen.narrow(shown, "active", "yes" if disabled_at is None else "no", words)


class ContactTable(tables.Table):
    name = Column(
        "Name",
        reads=("pk", "label", "flagged"),
        draw=draw_contact,
        sort=Sort("sort_key"),
        export=(
            Export("name", lambda pk, label, flagged: label),
            Export("flagged", lambda pk, label, flagged: "true" if flagged else "false"),
        ),
    )
    email = Column(
        "E-mail",
        reads=("email",),
        draw=draw_text,
        sort=Sort("email", nullable=True),
        export=(Export("email", plain),),
    )
    uid = Column(
        "uid",
        reads=("uid",),
        draw=draw_text,
        sort=Sort("uid", nullable=True),
        export=(Export("uid", plain),),
    )
    status = Column(
        "Status",
        reads=("status",),
        draw=draw_status,
        sort=Sort("status"),
        export=(Export("status", plain),),
    )
    added = Column(
        "Added",
        reads=("created_at",),
        draw=draw_moment,
        sort=Sort("created_at"),
        falls_first=True,
        export=(Export("added", iso),),
    )


class EnrollmentTable(tables.Table):
    advocate = Column(
        "Advocate",
        reads=("pk", "contact_id", "contact__label", "contact__email"),
        draw=draw_enrolled,
        sort=Sort("contact__sort_key", through="contact", sparse=True),
        export=(
            Export("name", lambda pk, contact, label, email: label if label != email else ""),
            Export("email", lambda pk, contact, label, email: plain(email)),
        ),
    )
    campaign = Column(
        "Campaign",
        reads=("campaign__name", "campaign__uid"),
        draw=draw_campaign,
        sort=Sort("campaign__name", through="campaign"),
        export=(
            Export("campaign", lambda name, uid: name),
            Export("campaign_uid", lambda name, uid: uid),
        ),
    )
    state = Column(
        "State",
        reads=("is_active_now", "contact__status"),
        draw=draw_enrollment_state,
        computed={"is_active_now": ExpressionWrapper(ACTIVE, output_field=BooleanField())},
        export=(
            Export("active", lambda active, status: "true" if active else "false"),
            Export("status", lambda active, status: status),
        ),
    )
    codes = Column(
        "Codes",
        reads=("code_list",),
        draw=draw_codes,
        computed={"code_list": Coalesce(Subquery(_CODES), Value(""), output_field=TextField())},
        export=(Export("codes", plain),),
    )
    enrolled = Column(
        "Enrolled",
        reads=("enrolled_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("enrolled_at", iso),),
    )


class CouponTable(tables.Table):
    code = Column(
        "Coupon code",
        reads=("pk", "code"),
        draw=draw_coupon,
        sort=Sort("code"),
        export=(Export("code", lambda pk, code: code),),
    )
    advocate = Column(
        "Advocate",
        reads=("advocate_id", "advocate__label", "advocate__email"),
        draw=lambda pen, pk, label, email: draw_person(pen, pk, label),
        sort=Sort("advocate__sort_key", through="advocate", sparse=True),
        export=(
            Export("advocate_name", lambda pk, label, email: label if label != email else ""),
            Export("advocate_email", lambda pk, label, email: plain(email)),
        ),
    )
    campaign = Column(
        "Campaign",
        reads=("campaign__name", "campaign__uid"),
        draw=draw_campaign,
        sort=Sort("campaign__name", through="campaign", nullable=True),
        export=(Export("campaign_uid", lambda name, uid: plain(uid)),),
    )
    state = Column(
        "State",
        reads=("disabled_at",),
        draw=draw_coupon_state,
        export=(Export("active", lambda disabled_at: "true" if disabled_at is None else "false"),),
    )
    added = Column(
        "Added",
        reads=("created_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("added", iso),),
    )
