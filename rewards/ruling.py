"""Making rules, drafting their next version, publishing it, stopping them: the same for every door."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from campaigns import terms
from campaigns.models import Campaign
from core.events.log import Actor, Entry, write
from core.listing.state import OWN
from core.properties.definitions import definitions
from core.properties.models import PropertyType
from orders.models import Order
from rewards.models import Rule, RuleVersion
from rewards.sales import filters_of

# What a version says and a draft may change.
SAID = (
    *("kind", "value", "currency", "span", "span_length", "minimum", "ladder", "tiers", "order_limit"),
    *("advocate_limit", "customer_limit", "budget", "quantity_property", "conditions", "hold_days"),
    *("approval", "starts_at"),
)


class RuleRefused(ValueError):
    """Something that a rule's state does not allow; the message says why."""


@transaction.atomic
def create(
    campaign: Campaign, name: str, recipient: str, said: Mapping[str, Any], *, by: Actor, source: str
) -> Rule:
    """A new rule with a first draft. It earns nothing until that is published. Raises ValidationError."""
    rule = Rule(campaign=campaign, name=name, recipient=recipient)
    rule.full_clean()
    draft = _checked(RuleVersion(rule=rule, number=1), said)
    rule.save()
    draft.save()
    data = {"campaign": campaign.pk, "name": name, "recipient": recipient}
    write([Entry("rule_created", "rule", rule.pk, data)], actor=by, source=source)
    return rule


@transaction.atomic
def save_draft(rule_pk: int, name: str, said: Mapping[str, Any], *, by: Actor, source: str) -> RuleVersion:
    """Change the draft, or begin one; what is published goes on until that is. Raises ValidationError."""
    rule = _held(rule_pk)
    draft = draft_of(rule)
    _checked(draft, said)
    draft.rule = rule
    draft.save()
    if name != rule.name:
        renamed = [rule.name, name]
        rule.name = name
        rule.full_clean()
        rule.save(update_fields=["name"])
        write([Entry("rule_renamed", "rule", rule.pk, {"name": renamed})], actor=by, source=source)
    return draft


def draft_of(rule: Rule) -> RuleVersion:
    """The rule's draft; where there is none, a new one that says what the latest version says."""
    latest = rule.versions.order_by("-number").first()
    if latest is None:
        return RuleVersion(rule=rule, number=1)
    if latest.is_draft:
        return latest
    said = {name: getattr(latest, name) for name in SAID if name != "starts_at"}
    return RuleVersion(rule=rule, number=latest.number + 1, **said)


@transaction.atomic
def publish(rule_pk: int, *, by: Actor, source: str) -> RuleVersion:
    """Let the draft count. What was earned stays as it is: each reward keeps its own version.

    A first version that names no start counts for all orders of the campaign, a later one for those placed
    from now on.
    """
    rule = _held(rule_pk)
    draft = rule.versions.filter(published_at__isnull=True).first()
    if draft is None:
        raise RuleRefused("There is no draft to publish.")
    check(draft)
    now = timezone.now()
    if draft.starts_at is None and draft.number > 1:
        draft.starts_at = now
    draft.published_at = now
    draft.save(update_fields=["starts_at", "published_at"])
    data = {"version": draft.number, "starts_at": draft.starts_at.isoformat() if draft.starts_at else None}
    write([Entry("rule_published", "rule", rule.pk, data)], actor=by, source=source)
    return draft


@transaction.atomic
def discard(rule_pk: int, *, by: Actor, source: str) -> None:
    """Forget the draft of a rule that has a published version."""
    rule = _held(rule_pk)
    drafts = rule.versions.filter(published_at__isnull=True)
    if not rule.versions.filter(published_at__isnull=False).exists():
        raise RuleRefused("A rule is not without a version; change the draft instead.")
    drafts.delete()


@transaction.atomic
def stop(rule_pk: int, *, by: Actor, source: str) -> Rule:
    """Orders placed from now on earn nothing by it. What was earned stays."""
    rule = _held(rule_pk)
    if rule.stopped_at is not None:
        raise RuleRefused("It is stopped already.")
    rule.stopped_at = timezone.now()
    rule.save(update_fields=["stopped_at"])
    write([Entry("rule_stopped", "rule", rule.pk, {})], actor=by, source=source)
    return rule


def check(version: RuleVersion) -> None:
    """Raises ValidationError, by field."""
    errors = terms.problems(version.terms())
    if words := wrong_conditions(version.conditions):
        errors["conditions"] = words
    if words := _wrong_property(version.quantity_property):
        errors["quantity_property"] = words
    if errors:
        raise ValidationError({_FIELDS.get(name, name): words for name, words in errors.items()})


_FIELDS = {"by_quantity": "quantity_property"}


def tidy_conditions(text: str) -> str:
    """The filters in an address of the Orders table: all of it or what follows the question mark."""
    query = text.strip().rpartition("?")[2].partition("#")[0]
    params = QueryDict(query, mutable=True)
    for name in [name for name in params if name in OWN and name != "q"]:
        del params[name]
    return params.urlencode(safe=",:@")


def wrong_conditions(conditions: str) -> str:
    """What is wrong with them, in words."""
    if not conditions:
        return ""
    filters = filters_of(conditions, Order.objects.none())
    known = {one.parameter for one in filters.conditions}
    unknown = [name for name in QueryDict(conditions) if name not in known]
    if unknown:
        return f"“{unknown[0][:40]}” is no filter of the Orders table."
    return next(iter(filters.errors.values()), "")


def conditions_in_words(conditions: str) -> list[str]:
    return [chip.words for chip in filters_of(conditions, Order.objects.none()).chips] if conditions else []


def _wrong_property(name: str) -> str:
    if not name:
        return ""
    found = next((one for one in definitions("order") if one.name == name), None)
    if found is None or found.type != PropertyType.INTEGER:
        return "There is no order property of whole numbers with this name."
    return ""


def _checked(draft: RuleVersion, said: Mapping[str, Any]) -> RuleVersion:
    for name in SAID:
        if name in said:
            setattr(draft, name, said[name])
    draft.clean_fields(exclude=["rule", "number"])
    check(draft)
    return draft


def _held(rule_pk: int) -> Rule:
    return Rule.objects.select_for_update().get(pk=rule_pk)
