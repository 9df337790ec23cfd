"""Moves a reward to whom it belongs, without rewriting anything: one is taken back, another is made."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils import timezone

from core import money
from core.accounts.models import User
from core.events.log import Actor, Entry, actor_for
from core.locks import violated
from referrals.models import Contact
from rewards import ledger
from rewards.accrual import held
from rewards.ledger import HOME
from rewards.models import Correction, Policy, Reward, Status
from rewards.outcome import Outcome
from rewards.writing import write

LONGEST_REASON = 500
MOVED = "moved"


class CorrectionRefused(ValueError):
    """A correction that cannot be made; the message says why."""


def needs_two() -> bool:
    return Policy.objects.filter(pk=1, corrections_need_two=True).exists()


@transaction.atomic
def ask(reward_pk: int, to: Contact, reason: str, *, by: User, source: str) -> Correction:
    """Ask for a reward to be moved; done at once where nobody else has to look. Raises CorrectionRefused."""
    words = " ".join(reason.replace("\0", "").split())[:LONGEST_REASON]
    if not words:
        raise CorrectionRefused("Say why, for whoever looks at it later.")
    reward = Reward.objects.select_related("moved_to", "recipient").get(pk=reward_pk)
    _check(reward, to)
    try:
        with transaction.atomic():
            asked = Correction.objects.create(reward=reward, to=to, reason=words, asked_by=by)
    except IntegrityError as error:
        if violated(error) != "correction_waits_once":
            raise
        raise CorrectionRefused("A correction of this reward waits already.") from None
    if not needs_two():
        _decide(asked, Correction.Status.DONE, by, source)
    return asked


@transaction.atomic
def confirm(correction_pk: int, *, by: User, source: str) -> Correction:
    """Do what somebody else asked for. Raises CorrectionRefused."""
    asked = Correction.objects.select_for_update().get(pk=correction_pk)
    if asked.status != Correction.Status.WAITING:
        raise CorrectionRefused("It is decided already.")
    if asked.asked_by_id == by.pk:
        raise CorrectionRefused("Somebody else has to confirm what you asked for.")
    _decide(asked, Correction.Status.DONE, by, source)
    return asked


@transaction.atomic
def refuse(correction_pk: int, *, by: User, source: str) -> Correction:
    """Leave the reward where it is."""
    asked = Correction.objects.select_for_update().get(pk=correction_pk)
    if asked.status != Correction.Status.WAITING:
        raise CorrectionRefused("It is decided already.")
    _decide(asked, Correction.Status.REFUSED, by, source)
    return asked


def _decide(asked: Correction, status: Correction.Status, by: User, source: str) -> None:
    if status == Correction.Status.DONE:
        _move(asked, actor_for(by), source)
    asked.status, asked.decided_at, asked.decided_by = status, timezone.now(), by
    asked.save(update_fields=["status", "decided_at", "decided_by"])


def _check(reward: Reward, to: Contact) -> None:
    if hasattr(reward, "moved_to"):
        raise CorrectionRefused("It was moved already.")
    if reward.status == Status.DENIED:
        raise CorrectionRefused("It is denied; there is nothing to move.")
    if to.pk == reward.recipient_id:
        raise CorrectionRefused("It belongs to them already.")
    if to.erased_at is not None or to.merged_into_id is not None or to.status == Contact.Status.BANNED:
        raise CorrectionRefused("This person cannot be paid.")
    if Reward.objects.filter(order=reward.order_id, rule=reward.rule_id, recipient=to).exists():
        raise CorrectionRefused("They have a reward for this order already.")


def _move(asked: Correction, actor: Actor, source: str) -> None:
    ledger.moving()
    (reward,) = held(Reward.objects.filter(pk=asked.reward_id))
    _check(reward, asked.to)
    outcome, worth, earned = Outcome(timezone.now()), reward.worth, reward.earned
    home = HOME[Status(reward.status)]
    outcome.postings += ledger.change(
        MOVED, home, -worth, reward.currency, reward.recipient_id, reward.pk, asked.reason
    )
    reward.earned = Decimal(0)
    if reward.is_paid:
        reward.corrected -= worth
    else:
        reward.status, reward.reason, reward.amount = Status.DENIED, MOVED, Decimal(0)
        reward.approved_at = None
    outcome.changed.append(reward)
    made = _made(reward, asked.to, earned, worth)
    outcome.postings += ledger.change(
        MOVED, HOME[Status.PENDING], worth, reward.currency, asked.to_id, made.pk, asked.reason
    )
    data = {
        "order": reward.order_id,
        "from": reward.recipient_id,
        "to": asked.to_id,
        "amount": money.plain(worth, reward.currency),
        "currency": reward.currency,
        "reason": asked.reason,
    }
    outcome.events += [Entry("reward_moved", "reward", one.pk, data) for one in (reward, made)]
    write(outcome, actor=actor, source=source)


def _made(reward: Reward, to: Contact, earned: Decimal, worth: Decimal) -> Reward:
    """The reward that stands in for ``reward``, to be approved as any other."""
    return Reward.objects.create(
        order_id=reward.order_id,
        rule_id=reward.rule_id,
        version_id=reward.version_id,
        recipient=to,
        campaign_id=reward.campaign_id,
        advocate_id=reward.advocate_id,
        customer_id=reward.customer_id,
        currency=reward.currency,
        revenue=reward.revenue,
        earned=earned,
        amount=worth,
        inputs=reward.inputs,
        due_at=reward.due_at,
        moved_from=reward,
    )
