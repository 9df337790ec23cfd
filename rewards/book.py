"""The published rules of some campaigns, as an order meets them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from campaigns.models import Campaign
from campaigns.terms import Terms
from rewards.models import Approval, Recipient, RuleVersion


@dataclass(frozen=True, slots=True)
class Version:
    pk: int
    number: int
    terms: Terms
    starts_at: dt.datetime | None
    conditions: str
    quantity_property: str
    hold_days: int
    approves_itself: bool

    @classmethod
    def of(cls, row: RuleVersion) -> "Version":
        return cls(
            pk=row.pk,
            number=row.number,
            terms=row.terms(),
            starts_at=row.starts_at,
            conditions=row.conditions,
            quantity_property=row.quantity_property,
            hold_days=row.hold_days,
            approves_itself=row.approval == Approval.AUTOMATIC,
        )


@dataclass(slots=True)
class BookRule:
    """``versions`` are the newest first."""

    pk: int
    campaign_id: int
    pays_customer: bool
    stopped_at: dt.datetime | None
    versions: list[Version] = field(default_factory=list)

    def at(self, moment: dt.datetime) -> Version | None:
        """The version in force for an order placed at ``moment``."""
        if self.stopped_at is not None and moment >= self.stopped_at:
            return None
        for version in self.versions:
            if version.starts_at is None or version.starts_at <= moment:
                return version
        return None

    @property
    def remembers(self) -> bool:
        return any(version.terms.remembers for version in self.versions)


@dataclass
class Book:
    campaigns: dict[int, Campaign]
    by_campaign: dict[int, list[BookRule]]

    def of(self, campaign_id: int) -> list[BookRule]:
        return self.by_campaign.get(campaign_id, [])

    @cached_property
    def rules(self) -> dict[int, BookRule]:
        return {rule.pk: rule for rules in self.by_campaign.values() for rule in rules}

    @cached_property
    def versions(self) -> dict[int, Version]:
        return {version.pk: version for rule in self.rules.values() for version in rule.versions}


def read_book(campaign_ids: Collection[int]) -> Book:
    """Two queries, however many campaigns."""
    rows = (
        RuleVersion.objects.filter(rule__campaign__any_of=sorted(campaign_ids), published_at__isnull=False)
        .select_related("rule")
        .order_by("rule_id", "-number")
    )
    rules: dict[int, BookRule] = {}
    by_campaign: dict[int, list[BookRule]] = {}
    for row in rows:
        rule = rules.get(row.rule_id)
        if rule is None:
            pays_customer = row.rule.recipient == Recipient.CUSTOMER
            rule = BookRule(row.rule_id, row.rule.campaign_id, pays_customer, row.rule.stopped_at)
            rules[rule.pk] = rule
            by_campaign.setdefault(rule.campaign_id, []).append(rule)
        rule.versions.append(Version.of(row))
    campaigns = Campaign.objects.in_bulk(sorted(by_campaign)) if by_campaign else {}
    return Book(campaigns, by_campaign)
