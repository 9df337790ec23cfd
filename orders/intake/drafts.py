"""What a door hands in, and what it gets back."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from referrals.attribution import Claims, Verdict

NO_CLAIMS = Claims()


class Outcome(StrEnum):
    """What became of a draft. Every draft has exactly one."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one field (empty: with the whole), in words for whoever gave it.

    ``field`` is a field of :class:`OrderDraft`; a custom property is ``properties.NAME``. ``code`` is for
    programs. ``suggestion`` says how to mend it, where that is known.
    """

    field: str
    message: str
    code: str = "invalid"
    suggestion: str = ""


@dataclass(slots=True, kw_only=True)
class OrderDraft:
    """An order as a source tells it. Adapters translate into this; they decide nothing.

    None means that the source does not say: the fact of a known order stays, a new order gets the usual.
    An empty text says "none". ``properties`` holds raw values by property name; intake reads them.
    ``problems`` are those that the adapter met in translating; intake adds its own and rejects with all.
    ``is_test``: a trial, kept apart from lists and totals, and never rewarded.
    ``may_round``: excess decimals are rounded and counted, where the source is known to have them; otherwise
    they are refused. ``told_at`` is the source's own clock, where it has one: facts of an older telling never
    replace those of a newer one, in whatever order they arrive.
    """

    order_id: str = ""
    customer_email: str = ""
    customer_uid: str = ""
    customer_first_name: str = ""
    customer_last_name: str = ""
    revenue_amount: Decimal | None = None
    currency: str = ""
    campaign_uid: str = ""
    ordered_at: dt.datetime | None = None
    claims: Claims = NO_CLAIMS
    external_status: str | None = None
    hubspot_dealstage: str | None = None
    ip_address: str | None = None
    is_test: bool | None = None
    source_details: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    may_round: bool = False
    told_at: dt.datetime | None = None


@dataclass(slots=True)
class Planned:
    """A draft and what becomes of it, in preview and after recording alike.

    ``order_pk`` is the row it is about: known, or made by recording (None in a preview of a new one).
    ``differences`` are field → (stored, given): of an update what changes, of a conflict what disagrees.
    ``problems`` say why it is rejected, ``warnings`` what somebody should know although it went in.
    ``verdict`` is set where the order was decided on. ``customer_pk`` is None for a contact yet to be made.
    """

    draft: OrderDraft
    outcome: Outcome
    order_pk: int | None = None
    customer_pk: int | None = None
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    differences: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    verdict: Verdict | None = None
    amount: Decimal | None = None
    currency: str = ""
    is_rounded: bool = False
    is_new_contact: bool = False


@dataclass(slots=True, kw_only=True)
class RefundDraft:
    """A refund as a source tells it, keyed by the source's own ``refund_id``. The currency is the order's."""

    refund_id: str
    amount: Decimal
    kind: str = "refund"
    status: str = "succeeded"
    note: str = ""
    refunded_at: dt.datetime | None = None


class IntakeRefused(Exception):
    """A change to one order that cannot be made; ``problems`` say why, each at its field."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = list(problems)
