"""The columns of the list of attributions."""

from html import escape

import django_tables2 as tables

from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import face
from referrals.tables import (
    ACTIVE_TAG,
    INACTIVE_TAG,
    called,
    draw_moment,
    draw_person,
    flag,
    iso,
    plain,
)

SOURCES = {"api": "API", "csv": "CSV", "hubspot": "HubSpot"}


def opens(pk: int) -> str:
    """The address of an attribution. Written here, for it is drawn for every row."""
    return f"/attributions/{pk}/"


def source_in_words(source: str) -> str:
    return SOURCES.get(source) or source.replace("_", " ").capitalize()


def draw_referred(pen: Pen, pk: int, contact_id: int, label: str, email: str | None, flagged: bool) -> str:
    name = called(contact_id, label)
    below = f'<span class="a-clip">{escape(email)}</span>' if email and email != label else ""
    link = f'<a class="a-two-line" href="{opens(pk)}" hx-boost="false">'
    return (
        f'<span class="a-who">{face(name)}{link}<b class="a-clip">{escape(name)}</b>{below}</a>'
        f"{flag() if flagged else ''}</span>"
    )


def draw_campaign(pen: Pen, name: str, uid: str) -> str:
    return pen.narrow(f'<span class="a-clip">{escape(name)}</span>', "campaign", uid, name)


def draw_source(pen: Pen, source: str) -> str:
    words = source_in_words(source)
    return pen.narrow(f'<span class="a-mute">{escape(words)}</span>', "source", source, words)


def draw_state(pen: Pen, is_active: bool) -> str:
    words = "Active" if is_active else "Inactive"
    return pen.narrow(
        ACTIVE_TAG if is_active else INACTIVE_TAG, "active", "yes" if is_active else "no", words
    )


def truth(value: bool) -> str:
    return "true" if value else "false"


class AttributionTable(tables.Table):
    contact = Column(
        "Who was referred",
        reads=("pk", "contact_id", "contact__label", "contact__email", "flagged"),
        draw=draw_referred,
        sort=Sort("contact__sort_key", through="contact", sparse=True),
        export=(
            Export(
                "customer_name", lambda pk, contact, label, email, flagged: label if label != email else ""
            ),
            Export("customer_email", lambda pk, contact, label, email, flagged: plain(email)),
            Export("flagged", lambda pk, contact, label, email, flagged: truth(flagged)),
        ),
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
        sort=Sort("campaign__name", through="campaign"),
        export=(
            Export("campaign", lambda name, uid: name),
            Export("campaign_uid", lambda name, uid: uid),
        ),
    )
    referred = Column(
        "Referred",
        reads=("referred_at",),
        draw=draw_moment,
        sort=Sort(),
        falls_first=True,
        export=(Export("referred_at", iso),),
    )
    source = Column("Source", reads=("source",), draw=draw_source, export=(Export("source", plain),))
    state = Column(
        "State",
        reads=("is_active",),
        draw=draw_state,
        export=(Export("active", truth),),
    )
    deactivated = Column(
        "Deactivated",
        reads=("deactivated_at",),
        draw=draw_moment,
        shown=False,
        export=(Export("deactivated_at", iso),),
    )
