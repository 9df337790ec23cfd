"""Cells that every list draws and exports alike."""

import datetime as dt
from typing import Any

from django.utils import timezone

from core.listing.drawing import Pen
from core.templatetags.ui import NOTHING, stamp

__all__ = ["NOTHING", "draw_moment", "iso", "plain"]


def draw_moment(pen: Pen, moment: dt.datetime | None) -> str:
    return stamp(moment)


def plain(value: Any) -> str:
    """For a file: empty where there is no value."""
    return "" if value is None else str(value)


def iso(moment: dt.datetime | None) -> str:
    """For a file: ISO 8601 with the offset of the program's time zone."""
    return "" if moment is None else timezone.localtime(moment).isoformat(timespec="seconds")
