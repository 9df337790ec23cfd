"""Several people at the same moment, over HTTP: one order, one attribution, no more back than there was."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from core.accounts.models import User
from core.events.models import Event
from orders.models import Order, Refund
from tests import people
from tests.orders import program
from tests.orders.program import happened, opened, record
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

SIX = range(6)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def answers(clients: list[Client], address: str, forms: list[dict[str, Any]]) -> Counter[int]:
    """The status codes of posting all ``forms`` at once, each by its client."""
    sent = list(zip(clients, forms, strict=True))
    return Counter(race(lambda pair: pair[0].post(address, pair[1]).status_code, sent))


def test_the_same_new_order_by_six_people_is_one_order() -> None:
    program.start()
    clients = [signed_in(people.person(f"p{n}@example.com", "manager")) for n in SIX]
    form = {"order_id": "O-1", "customer": "leo@example.com", "revenue_amount": "80", "short_code": "INES10"}
    found = answers(clients, "/orders/new/", [form] * 6)
    assert found == {302: 1, 422: 5}
    assert (Order.objects.count(), Event.objects.filter(kind="order_recorded").count()) == (1, 1)


def test_six_clicks_of_one_person_are_one_order() -> None:
    program.start()
    marc = people.marc()
    form = {"order_id": "O-1", "customer": "leo@example.com", "revenue_amount": "80", "short_code": "INES10"}
    assert answers([signed_in(marc) for _ in SIX], "/orders/new/", [form] * 6) == {302: 6}
    assert (Order.objects.count(), Event.objects.filter(kind="order_recorded").count()) == (1, 1)


def test_refunds_at_once_never_take_more_than_there_is() -> None:
    program.start()
    order, marc = record("O-1"), people.marc()
    address = f"/orders/{order.pk}/refund/"
    clients = [signed_in(marc) for _ in SIX]
    forms = [{**opened(client, address), "amount": "40"} for client in clients]
    assert answers(clients, address, forms) == {302: 2, 422: 4}
    order.refresh_from_db()
    assert (order.refunded_amount, Refund.objects.count()) == (Decimal(80), 2)


def test_an_order_is_voided_once() -> None:
    program.start()
    order, marc = record("O-1"), people.marc()
    found = answers([signed_in(marc) for _ in SIX], f"/orders/{order.pk}/void/", [{"reason": "x"}] * 6)
    assert set(found) <= {302, 422}
    assert happened(order).count("order_voided") == 1


def test_the_first_to_attribute_wins_and_the_others_are_told() -> None:
    shop = program.start()
    order, marc = record("O-1"), people.marc()
    ines = {"advocate": str(shop.ines.pk), "campaign": "spring", "reason": "x"}
    tom = {"advocate": str(shop.tom.pk), "campaign": "winter", "reason": "x"}
    found = answers([signed_in(marc) for _ in SIX], f"/orders/{order.pk}/attribute/", [ines, tom] * 3)
    assert set(found) <= {302, 422}
    order.refresh_from_db()
    assert order.advocate in (shop.ines, shop.tom)
    assert happened(order).count("order_attributed") == 1


def test_of_six_who_change_the_same_fact_one_does_and_five_are_told() -> None:
    program.start()
    order, marc = record("O-1"), people.marc()
    address = f"/orders/{order.pk}/edit/"
    clients = [signed_in(marc) for _ in SIX]
    forms = [{**opened(clients[0], address), "external_status": f"state {n}"} for n in SIX]
    assert answers(clients, address, forms) == {302: 1, 422: 5}
    assert happened(order) == ["order_recorded", "order_updated"]
