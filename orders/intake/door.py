"""What holds for one call of the door, whatever comes through it: who, from where, with which policies."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from campaigns.access import campaign_ids, is_limited
from campaigns.models import Campaign
from campaigns.program import program
from core.events.log import SYSTEM, Actor
from core.properties.definitions import definitions
from core.properties.models import PropertyDefinition
from orders.models import Source

# These tell what a shop has, not what somebody typed: they are believed, and what is odd waits for a look.
INTEGRATIONS = frozenset({Source.HUBSPOT, Source.SALESFORCE, Source.SHOPIFY, Source.STRIPE})
ON_EXISTING = ("update", "skip", "fail")
ON_ERROR = ("none", "valid")


@dataclass(frozen=True, slots=True)
class Door:
    """``allowed`` are the ids of the campaigns that the caller may touch; None: all, and orders of none."""

    source: str
    actor: Actor
    allowed: frozenset[int] | None
    on_existing: str
    on_error: str
    enrol_missing: bool
    imported_in: int | None
    now: dt.datetime
    campaigns: Mapping[int, Campaign]
    by_uid: Mapping[str, Campaign]
    currency: str
    properties: Mapping[str, PropertyDefinition]
    required: tuple[PropertyDefinition, ...]

    @classmethod
    def open(
        cls,
        source: str,
        *,
        actor: Actor = SYSTEM,
        who: Any = None,
        on_existing: str = "update",
        on_error: str = "valid",
        enrol_missing: bool = False,
        imported_in: int | None = None,
    ) -> "Door":
        """Three small queries, however many orders follow. Raises ValueError for an unknown policy."""
        if on_existing not in ON_EXISTING or on_error not in ON_ERROR or source not in Source.values:
            raise ValueError(f"No such policy or source: {on_existing!r}, {on_error!r}, {source!r}.")
        campaigns = Campaign.objects.in_bulk()
        properties = definitions("order")
        limited = who is not None and is_limited(who)
        return cls(
            source=source,
            actor=actor,
            allowed=frozenset(campaign_ids(who)) if limited else None,
            on_existing=on_existing,
            on_error=on_error,
            enrol_missing=enrol_missing,
            imported_in=imported_in,
            now=timezone.now(),
            campaigns=campaigns,
            by_uid={campaign.uid.lower(): campaign for campaign in campaigns.values()},
            currency=program().currency,
            properties={one.name: one for one in properties},
            required=tuple(one for one in properties if one.required),
        )

    @property
    def is_integration(self) -> bool:
        return self.source in INTEGRATIONS

    def admits(self, campaign_id: int | None) -> bool:
        return self.allowed is None or campaign_id in self.allowed

    def currency_of(self, campaign_id: int | None) -> str:
        """For an order that names none."""
        campaign = self.campaigns.get(campaign_id) if campaign_id is not None else None
        return (campaign.currency if campaign else "") or self.currency
