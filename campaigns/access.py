"""Who may see which campaign, and with it which orders, codes and attributions."""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet

from campaigns.models import Campaign, CampaignAccess
from core.accounts.models import ApiKey, Invitation, User
from core.events.log import Entry, actor_for, write

M = TypeVar("M", bound=Model)
_NOUNS: dict[type[Model], tuple[str, str]] = {
    User: ("user", "user"),
    ApiKey: ("api_key", "api_key"),
    Invitation: ("invitation", "invitation"),
}


def is_limited(who: Any) -> bool:
    """Whether ``who`` sees only some campaigns. Whoever is neither a user nor a key sees none.

    A key sees no more than its maker does today.
    """
    if isinstance(who, ApiKey) and who.created_by is not None and is_limited(who.created_by):
        return True
    return not getattr(who, "all_campaigns", False)


def campaign_ids(who: Any) -> QuerySet[CampaignAccess, int]:
    """The campaigns named for a limited ``who``, as a sub-query."""
    rows = CampaignAccess.objects.values_list("campaign_id", flat=True)
    if isinstance(who, User):
        return rows.filter(user=who)
    if isinstance(who, ApiKey):
        return _of_key(who, rows)
    if isinstance(who, Invitation):
        return rows.filter(invitation=who)
    return rows.none()


def visible_to(who: Any) -> QuerySet[Campaign]:
    """The campaigns that ``who`` may see."""
    return limit(Campaign.objects.all(), who, "pk")


def limit(rows: QuerySet[M], who: Any, path: str = "campaign") -> QuerySet[M]:
    """``rows`` whose campaign, at the end of ``path``, ``who`` may see.

    Rows without a campaign are for the unlimited only.
    """
    if not is_limited(who):
        return rows
    return rows.filter(**{f"{path}__in": campaign_ids(who)})


@transaction.atomic
def grant(
    seat: User | ApiKey | Invitation, *, all_campaigns: bool, campaigns: Iterable[Campaign], by: User
) -> None:
    """Let ``seat`` see all campaigns, or just these, from now on."""
    noun, column = _NOUNS[type(seat)]
    locked = type(seat)._default_manager.select_for_update(of=("self",)).get(pk=seat.pk)
    before = sorted(CampaignAccess.objects.filter(**{column: locked}).values_list("campaign__uid", flat=True))
    chosen = [] if all_campaigns else list(campaigns)
    CampaignAccess.objects.filter(**{column: locked}).exclude(campaign__in=chosen).delete()
    CampaignAccess.objects.bulk_create(
        [CampaignAccess(campaign=campaign, **{column: locked}) for campaign in chosen], ignore_conflicts=True
    )
    data = {
        "all_campaigns": [locked.all_campaigns, all_campaigns],
        "campaigns": [before, sorted(campaign.uid for campaign in chosen)],
    }
    locked.all_campaigns = all_campaigns
    locked.save(update_fields=["all_campaigns"])
    write([Entry("campaigns_limited", noun, locked.pk, data)], actor=actor_for(by), source="dashboard")


def _of_key(key: ApiKey, rows: QuerySet[CampaignAccess, int]) -> QuerySet[CampaignAccess, int]:
    maker = key.created_by
    if maker is None or not is_limited(maker):
        return rows.filter(api_key=key)
    of_maker = rows.filter(user=maker)
    return of_maker if key.all_campaigns else of_maker.filter(campaign__access__api_key=key)
