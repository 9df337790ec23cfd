"""Small pieces of a screen, built in to every template: icons, money, moments, faces, status tags.

They are called for every row of a table, so they build their strings by hand and look nothing up twice.
"""

import datetime as dt
import zlib
from decimal import Decimal
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from core import money as amounts
from core.assets import SPRITE
from core.icons import NAMES

register = template.Library()

NOTHING = '<span class="a-mute">–</span>'
HUES = 12
TONES = frozenset({"", "good", "warn", "bad", "accent", "plain"})
LEVEL_TONES = {"success": "good", "warning": "warn", "error": "bad", "info": "", "debug": ""}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """``{% icon "plus" %}``; ``size`` is "s" or "l". Pictures only: the words stand beside it."""
    return _icon(str(name), str(size))


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString:
    """``{% money order.revenue_amount order.currency %}``: 1,234.50 USD, with the currency's own decimals."""
    if amount is None:
        return _html(NOTHING)
    return _html(
        f'<span class="a-money">{amounts.shown(amount, currency)} '
        f'<span class="a-money__cur">{conditional_escape(currency)}</span></span>'
    )


@register.filter
def when(moment: dt.datetime | None) -> SafeString:
    """How long ago (or until), with the exact time on hover."""
    if moment is None:
        return _html('<span class="a-mute">never</span>')
    return _time(moment, shown=ago(moment, timezone.now()), title=exact(moment))


@register.filter
def moment(value: dt.datetime | None) -> SafeString:
    """The exact time: 21 Nov 2026, 14:32."""
    if value is None:
        return _html(NOTHING)
    return _time(value, shown=exact(value), title="")


@register.filter
def stamp(value: dt.datetime | None) -> SafeString:
    """Two lines for a table: the day over the time of day."""
    if value is None:
        return _html(NOTHING)
    local = timezone.localtime(value)
    return _html(
        f'<time class="a-two-line" datetime="{local.isoformat(timespec="seconds")}" title="{exact(value)}">'
        f"<b>{day(local)}</b><span>{local:%H:%M}</span></time>"
    )


@register.filter
def day(value: dt.date | None) -> str:
    """``21 Nov``, with the year when it is not this one."""
    if value is None:
        return "–"
    date = timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
    shown = f"{date.day} {MONTHS[date.month - 1]}"
    return shown if date.year == timezone.localdate().year else f"{shown} {date.year}"


@register.simple_tag
def tag(label: object, tone: str = "") -> SafeString:
    """A status in words, with a colour beside them: ``{% tag order.get_status_display "good" %}``."""
    if tone not in TONES:
        raise ValueError(f"A tag's tone is one of {', '.join(sorted(TONES))}; not {tone!r}.")
    return _html(f'<span class="a-tag{f" a-tag--{tone}" if tone else ""}">{_safe(label)}</span>')


@register.simple_tag
def face(name: object, size: str = "") -> SafeString:
    """The round initials of a person; always the same colour for the same name."""
    text = str(name)
    return _html(
        f'<span class="a-face{" a-face--l" if size == "l" else ""} hue-{hue(text)}" aria-hidden="true">'
        f"{conditional_escape(initials(text))}</span>"
    )


@register.simple_tag
def who(name: object, email: object = "") -> SafeString:
    """A person in a line: face and name (the e-mail where there is no name)."""
    shown = str(name or email or "")
    return _html(f'<span class="a-who">{face(shown)}<span>{conditional_escape(shown)}</span></span>')


@register.filter
def looks(words: str, base: str) -> str:
    """``{{ "go small"|looks:"a-btn" }}`` → ``a-btn a-btn--go a-btn--small``."""
    return " ".join([base, *(f"{base}--{word}" for word in str(words).split())])


@register.filter
def tone(level: str) -> str:
    """A message's level (Django's: success, warning, error) or a tone, as a tone."""
    return LEVEL_TONES.get(str(level), str(level))


@register.filter
def tone_icon(level: str) -> str:
    """The icon that goes with a tone, for those who do not see the colour."""
    return {"good": "circle-check", "warn": "alert-triangle", "bad": "circle-x"}.get(
        tone(level), "info-circle"
    )


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    """``{{ row|get:name }}``, for a key that is itself a variable."""
    return mapping.get(key, "")


def initials(text: str) -> str:
    """``Ines Brandt`` → IB; an e-mail gives its first letter."""
    words = text.partition("@")[0].split()
    return (
        "".join(word[0] for word in (words[0], words[-1]) if word)[: min(len(words), 2)].upper()
        if words
        else "?"
    )


def hue(text: str) -> int:
    """Which of the face colours belongs to ``text``."""
    return zlib.crc32(text.strip().lower().encode()) % HUES


def exact(value: dt.datetime) -> str:
    """``21 Nov 2026, 14:32`` in the program's time zone."""
    local = timezone.localtime(value)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def ago(value: dt.datetime, now: dt.datetime) -> str:
    """``5 minutes ago``, ``in 3 days``; beyond a month the date itself."""
    seconds = (now - value).total_seconds()
    span = abs(seconds)
    if span < 45:
        return "just now"
    for size, limit, unit in ((60, 3600, "minute"), (3600, 86_400, "hour"), (86_400, 30 * 86_400, "day")):
        if span < limit - size / 2:
            count = max(1, round(span / size))
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return day(value)


def _safe(value: object) -> str:
    """``value`` as HTML: text is escaped, what is HTML already stays."""
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _html(text: str) -> SafeString:
    """For strings put together above, where every part from outside went through ``conditional_escape``."""
    return mark_safe(text)  # noqa: S308


def _time(value: dt.datetime, *, shown: str, title: str) -> SafeString:
    hover = f' title="{title}"' if title else ""
    return _html(f'<time datetime="{value.isoformat(timespec="seconds")}"{hover}>{shown}</time>')


@cache
def _icon(name: str, size: str) -> SafeString:
    if name not in NAMES:
        raise ValueError(f"There is no icon {name!r} in core.icons.NAMES.")
    extra = f" a-ico--{size}" if size else ""
    return _html(f'<svg class="a-ico{extra}" aria-hidden="true"><use href="{static(SPRITE)}#{name}"/></svg>')
