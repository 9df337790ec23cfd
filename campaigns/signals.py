"""What campaigns do when something happens below."""

from typing import Any

from django.db.models.signals import post_migrate
from django.dispatch import receiver

from campaigns.models import CampaignAccess, Program
from core.accounts.models import Invitation, User
from core.accounts.signals import invitation_accepted


@receiver(post_migrate)
def found_program(sender: Any, using: str, **_: Any) -> None:
    """The one row of the program is there from the first moment, so looking at a screen writes nothing."""
    if sender.name == "campaigns":
        Program.objects.using(using).get_or_create(pk=1)


@receiver(invitation_accepted)
def hand_over_campaigns(invitation: Invitation, user: User, **_: Any) -> None:
    """Who takes a limited seat sees the campaigns that the invitation named."""
    chosen = CampaignAccess.objects.filter(invitation=invitation).values_list("campaign_id", flat=True)
    CampaignAccess.objects.bulk_create(CampaignAccess(campaign_id=pk, user=user) for pk in chosen)
