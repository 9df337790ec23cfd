"""The columns of the list of clicks."""

import datetime as dt
import re
import uuid
from html import escape
from urllib.parse import urlsplit

import django_tables2 as tables

from core.listing.cells import NOTHING, iso, plain
from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import face, stamp, tag
from referrals.tables import called

BOT_TAG, PERSON_TAG = tag("Bot", "warn"), tag("Person", "good")
# In this order, for each names those after it, too.
_BROWSERS = (
    ("Edge", re.compile(r"Edg(e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/|Opera")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrome/|CriOS/|Chromium/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Android", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)


def opens(pk: int) -> str:
    """The address of a click. Written here, for it is drawn for every row."""
    return f"/clicks/{pk}/"


def browser_of(agent: str) -> str:
    """``Chrome on Android``; the first word of what is no browser, where that says anything."""
    browser = next((name for name, mark in _BROWSERS if mark.search(agent)), "")
    system = next((name for name, mark in _SYSTEMS if mark.search(agent)), "")
    if browser and system:
        return f"{browser} on {system}"
    first = agent.partition("/")[0][:40]
    return browser or system or (first if first != "Mozilla" else "")


def host_of(referrer: str) -> str:
    return urlsplit(referrer).netloc.removeprefix("www.") if referrer else ""


def draw_clicked(pen: Pen, pk: int, moment: dt.datetime) -> str:
    return f'<a href="{opens(pk)}" hx-boost="false">{stamp(moment)}</a>'


def draw_advocate(pen: Pen, pk: int, label: str) -> str:
    name = called(pk, label)
    shown = f'<span class="a-who">{face(name)}<span class="a-clip">{escape(name)}</span></span>'
    return pen.narrow(shown, "advocate", pk, name)


def draw_campaign(pen: Pen, name: str, uid: str) -> str:
    return pen.narrow(f'<span class="a-clip">{escape(name)}</span>', "campaign", uid, name)


def draw_code(pen: Pen, code: str) -> str:
    return pen.narrow(f'<span class="a-id">{escape(code)}</span>', "code", code, code)


def draw_visitor(pen: Pen, visitor: uuid.UUID) -> str:
    short = str(visitor)[:8]
    return pen.narrow(f'<span class="a-mono a-mute">{short}</span>', "visitor", visitor, short)


def draw_referrer(pen: Pen, referrer: str) -> str:
    host = host_of(referrer)
    return f'<span class="a-clip" title="{escape(referrer)}">{escape(host)}</span>' if host else NOTHING


def draw_browser(pen: Pen, agent: str) -> str:
    name = browser_of(agent)
    return f'<span class="a-clip" title="{escape(agent)}">{escape(name)}</span>' if name else NOTHING


def draw_kind(pen: Pen, is_bot: bool) -> str:
    words = "Bot" if is_bot else "Person"
    return pen.narrow(BOT_TAG if is_bot else PERSON_TAG, "bot", "yes" if is_bot else "no", words)


class ClickTable(tables.Table):
    clicked = Column(
        "Clicked",
        reads=("pk", "clicked_at"),
        draw=draw_clicked,
        sort=Sort(),
        falls_first=True,
        export=(Export("clicked_at", lambda pk, moment: iso(moment)),),
    )
    advocate = Column(
        "Advocate",
        reads=("enrollment__contact_id", "enrollment__contact__label", "enrollment__contact__email"),
        draw=lambda pen, pk, label, email: draw_advocate(pen, pk, label),
        export=(
            Export("advocate_name", lambda pk, label, email: label if label != email else ""),
            Export("advocate_email", lambda pk, label, email: plain(email)),
        ),
    )
    campaign = Column(
        "Campaign",
        reads=("enrollment__campaign__name", "enrollment__campaign__uid"),
        draw=draw_campaign,
        export=(
            Export("campaign", lambda name, uid: name),
            Export("campaign_uid", lambda name, uid: uid),
        ),
    )
    code = Column("Code", reads=("code",), draw=draw_code, sort=Sort("code"), export=(Export("code", plain),))
    visitor = Column("Visitor", reads=("visitor",), draw=draw_visitor, export=(Export("visitor", plain),))
    referrer = Column(
        "Came from", reads=("referrer",), draw=draw_referrer, export=(Export("referrer", plain),)
    )
    browser = Column(
        "Browser", reads=("user_agent",), draw=draw_browser, export=(Export("user_agent", plain),)
    )
    kind = Column(
        "Who",
        reads=("is_bot",),
        draw=draw_kind,
        export=(Export("is_bot", lambda is_bot: "true" if is_bot else "false"),),
    )
    address = Column(
        "IP address",
        reads=("ip_address",),
        draw=lambda pen, address: f'<span class="a-mono">{escape(address)}</span>' if address else NOTHING,
        shown=False,
        export=(Export("ip_address", plain),),
    )
    click_id = Column(
        "Click id",
        reads=("click_id",),
        draw=lambda pen, click_id: f'<span class="a-mono">{click_id}</span>',
        shown=False,
        export=(Export("click_id", plain),),
    )
