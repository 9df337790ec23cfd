"""What a run comes to: kept with the import as JSON, chunk by chunk."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from core.imports.importers import BAD, OUTCOMES, Landed
from core.imports.translating import Row

NOTED = "noted"  # the mark of rows that somebody should know something about


@dataclass(slots=True)
class Tally:
    """``rows`` is the sum of the outcomes. ``money`` is what the new rows bring in, per currency.

    ``brings`` is what else comes with them: label → currency → amount.
    """

    lines: int = 0
    rows: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    marks: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    money: dict[str, Decimal] = field(default_factory=dict)
    brings: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Tally":
        return cls(
            data.get("lines", 0),
            data.get("rows", 0),
            Counter({name: data.get(name, 0) for name in OUTCOMES}),
            Counter(data.get("marks", {})),
            Counter(data.get("refusals", {})),
            _read(data.get("money", {})),
            {label: _read(amounts) for label, amounts in data.get("brings", {}).items()},
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "rows": self.rows,
            **{name: self.outcomes[name] for name in OUTCOMES},
            "marks": dict(self.marks),
            "refusals": dict(self.refusals),
            "money": _written(self.money),
            "brings": {label: _written(amounts) for label, amounts in self.brings.items()},
        }

    def add(self, rows: Iterable[Row], landed: Iterable[Landed]) -> None:
        for row, one in zip(rows, landed, strict=True):
            self.lines += len(row.lines)
            self.rows += 1
            self.outcomes[one.outcome] += 1
            self.marks.update(one.marks)
            self.marks[NOTED] += bool(one.warnings)
            self.refusals.update(one.refusals)
            if one.outcome == "created" and one.amount is not None:
                self.money[one.currency] = self.money.get(one.currency, Decimal(0)) + one.amount
            for label, currency, amount in one.brings:
                amounts = self.brings.setdefault(label, {})
                amounts[currency] = amounts.get(currency, Decimal(0)) + amount

    @property
    def bad(self) -> int:
        return sum(self.outcomes[name] for name in BAD)


def _read(amounts: dict[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(amount) for currency, amount in amounts.items()}


def _written(amounts: dict[str, Decimal]) -> dict[str, str]:
    return {currency: format(amount, "f") for currency, amount in amounts.items()}
