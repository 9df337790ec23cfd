"""Making and changing campaigns, and moving them through their states: the same for every door."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from campaigns.models import Campaign
from campaigns.states import State, state_now
from core import money
from core.events.log import Actor, Entry, write
from core.locks import violated

FRAUD_RULES = ("self_referral", "same_company", "disposable_email", "ip_burst")
# What may be given and changed. The uid is given once.
FREE = (
    "name",
    "description",
    "landing_page",
    "currency",
    "starts_at",
    "ends_at",
    "window_days",
    "touch",
    *FRAUD_RULES,
)
EARLIEST, LATEST = 2000, 2199
TAKEN = "There is a campaign with this uid."


class StateRefused(ValueError):
    """A move that the campaign's state does not allow; the message says why."""


def check(facts: Mapping[str, Any], *, is_new: bool = False) -> None:
    """What the fields of the model cannot say themselves. Raises ValidationError, by field."""
    errors: dict[str, str] = {}
    uid, name = facts.get("uid"), facts.get("name")
    if is_new and uid and Campaign.objects.filter(uid__iexact=uid).exists():
        errors["uid"] = TAKEN
    if is_new and not uid and name and not _stem(name):
        errors["uid"] = "Give a uid: the name has no letters that it could be made of."
    for at in ("starts_at", "ends_at"):
        moment: dt.datetime | None = facts.get(at)
        if moment is not None and not EARLIEST <= moment.year <= LATEST:
            errors[at] = f"Give a year from {EARLIEST} to {LATEST}."
    starts, ends = facts.get("starts_at"), facts.get("ends_at")
    if starts is not None and ends is not None and ends <= starts:
        errors.setdefault("ends_at", "A campaign ends after it starts.")
    currency = facts.get("currency")
    if currency and currency not in money.currencies():
        errors["currency"] = f"“{currency[:20]}” is not a currency; use a three-letter code such as USD."
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def create(facts: Mapping[str, Any], *, by: Actor, source: str) -> Campaign:
    """A new campaign, a draft. Without a ``uid`` it gets one made from its name.

    Raises ValidationError, by field.
    """
    given = {name: facts[name] for name in ("uid", *FREE) if name in facts}
    check(given, is_new=True)
    given["uid"] = given.get("uid") or _free_uid(given.get("name", ""))
    campaign = Campaign(**given)
    campaign.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            campaign.save()
    except IntegrityError as error:
        if violated(error) not in {"campaign_uid_once", "campaigns_campaign_uid_key"}:
            raise
        raise ValidationError({"uid": TAKEN}) from None
    _note("campaign_created", campaign, by, source, {"uid": campaign.uid, "name": campaign.name})
    return campaign


@transaction.atomic
def change(campaign_id: int, facts: Mapping[str, Any], *, by: Actor, source: str) -> Campaign:
    """Set those facts of FREE that ``facts`` holds. Orders that are decided stay so.

    Raises ValidationError, by field.
    """
    campaign = _locked(campaign_id)
    before = {name: getattr(campaign, name) for name in FREE}
    changed = {name: facts[name] for name in FREE if name in facts and facts[name] != before[name]}
    if changed:
        for name, value in changed.items():
            setattr(campaign, name, value)
        check({name: getattr(campaign, name) for name in FREE})
        campaign.full_clean(validate_unique=False, validate_constraints=False)
        campaign.save(update_fields=list(changed))
        said = {name: [_json(before[name]), _json(value)] for name, value in changed.items()}
        _note("campaign_changed", campaign, by, source, {"changed": said})
    return campaign


@transaction.atomic
def launch(campaign_id: int, *, by: Actor, source: str) -> Campaign:
    """Codes and clicks count from now on, or from the start that the campaign names."""
    campaign = _locked(campaign_id, State.DRAFT)
    now = timezone.now()
    if campaign.ends_at is not None and campaign.ends_at <= now:
        raise StateRefused("Its end lies in the past. Change that first.")
    campaign.launched_at = now
    return _moved("campaign_launched", campaign, ["launched_at"], by, source)


@transaction.atomic
def pause(campaign_id: int, *, by: Actor, source: str) -> Campaign:
    """New codes and clicks stop counting; who was referred already stays referred."""
    campaign = _locked(campaign_id, State.ACTIVE)
    campaign.paused_from, campaign.paused_until = timezone.now(), None
    return _moved("campaign_paused", campaign, ["paused_from", "paused_until"], by, source)


@transaction.atomic
def resume(campaign_id: int, *, by: Actor, source: str) -> Campaign:
    campaign = _locked(campaign_id, State.PAUSED)
    campaign.paused_until = timezone.now()
    return _moved("campaign_resumed", campaign, ["paused_until"], by, source)


@transaction.atomic
def end(campaign_id: int, *, by: Actor, source: str) -> Campaign:
    """Like a pause, for good; a later end date opens it again."""
    campaign = _locked(campaign_id, State.ACTIVE, State.PAUSED)
    campaign.ends_at = timezone.now()
    return _moved("campaign_ended", campaign, ["ends_at"], by, source)


def _free_uid(name: str) -> str:
    """``Spring friends`` → ``spring-friends``, with a number behind it where that is taken."""
    stem = _stem(name)
    taken = {
        uid.lower() for uid in Campaign.objects.filter(uid__istartswith=stem).values_list("uid", flat=True)
    }
    return next(uid for n in range(len(taken) + 1) if (uid := f"{stem}-{n + 1}" if n else stem) not in taken)


def _stem(name: str) -> str:
    return slugify(name)[:50].strip("-_")


def _locked(campaign_id: int, *states: State) -> Campaign:
    """The campaign, locked, and in one of ``states`` where those are given."""
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    state = state_now(campaign)
    if states and state not in states:
        raise StateRefused(f"This campaign is {state.label.lower()} now.")
    return campaign


def _moved(kind: str, campaign: Campaign, fields: list[str], by: Actor, source: str) -> Campaign:
    campaign.save(update_fields=fields)
    _note(kind, campaign, by, source, {})
    return campaign


def _note(kind: str, campaign: Campaign, by: Actor, source: str, data: dict[str, Any]) -> None:
    write([Entry(kind, "campaign", campaign.pk, data)], actor=by, source=source)


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else value
