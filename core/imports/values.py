"""Texts of a file as numbers and moments, in the manner of the file: decimal sign, order of dates, zone."""

import datetime as dt
import re
from decimal import Decimal

from core.listing.export import guarded

_GAPS = "'’ \u00a0\u202f\u2009"
_PLAIN = {
    ".": re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})"),
    ",": re.compile(r"[+-]?(?:[0-9]{1,30}(?:,[0-9]{0,20})?|,[0-9]{1,20})"),
}
_GROUPED = {
    ".": re.compile(rf"[+-]?[0-9]{{1,3}}(?:[,{_GAPS}][0-9]{{3}})+(?:\.[0-9]{{0,20}})?"),
    ",": re.compile(rf"[+-]?[0-9]{{1,3}}(?:[.{_GAPS}][0-9]{{3}})+(?:,[0-9]{{0,20}})?"),
}
_SCIENTIFIC = re.compile(r"[+-]?[0-9](?:[.,][0-9]{1,20})?[eE][+-]?[0-9]{1,2}")
_MONEY_WORDS = re.compile(r"^(?:[A-Z]{3}|[A-Z]{0,3}\$|[€£¥₹])\s*|\s*(?:[A-Z]{3}|[€£¥₹$])$")
_IN_BRACKETS = re.compile(r"\((.+)\)")
_OTHER = {".": ("decimal comma", ","), ",": ("decimal point", ".")}

_TIME = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d{1,9})?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_ISO = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TIME}", re.ASCII)
_NUMERIC = {
    order: re.compile(
        rf"(?P<{first}>\d{{1,2}})[-/.](?P<{second}>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}}){_TIME}", re.ASCII
    )
    for order, first, second in (("dmy", "day", "month"), ("mdy", "month", "day"))
}
_WORDED = (
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -](?P<name>[A-Za-z]{{3,9}})\.?,?[ -](?P<year>\d{{4}}){_TIME}",
        re.ASCII,
    ),
    re.compile(
        rf"(?P<name>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_TIME}",
        re.ASCII,
    ),
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SPREADSHEET_DAYS = range(30_000, 65_000)
_SPREADSHEET_ZERO = dt.date(1899, 12, 30)


class Unreadable(ValueError):
    """A text that is not what its column should hold; both parts are for the owner of the file."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


def plain_text(text: str) -> str:
    """``text`` without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return text[1:] if text.startswith("'") and guarded(text[1:]) == text else text


def number(text: str, decimal: str) -> Decimal:
    """``1,234.50``, ``$ 12``, ``(3.00)`` and, where ``decimal`` is a comma, ``1.234,50``."""
    if _PLAIN[decimal].fullmatch(text):
        return Decimal(text.replace(",", ".") if decimal == "," else text)
    bare = _MONEY_WORDS.sub("", _MONEY_WORDS.sub("", text.strip())).replace("\u2212", "-")
    bracketed = _IN_BRACKETS.fullmatch(bare)
    if bracketed:
        bare = f"-{bracketed[1]}"
    if _PLAIN[decimal].fullmatch(bare) or _GROUPED[decimal].fullmatch(bare):
        return Decimal(_digits(bare, decimal))
    if _SCIENTIFIC.fullmatch(bare):
        return Decimal(bare.replace(",", "."))
    raise Unreadable(f"“{_short(text)}” is not a number.", _hint(bare, decimal))


def moment(text: str, order: str, zone: dt.tzinfo) -> dt.datetime:
    """A date or a time; a naive one is meant in ``zone``. ``order`` is how ``3/4/2026`` is meant."""
    text = text.strip()
    if text[4:5] == "-":
        try:
            found = dt.datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            return found if found.tzinfo else found.replace(tzinfo=zone)
    for pattern in (_ISO, _NUMERIC[order], *_WORDED):
        match = pattern.fullmatch(text)
        if match:
            return _moment(match.groupdict(), text, order, zone)
    raise Unreadable(f"“{_short(text)}” is not a date.", _day_hint(text))


def _digits(text: str, decimal: str) -> str:
    kept = "".join(character for character in text if character in "0123456789+-" or character == decimal)
    return kept.replace(",", ".")


def _hint(text: str, decimal: str) -> str:
    words, other = _OTHER[decimal]
    if _PLAIN[other].fullmatch(text) or _GROUPED[other].fullmatch(text):
        return (
            f"{_short(text)} looks like a {words}: choose that for the file, or write {_digits(text, other)}."
        )
    return "Write a plain number such as 1234.50."


def _moment(parts: dict[str, str | None], text: str, order: str, zone: dt.tzinfo) -> dt.datetime:
    year = int(parts["year"] or 0)
    if year < 100:
        year += 2000 if year < 70 else 1900
    name = parts.get("name")
    try:
        month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["month"] or 0)
        naive = dt.datetime(year, month, int(parts["day"] or 0), *_clock(parts))  # noqa: DTZ001
        return naive.replace(tzinfo=_zone(parts["zone"]) or zone)
    except ValueError:
        swapped = name is None and int(parts["month"] or 0) > 12 >= int(parts["day"] or 0)
        other = "day first" if order == "mdy" else "month first"
        hint = f"It looks like a date with the {other}: choose that for the file." if swapped else ""
        raise Unreadable(f"“{_short(text)}” is not a date.", hint) from None


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    if parts["hour"] is None:
        return 0, 0, 0
    hour, half = int(parts["hour"]), (parts["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(half)
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour, int(parts["minute"] or 0), int(parts["second"] or 0)


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    if text in {"Z", "UTC", "GMT"}:
        return dt.UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return dt.timezone(dt.timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _day_hint(text: str) -> str:
    if text.isascii() and text.isdigit() and int(text[:9]) in _SPREADSHEET_DAYS:
        day = _SPREADSHEET_ZERO + dt.timedelta(days=int(text))
        return f"It looks like a spreadsheet's number of a day, {day}: format the column as a date."
    return "Write it as 2026-11-24, with a time if need be: 2026-11-24 14:30."


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
