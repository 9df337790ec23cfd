"""What a batch of orders makes of the books, before it is written."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from campaigns.terms import Reckoning
from core.events.log import Entry
from rewards.book import BookRule, Version
from rewards.ledger import Posting
from rewards.models import Reward
from rewards.sales import Placed


@dataclass(slots=True)
class Earned:
    """A reward to be made."""

    sale: Placed
    rule: BookRule
    version: Version
    reckoning: Reckoning
    inputs: dict[str, Any]
    amount: Decimal
    status: str
    reason: str
    due_at: dt.datetime | None

    @property
    def recipient_id(self) -> int:
        return self.sale.recipient(self.rule.pays_customer)


@dataclass
class Outcome:
    """Rewards to make and to change, and what earned nothing: (order, rule, reason)."""

    now: dt.datetime
    earned: list[Earned] = field(default_factory=list)
    changed: list[Reward] = field(default_factory=list)
    misses: list[tuple[int, int, str]] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    events: list[Entry] = field(default_factory=list)
