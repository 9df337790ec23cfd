"""Hands made-up sales to the door for orders, as the shops of the program would."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from ambassador.demo.sales import Sale
from ambassador.demo.stage import Stage
from core import money
from core.events.log import SYSTEM
from orders import intake
from orders.intake import OrderDraft, Planned, RefundDraft

CHUNK = 5_000


def draft(sale: Sale) -> OrderDraft:
    return OrderDraft(
        order_id=sale.order_id,
        customer_email=sale.buyer.email,
        customer_uid=sale.buyer.uid,
        customer_first_name=sale.buyer.first_name,
        customer_last_name=sale.buyer.last_name,
        revenue_amount=sale.amount,
        currency=sale.currency,
        campaign_uid=sale.campaign_uid,
        ordered_at=sale.at,
        claims=sale.claims,
        external_status=sale.external_status,
        hubspot_dealstage=sale.deal_stage,
        properties=sale.properties,
    )


def record(
    sales: Sequence[Sale], stage: Stage, *, source: str, imported_in: int | None = None, trials: int = 0
) -> list[Planned]:
    """The clicks that led to them, then the orders. ``trials``: one in so many is a trial."""
    stage.record_clicks(visit for sale in sales for visit in sale.visits)
    drafts = [draft(sale) for sale in sales]
    for one in drafts[::trials] if trials else ():
        one.is_test = True
    return intake.record(drafts, source=source, actor=SYSTEM, imported_in=imported_in)


def refund(sale: Sale, order_pk: int, *, source: str, until: dt.datetime) -> None:
    """What was taken back of ``sale``."""
    back = sale.taken_back
    assert back is not None
    amount = money.rounded(sale.amount * back.share, sale.currency)
    intake.refund(
        order_pk,
        RefundDraft(
            refund_id=f"R-{sale.order_id}",
            amount=amount,
            kind=back.kind,
            status=back.status,
            refunded_at=min(sale.at + back.after, until),
        ),
        source=source,
        actor=SYSTEM,
    )


def chunks(sales: Iterable[Sale], size: int = CHUNK) -> Iterator[list[Sale]]:
    rest = iter(sales)
    while chunk := list(islice(rest, size)):
        yield chunk


def outcomes(planned: Iterable[Planned]) -> Counter[str]:
    return Counter(str(one.outcome) for one in planned)
