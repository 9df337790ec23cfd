"""The filters of a list, all of them read from its address: the same for table, totals and export."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict

from core.listing.facets import LONGEST, MAX_VALUES, OPERATORS, Condition, Facet, FilterError

_PARAMETER = re.compile(r"(?P<name>(?:p\.)?[A-Za-z0-9_]+?)(?:__(?P<operator>[a-z]+))?")


@dataclass(frozen=True)
class Chip:
    """One active filter in words, and the parameters to leave out to be rid of it."""

    name: str
    words: str
    parameters: tuple[str, ...]
    error: str = ""


class ListFilters(django_filters.FilterSet):
    """A django-filter FilterSet of facets. Only those that the address names are looked at.

    A value that cannot be read filters nothing and is shown with what is wrong, so that a mistyped
    address still gives a page.
    """

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet[Any],
        *,
        who: Any = None,
        extra: Mapping[str, Facet] | None = None,
    ) -> None:
        self.data = data
        self.queryset = queryset
        self.is_bound = True
        self.who = who
        self.filters: dict[str, Facet] = {**self.base_filters, **(extra or {})}
        self.conditions = self._read()

    @property
    def errors(self) -> dict[str, str]:
        return {one.parameter: one.error for one in self.conditions if one.error}

    def is_valid(self) -> bool:
        return not self.errors

    @property
    def qs(self) -> QuerySet[Any]:
        return self.filter_queryset(self.queryset)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for one in self.conditions:
            if not one.error:
                queryset = self.filters[one.name].filter(queryset, one)
        return queryset

    @property
    def chips(self) -> list[Chip]:
        """Every active filter in words; the two ends of a range are one chip."""
        chips = []
        for group in self._groups():
            errors = [one for one in group if one.error]
            parameters = tuple(one.parameter for one in group)
            label = str(self.filters[group[0].name].label)
            if errors:
                said = ", ".join(errors[0].texts)[:40]
                chips.append(Chip(group[0].name, f"{label}: {said}", parameters, errors[0].error))
            else:
                chips.append(Chip(group[0].name, self.filters[group[0].name].words(group), parameters))
        return chips

    def _groups(self) -> list[list[Condition]]:
        """Conditions one by one, save that a readable range stands together."""
        groups: list[list[Condition]] = []
        for one in self.conditions:
            other = {"gte": "lte", "lte": "gte"}.get(one.operator)
            partner = next(
                (g for g in groups if g[0].name == one.name and g[0].operator == other and not g[0].error),
                None,
            )
            if partner is not None and not one.error:
                partner.append(one)
            else:
                groups.append([one])
        return groups

    def _read(self) -> list[Condition]:
        found = []
        for parameter in self.data:
            match = _PARAMETER.fullmatch(parameter)
            facet = self.filters.get(match["name"]) if match else None
            if match and facet is not None:
                condition = self._condition(match["name"], match["operator"] or "", parameter, facet)
                if condition is not None:
                    found.append(condition)
        return found

    def _condition(self, name: str, operator: str, parameter: str, facet: Facet) -> Condition | None:
        texts = [text.replace("\0", "").strip() for text in self.data.getlist(parameter)]
        if operator == "in" and len(texts) == 1:
            texts = [part.strip() for part in texts[0].split(",")]
        elif operator != "in":
            texts = texts[-1:]
        texts = list(dict.fromkeys(text for text in texts if text))
        if not texts:
            return None
        error = ""
        if operator not in facet.offered:
            error = f"{facet.label} cannot be filtered in this way."
        elif len(texts) > MAX_VALUES or max(map(len, texts)) > LONGEST:
            error = f"That is too long; give at most {MAX_VALUES} values."
        if error:
            return Condition(name, operator, tuple(texts), error=error)
        try:
            return Condition(name, operator, tuple(texts), facet.terms(operator, texts, self.who))
        except FilterError as problem:
            return Condition(name, operator, tuple(texts), error=str(problem))


def operator_words(facet: Facet) -> list[tuple[str, str]]:
    """(operator, words) in the order in which the form offers them."""
    return [(operator, OPERATORS[operator]) for operator in facet.offered]
