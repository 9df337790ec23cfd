"""Draws the rows of a list. Each column's function is looked up once, then called for every row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.safestring import SafeString, mark_safe

from core.listing.columns import Column, Reading
from core.templatetags.ui import icon


@dataclass
class Pen:
    """What a cell may need besides its values: the address of the same list, narrowed to one value.

    ``stem`` gives that address up to the value. Values repeat from row to row, so links are made once.
    """

    stem: Callable[[str], str]
    _stems: dict[str, str] = field(default_factory=dict)
    _links: dict[tuple[str, object], str] = field(default_factory=dict)

    def narrow(self, shown: str, name: str, value: object, words: str) -> str:
        """``shown`` (HTML) with a small link beside it that filters the list by ``name=value``."""
        link = self._links.get((name, value))
        if link is None:
            link = self._links[name, value] = self._link(name, str(value), words)
        return f'<span class="a-cell">{shown}{link}</span>'

    def _link(self, name: str, value: str, words: str) -> str:
        if name not in self._stems:
            self._stems[name] = escape(self.stem(name))
        return (
            f'<a class="a-filter-by" href="{self._stems[name]}{quote(value, safe=",:@")}" '
            f'aria-label="Filter by {escape(words)}" title="Filter by this">{icon("filter", "s")}</a>'
        )


def draw_rows(
    columns: Sequence[Column],
    reading: Reading,
    fetched: Sequence[tuple[Any, ...]],
    pen: Pen,
    opens: Callable[[int], str],
) -> SafeString:
    """The ``<tr>`` elements of a page. The first two columns read are the row's id and its name."""
    cells = [
        (f'<td class="{column.look}">' if column.look else "<td>", column.draw, reading.places(column.reads))
        for column in columns
    ]
    parts: list[str] = []
    add = parts.append
    for row in fetched:
        add(
            f'<tr data-row data-id="{row[0]}" data-href="{opens(row[0])}"><td class="a-pick">'
            f'<input type="checkbox" class="a-check" name="selected" value="{row[0]}" '
            f'aria-label="Select {escape(row[1])}"></td>'
        )
        for start, draw, places in cells:
            add(start)
            add(draw(pen, *[row[place] for place in places]))
            add("</td>")
        add("</tr>\n")
    return mark_safe("".join(parts))  # noqa: S308  (every cell escaped what it was given)
