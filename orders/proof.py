"""The proof that decisions on who referred whom were not changed afterwards, not even in the database.

Each decision is sealed by a hash over what it says and over the seal before it. So one that is changed, taken
away or put in between breaks its link and shows which one it is. Nobody who records an order waits for this:
a job seals what was committed. Personal values are not sealed, so erasing them breaks nothing.

A late commit may have a lower id than what is sealed already, so the chain goes by numbers of its own.
"""

import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from core.events.log import settled
from orders.models import Decision, ProofCheck, Seal

GENESIS = bytes(32)
CHUNK = 2_000
# One sealer at a time: it waits for the other instead of meeting it at the same number.
_LOCK = 6_301_874
_COLUMNS = ("pk", "order_id", "at", "reason", "referral_attribution_id", "decided_by", "trace")
_SEAL = """
    UPDATE orders_decision AS d SET sealed_as = v.number, link = v.link
    FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS v (id, number, link)
    WHERE d.id = v.id AND d.sealed_as IS NULL
"""
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Proof:
    """What going through the chain found. ``links`` hold; ``broken`` says what is wrong with the next."""

    links: int
    broken: str = ""
    order_pk: int | None = None


def seal_all() -> int:
    """Seal every decision that was committed and is not sealed yet; how many that were."""
    sealed = 0
    while number := _seal_some():
        sealed += number
    return sealed


@transaction.atomic
def _seal_some() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = Seal.objects.order_by("-number").first()
    number, link = (last.number, bytes(last.link)) if last else (0, GENESIS)
    rows = list(
        settled(Decision.objects.filter(sealed_as=None)).order_by("pk").values_list(*_COLUMNS)[:CHUNK]
    )
    if not rows:
        return 0
    links = []
    for row in rows:
        link = link_of(link, row)
        links.append(link)
    last_number = number + len(rows)
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, [[row[0] for row in rows], list(range(number + 1, last_number + 1)), links])
    Seal.objects.create(number=last_number, link=link)
    return len(rows)


def link_of(before: bytes, row: Sequence[Any]) -> bytes:
    """The link of a decision: over the link before it and everything that the decision says."""
    pk, order_id, at, reason, attribution_id, decided_by, trace = row
    said = [pk, order_id, at.astimezone(dt.UTC).isoformat(), reason, attribution_id, decided_by, trace]
    return hashlib.sha256(before + _encode(said).encode()).digest()


def check() -> Proof:
    """Go through the whole chain, from the first decision on, until one does not hold. It only reads."""
    seals = dict(Seal.objects.values_list("number", "link"))
    before, number = GENESIS, 0
    for *row, sealed_as, link in _chain():
        number += 1
        pk, order_pk = row[0], row[1]
        if sealed_as != number:
            return Proof(number - 1, f"Link {number:,} is missing: its decision was taken away.", order_pk)
        before = link_of(before, row)
        if bytes(link) != before:
            words = f"Link {number:,} does not hold: decision {pk} on order {order_pk} was changed."
            return Proof(number - 1, words, order_pk)
        kept = seals.pop(number, None)
        if kept is not None and bytes(kept) != before:
            return Proof(number - 1, f"The seal kept at link {number:,} is another one.", order_pk)
    if seals:
        return Proof(number, f"The chain ends at {number:,}, and was sealed up to {max(seals):,} before.")
    return Proof(number)


def check_and_keep() -> ProofCheck:
    """:func:`check`, and a note of what it found, for the screen."""
    began = time.monotonic()
    found = check()
    return ProofCheck.objects.create(
        links=found.links,
        broken=found.broken,
        order_id=found.order_pk if found.broken else None,
        seconds=round(time.monotonic() - began, 3),
    )


def waiting() -> int:
    """How many decisions are yet to be sealed."""
    return Decision.objects.filter(sealed_as=None).count()


def _chain() -> Iterator[tuple[Any, ...]]:
    rows = Decision.objects.filter(sealed_as__isnull=False).order_by(F("sealed_as"))
    yield from rows.values_list(*_COLUMNS, "sealed_as", "link").iterator(chunk_size=CHUNK)
