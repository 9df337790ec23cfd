"""What a list can be filtered by: one class for each kind of value, each with its operators and its words.

A facet reads text from an address. It never raises anything but :class:`FilterError`, whose message is
for the person who reads the list.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable

from core import money
from core.listing import days

# As they stand in an address after the name, and what they are called in the form.
OPERATORS = {
    "": "is",
    "not": "is not",
    "in": "is any of",
    "gte": "is at least",
    "lte": "is at most",
    "empty": "is empty",
}
MAX_VALUES = 200
LONGEST = 1_000


class FilterError(ValueError):
    """A filter value that says nothing; the message tells what would."""


@dataclass(frozen=True)
class Term:
    """One value of a filter: what the database compares with, and how it is called."""

    value: Any
    words: str


@dataclass(frozen=True)
class Condition:
    """One filter in force. ``error`` is set, and nothing filtered, when its value cannot be read."""

    name: str
    operator: str
    texts: tuple[str, ...]
    terms: tuple[Term, ...] = ()
    error: str = ""

    @property
    def parameter(self) -> str:
        return f"{self.name}__{self.operator}" if self.operator else self.name


class Facet(django_filters.Filter):
    """A django-filter filter that knows several operators. Subclasses read one kind of value."""

    operators: ClassVar[tuple[str, ...]] = ("", "not", "in", "empty")
    kind: ClassVar[str] = "text"
    hint: ClassVar[str] = ""

    def __init__(
        self, label: str, column: str, *, none: str = "", operators: tuple[str, ...] | None = None
    ) -> None:
        super().__init__(field_name=column, label=label)
        self.none = none or f"{label} is empty"
        self.offered = operators or self.operators
        self.computed: dict[str, Combinable] = {}

    def terms(self, operator: str, texts: Sequence[str], who: Any) -> tuple[Term, ...]:
        """The values in ``texts``. Raises :class:`FilterError`."""
        if operator == "empty":
            return (Term(_yes_or_no(texts[0]), ""),)
        return tuple(self.find(texts, who))

    def find(self, texts: Sequence[str], who: Any) -> Iterable[Term]:
        return [self.read(text) for text in texts]

    def read(self, text: str) -> Term:
        return Term(text, text)

    def choices(self, who: Any) -> Sequence[tuple[str, str]]:
        """(value, words) to choose from in the form; none where the value is typed."""
        return ()

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        first = terms[0].value
        if operator == "empty":
            return self.is_empty() if first else ~self.is_empty()
        if operator == "in":
            return Q(**{f"{self.field_name}__in": [term.value for term in terms]})
        if operator in {"gte", "lte"}:
            return Q(**{f"{self.field_name}__{operator}": first})
        same = Q(**{self.field_name: first})
        if operator != "not":
            return same
        # What has no value is not that value. Django sees to it for columns, not for what is computed.
        return ~same | Q(**{f"{self.field_name}__isnull": True}) if self.computed else ~same

    def is_empty(self) -> Q:
        return Q(**{f"{self.field_name}__isnull": True})

    def filter(self, qs: QuerySet[Any], value: Condition) -> QuerySet[Any]:
        if self.computed:
            qs = qs.alias(**self.computed)
        return qs.filter(self.condition(value.operator, value.terms))

    def words(self, conditions: Sequence[Condition]) -> str:
        """A chip's text for the conditions of this facet that belong together (one, or a range)."""
        one = conditions[0]
        if one.operator == "empty":
            return self.none if one.terms[0].value else f"{self.label} is not empty"
        said = ", ".join(term.words for term in one.terms)
        return f"{self.label} {OPERATORS[one.operator]} {said}"


class Text(Facet):
    """Free text that came from outside, compared whole. Empty text counts as empty."""

    def is_empty(self) -> Q:
        return Q(**{self.field_name: ""})


