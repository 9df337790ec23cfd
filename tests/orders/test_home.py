"""Whoever signs in lands where the day's work is."""

import pytest
from django.test import Client

from tests import people

pytestmark = pytest.mark.django_db


def test_the_front_door_leads_to_the_orders(client: Client) -> None:
    client.force_login(people.anna())
    answer = client.get("/", follow=True)
    assert answer.redirect_chain == [("/orders/", 302)]
    assert answer.status_code == 200


def test_strangers_are_asked_who_they_are(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")
