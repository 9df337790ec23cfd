"""Reading and checking the values of custom properties, the same for every door.

How a value is kept in the ``properties`` column: a String as a JSON string, an Integer as a JSON number, a
Boolean as ``true`` or ``false``, and a Decimal as a JSON *string* of digits, for JSON numbers are read as
floats by too many; SQL casts it to ``numeric``. A property without a value has no key.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from django.db.models import BigIntegerField, DecimalField, F, Field, Func, TextField
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform

from core.properties.models import PropertyDefinition, PropertyType

PropertyValue: TypeAlias = str | int | Decimal | bool
JsonValue: TypeAlias = str | int | bool

LONGEST_TEXT = 1000
MOST_BYTES = 2400  # an index entry of PostgreSQL holds 2,704
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
_INTEGER = re.compile(r"[+-]?\d{1,19}")
_DECIMAL = re.compile(r"[+-]?(\d{1,20}(\.\d{0,10})?|\.\d{1,10})")
_TRUE = frozenset({"true", "yes", "y", "1", "on"})
_FALSE = frozenset({"false", "no", "n", "0", "off"})


class PropertyError(ValueError):
    """A value that does not fit its property; the message is for the person who gave it."""


def definitions(noun: str) -> list[PropertyDefinition]:
    """The properties of ``noun`` that are in use, in the order of their making."""
    return list(PropertyDefinition.objects.filter(noun=noun, archived_at=None).order_by("id"))


def parse(definition: PropertyDefinition, value: Any) -> PropertyValue:
    """``value`` (text from a file or form, or a JSON value) as the property's type.

    Raises :class:`PropertyError`. Emptiness is the caller's matter: an absent value is no value.
    """
    return _PARSERS[definition.type](value)


def to_json(value: PropertyValue) -> JsonValue:
    """How ``value`` is kept in the ``properties`` column."""
    return format(value, "f") if isinstance(value, Decimal) else value


def expression(definition: PropertyDefinition, path: str = "properties") -> Combinable:
    """The value as SQL, for filters and sorts: written exactly as the property's index has it.

    Numbers compare as numbers; a Boolean as the text ``true`` or ``false``.
    """
    text = KeyTextTransform(definition.name, F(path) if "__" in path else path)
    cast, field = _SQL[definition.type]
    return Func(text, template=f"(%(expressions)s){cast}", output_field=field()) if cast else text


def sql(definition: PropertyDefinition) -> str:
    """:func:`expression` for the index. Names hold letters, digits and underscores only."""
    return f"((properties ->> '{definition.name}'){_SQL[definition.type][0]})"


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise PropertyError("This must be text.")
    text = str(value).strip()
    if "\x00" in text:
        raise PropertyError("This contains a NUL character, which cannot be stored.")
    if len(text) > LONGEST_TEXT:
        raise PropertyError(f"This is longer than {LONGEST_TEXT:,} characters.")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise PropertyError("This contains half of a character, which cannot be stored.") from None
    if size > MOST_BYTES:
        raise PropertyError(f"This is longer than {MOST_BYTES:,} bytes.")
    return text


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PropertyError("This must be a whole number.")
    text = format(value, ".0f") if isinstance(value, float) and value.is_integer() else str(value).strip()
    if not _INTEGER.fullmatch(text) or not text.isascii():
        raise PropertyError(f"“{text[:40]}” is not a whole number.")
    number = int(text)
    if not _SMALLEST <= number <= _LARGEST:
        raise PropertyError("This number is too large.")
    return number


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise PropertyError("This must be a number.")
    text = format(value, "f") if isinstance(value, Decimal) else str(value).strip()
    if not _DECIMAL.fullmatch(text) or not text.isascii():
        raise PropertyError(
            f"“{text[:40]}” is not a number of at most 20 digits and 10 decimals, such as 12.5."
        )
    return Decimal(text)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int) else ""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise PropertyError("This must be yes or no (true or false).")


_PARSERS: dict[str, Callable[[Any], PropertyValue]] = {
    PropertyType.STRING: _text,
    PropertyType.INTEGER: _integer,
    PropertyType.DECIMAL: _decimal,
    PropertyType.BOOLEAN: _boolean,
}
_SQL: "dict[str, tuple[str, type[Field[Any, Any]]]]" = {
    PropertyType.STRING: ("", TextField),
    PropertyType.INTEGER: ("::numeric", BigIntegerField),
    PropertyType.DECIMAL: ("::numeric", DecimalField),
    PropertyType.BOOLEAN: ("", TextField),
}