class Choice(Facet):
    """One of a few fixed values."""

    operators = ("", "not", "in")
    kind = "choice"

    def __init__(self, label: str, column: str, options: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(label, column, **more)
        self.options = tuple(options)

    def choices(self, who: Any) -> Sequence[tuple[str, str]]:
        return self.options

    def read(self, text: str) -> Term:
        wanted = text.lower()
        for value, words in self.options:
            if wanted == value.lower():
                return Term(value, words)
        raise FilterError(f"“{text[:40]}” is none of its values.")


class Related(Facet):
    """A row of another table. ``search`` finds the rows that texts name, ``listed`` those to choose from."""

    kind = "choice"

    def __init__(
        self,
        label: str,
        column: str,
        *,
        search: Callable[[Sequence[str], Any], dict[str, Term]],
        missing: str,
        listed: Callable[[Any], Sequence[tuple[str, str]]] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(label, column, **more)
        self.search = search
        self.missing = missing
        self.listed = listed
        if listed is None:
            self.kind = "text"  # type: ignore[misc]

    def choices(self, who: Any) -> Sequence[tuple[str, str]]:
        return self.listed(who) if self.listed else ()

    def find(self, texts: Sequence[str], who: Any) -> Iterable[Term]:
        found = self.search(texts, who)
        for text in texts:
            if text.lower() not in found:
                raise FilterError(self.missing.format(text=text[:60]))
        return [found[text.lower()] for text in texts]


class Number(Facet):
    """An amount or a count."""

    operators = ("gte", "lte", "", "not", "in")
    kind = "number"
    signs: ClassVar[dict[str, str]] = {"gte": "≥ ", "lte": "≤ "}

    def read(self, text: str) -> Term:
        try:
            number = money.parse_amount(text)
        except money.MoneyError as error:
            raise FilterError(str(error)) from None
        return Term(number, f"{number.normalize():,f}" if number else "0")

    def words(self, conditions: Sequence[Condition]) -> str:
        if conditions[0].operator not in self.signs:
            return super().words(conditions)
        if len(conditions) == 2:
            low, high = sorted(conditions, key=lambda one: one.operator)
            return f"{self.label} {low.terms[0].words} – {high.terms[0].words}"
        return f"{self.label} {self.signs[conditions[0].operator]}{conditions[0].terms[0].words}"


class Whole(Number):
    """A number that fits an integer column."""

    def read(self, text: str) -> Term:
        term = super().read(text)
        if term.value != int(term.value) or abs(term.value) >= Decimal(2) ** 63:
            raise FilterError(f"“{text[:40]}” is not a whole number.")
        return Term(int(term.value), term.words)


class Day(Facet):
    """A moment, filtered by days in the program's time zone. The end day is included whole."""

    operators = ("", "gte", "lte")
    kind = "date"

    def choices(self, who: Any) -> Sequence[tuple[str, str]]:
        return [(name, words) for name, (words, _) in days.PRESETS.items()]

    def read(self, text: str) -> Term:
        span = days.read(text)
        if span is None:
            raise FilterError(f"“{text[:40]}” is not a date; write it like 2026-11-23.")
        return Term(span, span.words)

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        span: days.Span = terms[0].value
        begins, ends = span.moments()
        at = self.field_name
        if operator == "gte":
            return Q(**{f"{at}__gte": begins})
        if operator == "lte":
            return Q(**{f"{at}__lt": ends})
        return Q(**{f"{at}__gte": begins, f"{at}__lt": ends})

    def words(self, conditions: Sequence[Condition]) -> str:
        spans = {one.operator: one.terms[0].value for one in conditions}
        if len(spans) == 2:
            return f"{self.label} {days.shown(spans['gte'].first)} – {days.shown(spans['lte'].last)}"
        operator, span = next(iter(spans.items()))
        if operator == "gte":
            return f"{self.label} from {days.shown(span.first)}"
        if operator == "lte":
            return f"{self.label} until {days.shown(span.last)}"
        return f"{self.label} {span.words}"


class YesNo(Facet):
    """Whether something holds. ``holds`` is the condition; ``yes`` and ``no`` name its two sides."""

    operators = ("",)
    kind = "choice"

    def __init__(self, label: str, column: str, *, holds: Q, yes: str, no: str) -> None:
        super().__init__(label, column)
        self.holds = holds
        self.yes, self.no = yes, no

    def choices(self, who: Any) -> Sequence[tuple[str, str]]:
        return [("yes", self.yes), ("no", self.no)]

    def read(self, text: str) -> Term:
        answer = _yes_or_no(text)
        return Term(answer, self.yes if answer else self.no)

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        return self.holds if terms[0].value else ~self.holds

    def words(self, conditions: Sequence[Condition]) -> str:
        return conditions[0].terms[0].words


def _yes_or_no(text: str) -> bool:
    answer = {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}.get(text.lower())
    if answer is None:
        raise FilterError("Say yes or no.")
    return answer
