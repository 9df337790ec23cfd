"""Custom properties of orders as columns and filters of the table. Their names begin with ``p.``."""

from collections.abc import Callable
from html import escape
from typing import Any

from django.db.models.fields.json import KeyTextTransform

from core.listing.cells import NOTHING, plain
from core.listing.columns import Column, Export
from core.listing.declaration import Extras
from core.listing.drawing import Pen
from core.listing.facets import Choice, Facet, Number, Text, Whole
from core.listing.sorting import Sort
from core.properties.definitions import definitions, expression
from core.properties.models import PropertyDefinition, PropertyType

YES_NO = (("true", "Yes"), ("false", "No"))


def extras() -> Extras:
    """A column for each property; a filter and a sort for each that keeps an index."""
    found = definitions("order")
    return Extras(
        columns={f"p.{one.name}": _column(one) for one in found},
        facets={f"p.{one.name}": _facet(one) for one in found if one.filterable},
    )


def _alias(definition: PropertyDefinition) -> str:
    return f"property_{definition.name}"


def _column(definition: PropertyDefinition) -> Column:
    shown = f"shown_{definition.name}"
    is_number = definition.type in {PropertyType.INTEGER, PropertyType.DECIMAL}
    sort = (
        Sort(_alias(definition), nullable=True, expression=expression(definition))
        if definition.filterable
        else None
    )
    return Column(
        definition.name,
        reads=(shown,),
        draw=_draw(definition),
        sort=sort,
        shown=False,
        look="num" if is_number else "",
        computed={shown: KeyTextTransform(definition.name, "properties")},
        export=(Export(definition.name, plain),),
    )


def _draw(definition: PropertyDefinition) -> Callable[..., str]:
    words = dict(YES_NO) if definition.type == PropertyType.BOOLEAN else {}

    def draw(pen: Pen, value: Any) -> str:
        if value in (None, ""):
            return NOTHING
        said = words.get(value, str(value))
        shown = f'<span class="a-clip">{escape(said)}</span>'
        return pen.narrow(shown, f"p.{definition.name}", value, said) if definition.filterable else shown

    return draw


def _facet(definition: PropertyDefinition) -> Facet:
    kinds: dict[str, type[Facet]] = {PropertyType.INTEGER: Whole, PropertyType.DECIMAL: Number}
    name, column = definition.name, _alias(definition)
    if definition.type == PropertyType.BOOLEAN:
        facet: Facet = Choice(name, column, YES_NO)
    else:
        facet = kinds.get(definition.type, PropertyText)(name, column)
    facet.computed = {column: expression(definition)}
    return facet


class PropertyText(Text):
    """A text property. One without a value has no key, which SQL sees as NULL."""

    is_empty = Facet.is_empty
