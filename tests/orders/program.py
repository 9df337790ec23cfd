"""A small program for tests of orders: two campaigns, two advocates, a customer who was never referred."""

import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

from django.test import Client

from campaigns.models import Campaign
from core.events.log import SYSTEM
from core.events.models import Event
from orders import intake
from orders.intake import OrderDraft, Planned
from orders.models import Order
from referrals.models import Contact
from tests import factories

HIDDEN = re.compile(r'<input type="hidden" name="(seen-[^"]+|token)" value="([^"]*)"')
SHOWN = re.compile(r'<input type="(?:text|datetime-local)" name="([^"]+)" value="([^"]*)"')
CHOSEN = re.compile(r'<select name="([^"]+)"[^§]*?<option value="([^"]*)" selected')
ERRORS = re.compile(r'<ul class="errorlist" id="id_([\w.]+)_error">(.*?)</ul>', re.DOTALL)


@dataclass(frozen=True)
class Program:
    """Ines refers in Spring with INES10, Tom in Winter with TOM5 (Winter counts in euros). Nora buys."""

    spring: Campaign
    winter: Campaign
    ines: Contact
    tom: Contact
    nora: Contact


def start() -> Program:
    spring, winter = factories.campaign("Spring"), factories.campaign("Winter", currency="EUR")
    ines, tom, nora = (factories.contact(name) for name in ("Ines Brandt", "Tom Becker", "Nora Weber"))
    factories.code("INES10", factories.enrollment(ines, spring))
    factories.code("TOM5", factories.enrollment(tom, winter))
    return Program(spring, winter, ines, tom, nora)


def record(order_id: str, **fields: Any) -> Order:
    """An order that came in by the API, through the door. By Nora, of 100 dollars, unless said otherwise."""
    usual = {"customer_email": "nora.weber@example.com", "revenue_amount": Decimal(100)}
    usual |= {"currency": "USD", "ordered_at": factories.NOON}
    (planned,) = intake.record(
        [OrderDraft(order_id=order_id, **{**usual, **fields})], source="api", actor=SYSTEM
    )
    return Order.objects.get(pk=stored(planned))


def stored(planned: Planned) -> int:
    assert planned.order_pk is not None, planned.problems
    return planned.order_pk


def words(answer: Any) -> str:
    """What a reader sees of an answer's main part, or of a piece of HTML."""
    html = answer if isinstance(answer, str) else answer.content.decode()
    main = html.partition("<main")[2].partition(">")[2].partition("</main>")[0] or html
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main))).strip()
    return re.sub(r" (?=[.,;:)])|(?<=\() ", "", text)


def errors(answer: Any) -> dict[str, str]:
    """What stands beside each field."""
    return {name: words(found) for name, found in ERRORS.findall(answer.content.decode())}


def fields_of(html: str) -> dict[str, str]:
    """What a form on the page would send if nobody touched it."""
    main = html.partition("<main")[2]
    return {name: unescape(value) for found in (SHOWN, CHOSEN, HIDDEN) for name, value in found.findall(main)}


def opened(client: Client, address: str) -> dict[str, str]:
    return fields_of(client.get(address).content.decode())


def send(client: Client, order: Order, what: str, **fields: Any) -> Any:
    """Open the form, write ``fields`` into it, send it."""
    address = f"/orders/{order.pk}/{what}/"
    return client.post(address, {**opened(client, address), **fields})


def said(client: Client, answer: Any) -> str:
    """What stands at the top of the page that the answer leads to."""
    assert answer.status_code == 302, errors(answer)
    html = client.get(answer["Location"]).content.decode()
    return words(html.partition('<div id="messages"')[2].partition(">")[2].partition("<header")[0])


def happened(order: Order) -> list[str]:
    events = Event.objects.filter(noun="order", noun_id=order.pk).order_by("id")
    return list(events.values_list("kind", flat=True))
