"""What the made-up program promises, and how far its rewards have come: approved, paid, doubted, refused."""

from decimal import Decimal
from typing import Any

from campaigns.models import Campaign
from core.events.log import SYSTEM
from rewards import moves, paying, ruling
from rewards.models import Reward, Status

_SOURCE = "dashboard"
_PERCENT, _FLAT = {"kind": "percent"}, {"kind": "flat"}
# By campaign: name of the rule, whom it pays, what it says.
_PROMISES: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "friends": (
        (
            *("A share for the friend who sent them", "advocate"),
            {
                **_PERCENT,
                "value": Decimal(10),
                "ladder": "orders",
                "tiers": [["25", "12"], ["100", "15"]],
            },
        ),
        (
            *("Welcome", "customer"),
            {**_FLAT, "value": Decimal(5), "currency": "USD", "span": "first", "minimum": Decimal(30)},
        ),
    ),
    "anniversary": (
        (
            *("Anniversary share", "advocate"),
            {
                **_PERCENT,
                "value": Decimal(8),
                "currency": "EUR",
                "order_limit": Decimal(40),
                "budget": Decimal(3000),
            },
        ),
    ),
    "partners": (
        (
            *("Finder’s fee", "advocate"),
            {
                **_FLAT,
                "value": Decimal(45),
                "currency": "GBP",
                "minimum": Decimal(250),
                "span": "months",
                "span_length": 12,
                "approval": "manual",
            },
        ),
    ),
    "tokyo": (
        (
            *("Opening gift", "advocate"),
            {**_FLAT, "value": Decimal(500), "currency": "JPY", "span": "first_n", "span_length": 3},
        ),
    ),
}


def promise() -> None:
    """The rules of every campaign, published: orders that come in from now on earn."""
    campaigns = {campaign.uid: campaign for campaign in Campaign.objects.all()}
    for uid, rules in _PROMISES.items():
        for name, recipient, said in rules:
            rule = ruling.create(campaigns[uid], name, recipient, said, by=SYSTEM, source=_SOURCE)
            ruling.publish(rule.pk, by=SYSTEM, source=_SOURCE)


def let_live() -> None:
    """What is due is approved; older runs are paid, one payout failed, the latest is on its way."""
    moves.approve_due()
    manual = Reward.objects.filter(status=Status.PENDING, due_at=None).order_by("pk")
    keys = list(manual.values_list("pk", flat=True))
    _move(keys[: len(keys) // 2], Status.APPROVED)
    pending = Reward.objects.filter(status=Status.PENDING).order_by("-pk").values_list("pk", flat=True)
    _move(list(pending[3:6]), Status.FLAGGED, "Many orders from one address in one night.")
    _move(list(pending[9:11]), Status.DENIED, "They ordered for themselves.")
    for currency in ("USD", "EUR"):
        _pay(currency)


def _pay(currency: str) -> None:
    try:
        run = paying.start(currency, Decimal(25), by=SYSTEM, source=_SOURCE)
    except paying.PayoutRefused:
        return
    keys = list(run.payouts.order_by("-amount").values_list("pk", flat=True))
    if currency == "USD":
        paying.settle_failed(keys[-1:], "The account was closed.", by=SYSTEM, source=_SOURCE)
        paying.settle_paid(keys[:-1], "Bank transfer", by=SYSTEM, source=_SOURCE)


def _move(keys: list[int], to: Status, reason: str = "") -> None:
    if keys:
        moves.move(keys, to, actor=SYSTEM, source=_SOURCE, reason=reason)
