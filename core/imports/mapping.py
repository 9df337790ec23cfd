"""Which column gives what: found by name, changed by the person, remembered for files of the same columns.

As JSON, and at the command line, a mapping is target → column name, or ``{"value": text}`` for a fixed value.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

from core.imports.importers import Importer, Target
from core.imports.reading import OWN_COLUMNS

LONGEST_VALUE = 500


class MappingError(ValueError):
    """A mapping that does not fit; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """``columns`` is target → column, ``fixed`` target → text for every row."""

    columns: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, str] = field(default_factory=dict)

    @property
    def targets(self) -> set[str]:
        return {*self.columns, *self.fixed}

    def to_json(self) -> dict[str, Any]:
        return {**self.columns, **{name: {"value": text} for name, text in self.fixed.items()}}


def from_json(data: Any) -> Mapping:
    """Raises :class:`MappingError` for what is no mapping at all."""
    if not isinstance(data, dict):
        raise MappingError("A mapping is a JSON object of targets and columns.")
    columns: dict[str, str] = {}
    fixed: dict[str, str] = {}
    for name, source in data.items():
        if isinstance(source, str) and source:
            columns[name] = source
        elif isinstance(source, dict) and set(source) == {"value"} and _is_value(source["value"]):
            fixed[name] = str(source["value"])
        elif source is not None and source != "":
            raise MappingError(f"“{name}” is neither a column name nor {{“value”: …}}.")
    return Mapping(columns, fixed)


def checked(mapping: Mapping, of: Importer, targets: Sequence[Target], columns: Sequence[str]) -> Mapping:
    """``mapping`` again, or :class:`MappingError` with all that is wrong with it."""
    known = {target.name for target in targets}
    problems = [f"There is no target “{name}”." for name in sorted(mapping.targets - known)]
    problems += [
        f"The file has no column “{column}”." for column in mapping.columns.values() if column not in columns
    ]
    problems += [
        f"“{target.label}” is needed."
        for target in targets
        if target.required and target.name not in mapping.targets
    ]
    problems += of.lacks(mapping.targets)
    if problems:
        raise MappingError(" ".join(problems))
    return mapping


def matched(targets: Sequence[Target], columns: Sequence[str]) -> Mapping:
    """The columns whose names say what they are. Each column is used once; earlier targets choose first."""
    by_key: dict[str, str] = {}
    for column in columns:
        if column.lower() not in OWN_COLUMNS:
            by_key.setdefault(_key(column), column)
    found: dict[str, str] = {}
    names = {target.name: [target.name, target.label, *target.synonyms] for target in targets}
    for rank in range(max((len(each) for each in names.values()), default=0)):
        for name, each in names.items():
            if name in found or rank >= len(each):
                continue
            key = _key(each[rank])
            if key in by_key:
                found[name] = by_key.pop(key)
    return Mapping({target.name: found[target.name] for target in targets if target.name in found})


def kept_to(mapping: Mapping, targets: Iterable[Target], columns: Sequence[str]) -> Mapping:
    """What of a remembered ``mapping`` still makes sense."""
    known = {target.name for target in targets}
    return Mapping(
        {name: column for name, column in mapping.columns.items() if name in known and column in columns},
        {name: text for name, text in mapping.fixed.items() if name in known},
    )


def header_hash(columns: Sequence[str]) -> str:
    """The same for files of the same columns in any order, an error file's own columns aside."""
    names = sorted({_key(column) for column in columns if column.lower() not in OWN_COLUMNS})
    return hashlib.sha256("\n".join(names).encode("utf-8", "replace")).hexdigest()


def unused(mapping: Mapping, columns: Sequence[str]) -> list[str]:
    taken = set(mapping.columns.values())
    return [name for name in columns if name not in taken and name.lower() not in OWN_COLUMNS]


def names(targets: AnyMapping[str, Target], mapping: Mapping) -> dict[str, str]:
    """What the owner of the file calls each target: the column it is read from, or our words for it."""
    return {name: mapping.columns.get(name, target.label) for name, target in targets.items()}


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) <= LONGEST_VALUE


def _key(name: str) -> str:
    """``Órder-ID (1)`` → ``orderid1``: what is compared of a name."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[\W_]+", "", "".join(one for one in plain if not unicodedata.combining(one)))
