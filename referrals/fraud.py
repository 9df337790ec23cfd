"""What may be wrong with a referral that a claim would make: each suspicion by the campaign's own rule.

A rule blocks the claim (the next one is looked at), flags what it makes (rewards wait for a person), or
allows it. What has several suspicions is treated by the strictest rule. Pure over what was looked up.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from campaigns.models import Campaign, FraudRule
from referrals.domains import domain_of, is_disposable, is_free_mail
from referrals.evidence import Evidence, Neighbour

SELF_REFERRAL, SAME_ADDRESS = "self_referral", "same_address"
SAME_COMPANY, DISPOSABLE_EMAIL, IP_BURST = "same_company", "disposable_email", "ip_burst"
SUSPICIONS = (SELF_REFERRAL, SAME_ADDRESS, SAME_COMPANY, DISPOSABLE_EMAIL, IP_BURST)
# So many other customers of one advocate, from one address within a day, are a burst.
BURST = 5
BURST_TIME = dt.timedelta(days=1)
# What more customers than this share is an office, a carrier or the shop's own server, and proves nothing.
HOUSEHOLD = 3
# How far back the orders from an address are looked at.
LOOK_BACK = dt.timedelta(days=30)


def suspicions(
    advocate_id: int, customer_id: int, at: dt.datetime, ip: str, campaign: Campaign, evidence: Evidence
) -> Iterator[tuple[str, str]]:
    """(suspicion, what to do) of each that is not allowed."""
    for suspicion, rule in _found(advocate_id, customer_id, at, ip, campaign, evidence):
        if rule != FraudRule.ALLOW:
            yield suspicion, rule


def _found(
    advocate_id: int, customer_id: int, at: dt.datetime, ip: str, campaign: Campaign, evidence: Evidence
) -> Iterator[tuple[str, str]]:
    emails = [evidence.email_of(advocate_id), evidence.email_of(customer_id)]
    if advocate_id == customer_id or is_one_mailbox(*emails):
        yield SELF_REFERRAL, campaign.self_referral
    elif ip and _buys_from(advocate_id, customer_id, at, evidence.neighbours.get(ip, ())):
        # An address alone proves nobody to be somebody else: the strictest it can do is to flag.
        weak = FraudRule.FLAG if campaign.self_referral == FraudRule.BLOCK else campaign.self_referral
        yield SAME_ADDRESS, weak
    domains = [domain_of(email) for email in emails]
    if (
        domains[0]
        and domains[0] == domains[1]
        and advocate_id != customer_id
        and not is_free_mail(domains[0])
    ):
        yield SAME_COMPANY, campaign.same_company
    if is_disposable(domains[1]):
        yield DISPOSABLE_EMAIL, campaign.disposable_email
    if ip and is_burst(advocate_id, customer_id, at, campaign.pk, evidence.neighbours.get(ip, ())):
        yield IP_BURST, campaign.ip_burst


def is_one_mailbox(first: str, second: str) -> bool:
    return bool(first and second) and plain_email(first) == plain_email(second)


def plain_email(email: str) -> str:
    """``Mia.Keller+shop@Example.com`` → ``miakeller@example.com``: as mailboxes commonly see it."""
    local, _, domain = email.lower().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def is_burst(
    advocate_id: int, customer_id: int, at: dt.datetime, campaign_id: int, neighbours: Iterable[Neighbour]
) -> bool:
    """Whether many other customers ordered through the advocate from the same address just before."""
    others = {
        one.customer_id
        for one in _before(neighbours, at, BURST_TIME)
        if (one.advocate_id, one.campaign_id) == (advocate_id, campaign_id) and one.customer_id != customer_id
    }
    return len(others) >= BURST


def _buys_from(advocate_id: int, customer_id: int, at: dt.datetime, neighbours: Iterable[Neighbour]) -> bool:
    """Whether the advocate ordered from the address, which only a household uses."""
    customers = {one.customer_id for one in _before(neighbours, at, LOOK_BACK)} | {customer_id}
    return advocate_id in customers and len(customers) <= HOUSEHOLD


def _before(neighbours: Iterable[Neighbour], at: dt.datetime, time: dt.timedelta) -> Iterator[Neighbour]:
    for one in neighbours:
        if at - time < one.ordered_at <= at:
            yield one
