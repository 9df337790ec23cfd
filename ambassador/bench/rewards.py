"""``intake.with_rewards``: what rewards cost the door; with it, approving very many of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal

from django.db.models import Count
from django.utils import timezone

from ambassador.bench.database import own_database, tidy
from ambassador.bench.lines import Line, line, seconds
from ambassador.demo import seeding
from ambassador.demo.recording import CHUNK, chunks, draft
from ambassador.demo.sales import Sale
from ambassador.demo.stage import Stage
from campaigns.models import Campaign
from core.events.log import SYSTEM
from orders import intake
from orders.models import Source
from orders.signals import orders_recorded
from rewards import moves
from rewards.models import Recipient, Reward, Rule, RuleVersion, Status
from rewards.signals import earn
from rewards.simulating import simulate

NAME = "intake.with_rewards"
_TARGET = 0.5
_BEFORE, _MOST = 10_000, 60_000
# Of each campaign: a share for the advocate, and once something for the customer, which has to remember.
_RULES = (
    ("Share", Recipient.ADVOCATE, {"kind": "percent", "value": Decimal(10)}),
    ("Welcome", Recipient.CUSTOMER, {"kind": "percent", "value": Decimal(5), "span": "first"}),
)


def bench(orders: int) -> Iterator[Line]:
    """Thirds of one market: without rewards, with the rules of every campaign, and without again."""
    with own_database():
        seeding.seed(seeding.market(min(orders, _BEFORE), 1))
        market = seeding.market(min(orders, _MOST), 2)
        stage = Stage(market)
        stage.set()
        sales = list(market.sales())
        stage.record_clicks(visit for sale in sales for visit in sale.visits)
        _promise()
        tidy()
        third = -(-len(sales) // 3)
        parts = [sales[at : at + third] for at in range(0, len(sales), third)]
        with _without_rewards():
            before = _record(parts[0])
        ours = len(parts[1]) / _record(parts[1])
        with _without_rewards():
            after = sum(map(_record, parts[2:]))
        bare = (len(sales) - len(parts[1])) / (before + after)
        yield line(NAME, "rows/s", ours, bare, target=_TARGET, better="higher")
        yield _simulated()
        waiting = Reward.objects.filter(status__in=[Status.PENDING, Status.FLAGGED])
        number = waiting.count()
        taken = seconds(lambda: moves.move_all(waiting, Status.APPROVED, actor=SYSTEM, source="bench"))
        yield line("rewards.approve", "rewards/s", number / taken, None, better="higher")


def _simulated() -> Line:
    """The rule that remembers, over every order of the largest campaign."""
    campaign = Campaign.objects.annotate(number=Count("orders")).order_by("-number").first()
    assert campaign is not None
    version = RuleVersion.objects.get(rule__campaign=campaign, rule__recipient=Recipient.CUSTOMER)
    span = (campaign.created_at, timezone.now())
    taken = seconds(lambda: simulate(version, *span))
    return line("rewards.simulate", "orders/s", campaign.orders.count() / taken, None, better="higher")


def _promise() -> None:
    for campaign in Campaign.objects.all():
        for name, recipient, said in _RULES:
            rule = Rule.objects.create(campaign=campaign, name=name, recipient=recipient)
            RuleVersion.objects.create(rule=rule, number=1, published_at=timezone.now(), **said)


def _record(sales: Sequence[Sale]) -> float:
    """Seconds that the door takes for ``sales``."""
    batches = [[draft(sale) for sale in some] for some in chunks(sales, CHUNK)]

    def record() -> None:
        for batch in batches:
            intake.record(batch, source=Source.API, actor=SYSTEM)

    return seconds(record)


@contextmanager
def _without_rewards() -> Iterator[None]:
    orders_recorded.disconnect(earn)
    try:
        yield
    finally:
        orders_recorded.connect(earn)
