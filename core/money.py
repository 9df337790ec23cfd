"""Amounts and currencies. The only place that rounds.

Exponents (how many decimals a currency has) are ISO 4217's, as the CLDR data of babel carries them.
"""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from babel.core import get_global
from babel.numbers import get_currency_precision, list_currencies

MAX_AMOUNT = Decimal("999999999999.9999")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


class MoneyError(ValueError):
    """An amount or currency that cannot be used; the message is for the person who gave it."""


@cache
def currencies() -> frozenset[str]:
    """Every ISO 4217 code that is or was somebody's money."""
    return frozenset(code for code in list_currencies() if re.fullmatch(r"[A-Z]{3}", code))


@cache
def current_currencies() -> tuple[str, ...]:
    """Codes that are legal tender somewhere today, for drop-downs."""
    territories = get_global("territory_currencies").values()
    return tuple(sorted({c for rows in territories for c, _, end, tender in rows if tender and end is None}))


@cache
def exponent(currency: str) -> int:
    """How many decimals ``currency`` has: USD 2, JPY 0, KWD 3."""
    return int(get_currency_precision(currency))


@cache
def _step(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """``amount`` half-up to the decimals that ``currency`` has."""
    return amount.quantize(_step(currency), rounding=ROUND_HALF_UP)


def is_exact(amount: Decimal, currency: str) -> bool:
    """Whether ``amount`` has no more decimals than ``currency``."""
    return amount == rounded(amount, currency)


def parse_currency(text: str) -> str:
    """An ISO 4217 code, in capitals. Raises :class:`MoneyError`."""
    code = text.strip().upper()
    if code not in currencies():
        raise MoneyError(f"“{text.strip()[:20]}” is not a currency; use a three-letter code such as USD.")
    return code


def parse_amount(value: object) -> Decimal:
    """A finite amount from text, int, float (by its shortest decimal) or Decimal. Raises :class:`MoneyError`.

    Text is a plain number with a decimal point. ``1,234.50`` is refused rather than guessed at.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise MoneyError("Give a number.")
    text = str(value).strip()
    if not _PLAIN.fullmatch(text):
        hint = " Write it without separators, with a point before the decimals." if "," in text else ""
        raise MoneyError(f"“{text[:40]}” is not a number.{hint}")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise MoneyError(f"“{text[:40]}” is not a number.") from None
    if abs(amount) > MAX_AMOUNT:
        raise MoneyError(f"“{text[:40]}” is too large.")
    return amount


def shown(amount: Decimal, currency: str) -> str:
    """``1,234.50`` in the decimals of ``currency``, without its code."""
    return f"{rounded(amount, currency):,f}"


def plain(amount: Decimal, currency: str) -> str:
    """``1234.50``: for files, JSON and inputs."""
    return f"{rounded(amount, currency):f}"
