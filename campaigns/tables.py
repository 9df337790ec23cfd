"""The columns of the list of campaigns."""

from html import escape

import django_tables2 as tables

from campaigns.models import Touch
from campaigns.queries import ADVOCATES
from campaigns.states import STATE_NOW, TONES, State
from core.listing.cells import NOTHING, draw_moment, iso, plain
from core.listing.columns import Column, Export
from core.listing.drawing import Pen
from core.listing.sorting import Sort
from core.templatetags.ui import tag

STATE_TAGS = {state.value: tag(state.label, TONES[state]) for state in State}
TOUCH_WORDS = dict(Touch.choices)


def opens(pk: int) -> str:
    return f"/campaigns/{pk}/"


def draw_name(pen: Pen, pk: int, name: str) -> str:
    return f'<a href="{opens(pk)}" hx-boost="false"><b class="a-clip">{escape(name)}</b></a>'


def draw_uid(pen: Pen, uid: str) -> str:
    return f'<span class="a-id">{escape(uid)}</span>'


def draw_state(pen: Pen, state: str) -> str:
    return pen.narrow(STATE_TAGS[state], "state", state, State(state).label)


def draw_window(pen: Pen, days: int, touch: str) -> str:
    return (
        f'<span class="a-two-line"><b>{days} day{"" if days == 1 else "s"}</b>'
        f"<span>{TOUCH_WORDS[touch]}</span></span>"
    )


def draw_advocates(pen: Pen, number: int, uid: str) -> str:
    return (
        f'<a hx-boost="false" href="/advocates/?campaign={escape(uid)}&amp;active=yes">{number:,}</a>'
        if number
        else NOTHING
    )


def draw_currency(pen: Pen, currency: str) -> str:
    return escape(currency) or '<span class="a-mute">The program’s</span>'


class CampaignTable(tables.Table):
    name = Column(
        "Campaign",
        reads=("pk", "name"),
        draw=draw_name,
        sort=Sort(),
        export=(Export("name", lambda pk, name: name),),
    )
    uid = Column("uid", reads=("uid",), draw=draw_uid, sort=Sort("uid"), export=(Export("uid", plain),))
    state = Column(
        "State",
        reads=("state_now",),
        draw=draw_state,
        computed={"state_now": STATE_NOW},
        export=(Export("state", plain),),
    )
    starts = Column(
        "Starts",
        reads=("starts_at",),
        draw=draw_moment,
        sort=Sort("starts_at", nullable=True),
        falls_first=True,
        export=(Export("starts_at", iso),),
    )
    ends = Column(
        "Ends",
        reads=("ends_at",),
        draw=draw_moment,
        sort=Sort("ends_at", nullable=True),
        falls_first=True,
        export=(Export("ends_at", iso),),
    )
    window = Column(
        "Tracking",
        reads=("window_days", "touch"),
        draw=draw_window,
        export=(
            Export("window_days", lambda days, touch: str(days)),
            Export("touch", lambda days, touch: touch),
        ),
    )
    advocates = Column(
        "Advocates",
        reads=("advocates", "uid"),
        draw=draw_advocates,
        look="num",
        computed={"advocates": ADVOCATES},
        export=(Export("advocates", lambda number, uid: str(number)),),
    )
    currency = Column(
        "Currency", reads=("currency",), draw=draw_currency, shown=False, export=(Export("currency", plain),)
    )
    landing_page = Column(
        "Landing page",
        reads=("landing_page",),
        draw=lambda pen, address: f'<span class="a-clip">{escape(address)}</span>' if address else NOTHING,
        shown=False,
        export=(Export("landing_page", plain),),
    )
