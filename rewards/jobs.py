"""Background work of rewards: approving what is due, and moving more than anybody waits for."""

import structlog
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from core.accounts.models import User
from core.events.log import actor_for
from rewards import catching_up, moves
from rewards.choosing import chosen
from rewards.models import Status

log = structlog.get_logger(__name__)


@app.periodic(cron="*/5 * * * *")
@app.task(name="rewards.approve_due", queueing_lock="rewards.approve_due")
def approve_due(timestamp: int) -> None:
    """Approve every reward whose hold is over and that nothing holds back."""
    moved = moves.approve_due()
    if moved.done:
        log.info("rewards_approved", number=len(moved.done))


@app.task(name="rewards.move", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def move_chosen(query: str, ids: list[int], upto: int, to: str, reason: str, user_id: int) -> None:
    """What somebody confirmed for more rewards than fit a request. Repeated, it finds fewer left to move."""
    user = User.objects.get(pk=user_id)
    rows = chosen(query, ids, upto, user)
    moved = moves.move_all(rows, Status(to), actor=actor_for(user), source="dashboard", reason=reason)
    log.info("rewards_moved", to=to, done=len(moved.done), refused=len(moved.refused))


@app.task(name="rewards.catch_up", retry=RetryStrategy(max_attempts=5, exponential_wait=3))
def catch_up(campaign_id: int, user_id: int) -> None:
    """Let earlier orders of a campaign earn. Repeated, it finds fewer left to do."""
    actor = actor_for(User.objects.get(pk=user_id))
    made = catching_up.catch_up(campaign_id, actor=actor, source="dashboard")
    log.info("rewards_caught_up", campaign=campaign_id, made=made)
