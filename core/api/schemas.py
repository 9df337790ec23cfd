"""Pieces that bodies and answers of every package are described with."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, WithJsonSchema

# A null says the same as leaving the member out.
Text = str | None
GivenId = Annotated[
    str | int | None,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "maxLength": 255}, {"type": "integer"}, {"type": "null"}],
            "default": None,
        }
    ),
]
NeededId = Annotated[
    str | int, WithJsonSchema({"anyOf": [{"type": "string", "maxLength": 255}, {"type": "integer"}]})
]
_GIVEN_MONEY: dict[str, Any] = {
    "anyOf": [{"type": "string"}, {"type": "number", "minimum": 0, "maximum": 999999999999}],
    "examples": ["49.90"],
}
NeededMoney = Annotated[str | float, WithJsonSchema(_GIVEN_MONEY)]
GivenMoney = Annotated[
    str | float | None, WithJsonSchema({**_GIVEN_MONEY, "anyOf": [*_GIVEN_MONEY["anyOf"], {"type": "null"}]})
]
Money = Annotated[
    str,
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,12}(\.\d{1,4})?$", "examples": ["49.90"]}),
]
Cursor = Annotated[str | None, Field(description="The next page's `cursor`; null on the last page.")]


class Warned(Schema):
    """Something that somebody should know, although the rest went in."""

    pointer: str
    detail: str
    code: str
