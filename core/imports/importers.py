"""What can be imported: each package says how its noun is told in a file, and takes the rows from there.

The machine in this package reads, translates, counts and keeps its place; it knows no noun.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.urls import reverse

from core.events.log import Actor


class Kind(StrEnum):
    """What the texts of a target are read as."""

    TEXT = "text"
    ID = "id"
    NUMBER = "number"
    MOMENT = "moment"


OUTCOMES = {
    "created": "Created",
    "updated": "Updated",
    "unchanged": "Unchanged",
    "skipped": "Skipped",
    "conflict": "Conflicts",
    "rejected": "Rejected",
}
BAD = ("conflict", "rejected")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that a column or a fixed value of a file can give.

    ``sums``: where several lines make one row, their numbers are added. ``choices`` are offered for a fixed
    value, as (value, words). Targets of one ``group`` stand together on the screen.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    group: str = ""
    hint: str = ""
    synonyms: tuple[str, ...] = ()
    required: bool = False
    sums: bool = False
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a target of a row (empty: with the whole row), for the owner of the file."""

    target: str
    message: str
    suggestion: str = ""
    code: str = "invalid"


@dataclass(slots=True)
class Landed:
    """What became of one row, or would: its outcome, the row in our tables, and what else to count.

    ``marks`` are names of the importer's ``marks``. ``refusals`` are counted by their words. ``differences``
    are target → (stored, given). ``amount`` and ``currency`` are what a new row brings in; ``brings`` is what
    else comes with it, or with a whole batch that it stands for, as (label, currency, amount).
    """

    outcome: str
    pk: int | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    differences: dict[str, tuple[str, str]] = field(default_factory=dict)
    marks: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    brings: tuple[tuple[str, str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A choice of an import that only its noun knows. Off unless chosen."""

    name: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Errand:
    """On whose behalf rows are planned and recorded, and how.

    ``who`` is None at the command line, where nothing is limited. ``import_id`` is the import that the rows
    will name as the one they came by.
    """

    who: Any
    actor: Actor
    import_id: int
    on_existing: str = "update"
    on_error: str = "valid"
    flags: frozenset[str] = frozenset()


# Every importer that was declared, by noun: what background work finds it by.
IMPORTERS: dict[str, "Importer"] = {}
Make = Callable[[dict[str, Any], list[Fault]], Any]


@dataclass(frozen=True, kw_only=True)
class Importer:
    """How rows of one noun come in by file. Declared once, at import of its package.

    ``scope`` is the noun of its permissions, ``key`` the target that a row is called by. ``apart`` are those
    that tell rows apart together, where the key alone does not. ``lacks`` says what
    a choice of targets lacks, ``advice`` what of it is allowed and seldom meant. ``maker`` gives a function
    that makes a draft from the values of a row; it may look up what it needs once. ``plan`` and ``record``
    take drafts in chunks and answer in their order; ``plan`` is given the same ``carry`` again for every
    chunk of a preview. ``marks`` are what rows are counted by besides their outcome, with words.
    """

    noun: str
    scope: str
    singular: str
    plural: str
    key: str
    targets: Callable[[Any], list[Target]]
    lacks: Callable[[set[str]], list[str]]
    advice: Callable[[set[str]], list[str]]
    zone: Callable[[], dt.tzinfo]
    maker: Callable[[Any], Make]
    carry: Callable[[], Any]
    plan: Callable[[Sequence[Any], Any, Errand], list[Landed]]
    record: Callable[[Sequence[Any], Errand], list[Landed]]
    opens: Callable[[int], str]
    listed: Callable[[int], str]
    apart: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[Flag, ...] = ()
    sample: str = ""
    namespace: str = "imports"

    def __post_init__(self) -> None:
        IMPORTERS[self.noun] = self

    def url(self, action: str, *args: int) -> str:
        return reverse(f"{self.namespace}:{action}", args=args)


def importer(noun: str) -> Importer:
    """The importer of ``noun``. Raises KeyError for one that nobody declared."""
    return IMPORTERS[noun]
