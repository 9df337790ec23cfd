"""What an import comes to, put together for its screens: numbers, tabs, and the rows of one tab."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.imports import errors
from core.imports.counting import NOTED, Tally
from core.imports.importers import BAD, OUTCOMES, Importer, Target
from core.imports.keeping import KEPT_TO_SEE
from core.imports.models import Import, ImportRow

PAGE = 50
MOST_COLUMNS = 6
_TONES = {
    Import.Status.APPLIED: "good",
    Import.Status.PREVIEWED: "accent",
    Import.Status.FAILED: "bad",
    Import.Status.PREVIEWING: "warn",
    Import.Status.APPLYING: "warn",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A count with its words, and the tab that shows its rows."""

    name: str
    label: str
    count: int
    href: str = ""
    is_current: bool = False

    @property
    def is_bad(self) -> bool:
        return self.name in BAD and self.count > 0

    @property
    def shown(self) -> str:
        return f"{self.count:,}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the table has it. ``changes`` are (target, stored, given), ``notes`` what else to know."""

    line: int
    more_lines: int
    key: str
    href: str
    cells: list[str]
    error: str
    suggestion: str
    changes: list[tuple[str, str, str]]
    notes: list[str]


class Report:
    """One import for the templates. Each part is worked out when it is asked for."""

    def __init__(self, of: Importer, kept: Import, tab: str = "", after: str = "") -> None:
        self.of = of
        self.kept = kept
        self.tally = Tally.from_json(kept.counts)
        self._tab = tab
        self._after = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0

    @property
    def url(self) -> str:
        return self.of.url("show", self.kept.pk)

    @property
    def listed(self) -> str:
        """The address of the list of exactly the rows that this import made."""
        return self.of.listed(self.kept.pk)

    @property
    def tone(self) -> str:
        return _TONES.get(Import.Status(self.kept.status), "")

    @property
    def goes_in(self) -> int:
        """How many rows applying would write."""
        return self.tally.outcomes["created"] + self.tally.outcomes["updated"]

    @property
    def lines_shown(self) -> str:
        return f"{self.tally.lines:,}"

    @property
    def done_shown(self) -> str:
        """How many rows this run has done; before its first step the counts are those of the run before."""
        return f"{self.tally.rows if self.kept.progress else 0:,}"

    @property
    def goes_in_words(self) -> str:
        """``1,284 orders``."""
        return f"{self.goes_in:,} {self.of.singular if self.goes_in == 1 else self.of.plural}"

    @property
    def bad(self) -> int:
        return self.tally.bad

    @property
    def is_blocked(self) -> bool:
        """All or nothing was chosen, and something is wrong."""
        return self.kept.options.get("on_error") == "none" and self.tally.bad > 0

    @cached_property
    def numbers(self) -> list[Number]:
        return [
            Number(name, label, self.tally.outcomes[name], f"?rows={name}", name == self.tab)
            for name, label in OUTCOMES.items()
        ]

    @cached_property
    def tabs(self) -> list[Number]:
        noted = self.tally.marks[NOTED]
        tabs = [number for number in self.numbers if number.count]
        if noted:
            tabs.append(Number(NOTED, "With a note", noted, f"?rows={NOTED}", self.tab == NOTED))
        return tabs

    @cached_property
    def tab(self) -> str:
        """The tab that is shown: the one asked for, else what needs a look, else the first that has rows."""
        having = [name for name in OUTCOMES if self.tally.outcomes[name]]
        if self._tab in having or (self._tab == NOTED and self.tally.marks[NOTED]):
            return self._tab
        return next((name for name in ("rejected", "conflict", *having) if name in having), "")

    @property
    def shows_bad(self) -> bool:
        return self.tab in BAD

    @property
    def effects(self) -> list[Number]:
        marks = self.tally.marks
        return [Number(name, label, marks[name]) for name, label in self.of.marks.items()]

    @property
    def refusals(self) -> list[tuple[str, int]]:
        return self.tally.refusals.most_common(12)

    @property
    def money(self) -> list[tuple[str, Decimal]]:
        return sorted(self.tally.money.items(), key=lambda each: -each[1])

    @property
    def brings(self) -> list[tuple[str, str, Decimal]]:
        return [
            (label, currency, amount)
            for label, amounts in self.tally.brings.items()
            for currency, amount in amounts.items()
        ]

    @cached_property
    def columns(self) -> list[str]:
        """Targets that have a column of their own in the table of rows."""
        mapped = [target.name for target in self._targets if target.name in self.kept.mapping]
        return [name for name in mapped if name != self.of.key][:MOST_COLUMNS]

    @property
    def headers(self) -> list[str]:
        return [self.labels[name] for name in self.columns]

    @cached_property
    def labels(self) -> dict[str, str]:
        targets = {target.name: target.label for target in self._targets}
        return {**{name: name.capitalize() for name in ("customer", "campaign")}, **targets}

    @property
    def key_label(self) -> str:
        return self.labels[self.of.key]

    @cached_property
    def _targets(self) -> list[Target]:
        return self.of.targets(None)

    @cached_property
    def _found(self) -> list[ImportRow]:
        rows = ImportRow.objects.filter(of=self.kept, line__gt=self._after)
        rows = rows.exclude(warnings=[]) if self.tab == NOTED else rows.filter(outcome=self.tab)
        return list(rows.order_by("line")[: PAGE + 1])

    @property
    def rows(self) -> list[Shown]:
        return [self._shown(row) for row in self._found[:PAGE]]

    @property
    def next(self) -> str:
        return f"?rows={self.tab}&after={self._found[PAGE - 1].line}" if len(self._found) > PAGE else ""

    @property
    def first(self) -> str:
        return f"?rows={self.tab}" if self._after else ""

    @property
    def kept_of_tab(self) -> int:
        """How many rows of the tab can be seen, where that is not all; else 0."""
        return KEPT_TO_SEE if self.tab not in BAD and self.tally.outcomes[self.tab] > KEPT_TO_SEE else 0

    def _shown(self, row: ImportRow) -> Shown:
        says = row.values
        return Shown(
            row.line,
            len(row.lines) - 1,
            says.get(self.of.key, ""),
            self.of.opens(row.row_pk) if row.row_pk else "",
            [says.get(name, "") for name in self.columns],
            errors.in_words(row.problems, self.labels),
            errors.hints(row.problems),
            [(self._label(target), *pair) for target, pair in row.differences.items()],
            [self._note(one) for one in row.warnings],
        )

    def _label(self, target: str) -> str:
        return self.labels.get(target, target.removeprefix("properties."))

    def _note(self, one: Sequence[Any]) -> str:
        return errors.in_words([one], self.labels)
