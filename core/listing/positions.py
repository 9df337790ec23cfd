"""Cursors made from fetched rows, and read back only if each value fits its column."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import AutoField, DateTimeField, DecimalField, GeneratedField, IntegerField, Model

from core.listing.cursors import Cursor, read
from core.listing.sorting import Sort


def read_cursor(model: type[Model], sort: Sort, tie: tuple[str, ...], named: str, text: str) -> Cursor | None:
    """The cursor in ``text``, or None where it is not one of this sort or holds what no row could."""
    names = sort.names(tie)
    cursor = read(text, named, len(names))
    if cursor is None:
        return None
    without = sort.nullable and cursor.values[0] is None
    for place, (name, value) in enumerate(zip(names, cursor.values, strict=True)):
        is_key = place < len(names) - len(tie)
        if without and is_key:
            if value is not None:
                return None
        elif not _fits(_field(model, sort, name), value):
            return None
    return cursor


def _field(model: type[Model], sort: Sort, name: str) -> Any:
    """The field at the end of the path ``name``: what its values have to look like."""
    if sort.expression is not None and name == sort.key:
        return sort.expression.output_field
    found: Any = None
    for step in name.split("__"):
        found = model._meta.get_field(step)
        model = found.related_model or model
    if found.is_relation:
        return found.target_field
    return found.output_field if isinstance(found, GeneratedField) else found


def _fits(field: Any, value: Any) -> bool:
    if isinstance(field, DateTimeField):
        return isinstance(value, dt.datetime)
    if isinstance(field, DecimalField):
        return isinstance(value, Decimal)
    if isinstance(field, IntegerField | AutoField):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
