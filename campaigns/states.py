"""What a campaign's dates amount to at this moment, in Python and in SQL alike.

The rule of attribution knows four states (:meth:`campaigns.models.Campaign.state_at`). People also want to
tell a draft from a campaign that is launched and waits for its start.
"""

from django.db import models
from django.db.models import Case, CharField, Q, Value, When
from django.db.models.functions import Now

from campaigns.models import Campaign


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"


TONES = {
    State.DRAFT: "",
    State.SCHEDULED: "accent",
    State.ACTIVE: "good",
    State.PAUSED: "warn",
    State.ENDED: "",
}

_PAUSED = Q(paused_from__lte=Now()) & (Q(paused_until=None) | Q(paused_until__gt=Now()))
STATE_NOW = Case(
    When(launched_at=None, then=Value(State.DRAFT.value)),
    When(starts_at__gt=Now(), then=Value(State.SCHEDULED.value)),
    When(ends_at__lte=Now(), then=Value(State.ENDED.value)),
    When(_PAUSED, then=Value(State.PAUSED.value)),
    default=Value(State.ACTIVE.value),
    output_field=CharField(),
)


def state_now(campaign: Campaign) -> State:
    state = State(campaign.state)
    return State.SCHEDULED if state == State.DRAFT and campaign.launched_at else state
