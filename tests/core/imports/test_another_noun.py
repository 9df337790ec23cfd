"""The machine knows no noun: another package declares an importer of its own, and has everything."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.core.files.base import ContentFile

from core.imports import errors, importers, running, steps, upload
from core.imports.importers import Errand, Fault, Importer, Kind, Landed, Target
from core.imports.models import Import

pytestmark = pytest.mark.django_db


class Shelf:
    """Somewhere to put things. A thing weighs something, and less than a ton."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}

    def plan(self, drafts: Sequence[Any], seen: set[str], errand: Errand) -> list[Landed]:
        return [self._judge(draft, seen) for draft in drafts]

    def record(self, drafts: Sequence[Any], errand: Errand) -> list[Landed]:
        seen: set[str] = set()
        landed = [self._judge(draft, seen) for draft in drafts]
        for (values, _), one in zip(drafts, landed, strict=True):
            if one.outcome == "created":
                self.things[values["name"]] = values["weight"]
        return landed

    def _judge(self, draft: tuple[dict[str, Any], list[Fault]], seen: set[str]) -> Landed:
        values, faults = draft
        if not faults and values["weight"] >= 1000:
            faults = [Fault("weight", "Too heavy.", "Cut it in two.")]
        if faults:
            return Landed("rejected", faults=faults)
        outcome = "unchanged" if values["name"] in seen or values["name"] in self.things else "created"
        seen.add(values["name"])
        return Landed(outcome, marks=("heavy",) if values["weight"] > 100 else ())


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    Importer(
        noun="thing",
        scope="things",
        singular="thing",
        plural="things",
        key="name",
        targets=lambda who: [
            Target("name", "Name", Kind.ID, required=True),
            Target("weight", "Weight", Kind.NUMBER, sums=True, required=True),
        ],
        lacks=lambda chosen: [],
        advice=lambda chosen: [],
        zone=lambda: dt.UTC,
        maker=lambda who: lambda values, faults: (values, faults),
        carry=set,
        plan=made.plan,
        record=made.record,
        opens=lambda pk: f"/things/{pk}/",
        listed=lambda pk: f"/things/?import={pk}",
        marks={"heavy": "Heavy things"},
    )
    yield made
    del importers.IMPORTERS["thing"]


def brought(text: str) -> Import:
    content = ContentFile(text.encode(), "things.csv")
    return upload.receive(importers.importer("thing"), content, "things.csv", by=None)


def test_another_noun_is_previewed_and_applied(shelf: Shelf) -> None:
    kept = brought("Name,Weight\nanvil,150\nfeather,0.1\nship,5000\nanvil,150\n")
    kept = steps.begin_preview(kept, by=None, in_background=False)
    running.preview(kept.pk, kept.run)
    assert shelf.things == {}
    kept.refresh_from_db()
    planned = kept.counts
    kept = steps.begin_apply(kept, by=None, in_background=False)
    running.apply(kept.pk, kept.run)
    kept.refresh_from_db()
    assert set(shelf.things) == {"anvil", "feather"}
    assert kept.counts == planned
    assert {name: kept.counts[name] for name in ("created", "unchanged", "rejected", "marks")} == {
        "created": 2,
        "unchanged": 1,
        "rejected": 1,
        "marks": {"heavy": 2, "noted": 0},
    }
    assert b"".join(errors.content(kept)).decode() == (
        "Name,Weight,error,suggestion\nship,5000,Weight: Too heavy.,Cut it in two.\n"
    )
