"""What a click does when the database is slow, locked or gone: the visitor is sent on all the same."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client

from campaigns.models import Campaign
from referrals.links import standing
from referrals.models import Click
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

FIREFOX = {"User-Agent": "Mozilla/5.0 Firefox/140.0"}


@pytest.fixture
def link() -> str:
    spring = factories.campaign("Spring", landing_page="https://shop.example/")
    factories.code("MIA24", factories.enrollment(factories.contact("Mia Keller"), spring))
    return "/r/MIA24"


@contextmanager
def locked(statement: str) -> Iterator[None]:
    """Somebody else holds a lock for as long as the block lasts."""
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            holds.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert holds.wait(10)
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize(
    "statement",
    [
        "LOCK TABLE referrals_click IN ACCESS EXCLUSIVE MODE",
        "SELECT 1 FROM referrals_enrollment FOR UPDATE",
    ],
)
def test_a_lock_never_holds_a_visitor_up(client: Client, link: str, statement: str, is_known: bool) -> None:
    standing.forget()
    if is_known:
        client.get(link, headers=FIREFOX)
    before = Click.objects.count()
    with locked(statement):
        start = time.monotonic()
        answer = client.get(link, headers=FIREFOX)
        assert time.monotonic() - start < 5
        assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/?mbsy=MIA24")
    assert Click.objects.count() == before
    assert "click_id=" in client.get(link, headers=FIREFOX)["Location"]


def test_a_link_in_use_outlives_the_database(client: Client, link: str) -> None:
    client.get(link, headers=FIREFOX)
    with patch.object(connection, "ensure_connection", side_effect=OperationalError("gone")):
        connection.close()
        answer = client.get(link, headers=FIREFOX)
        head = client.head(link, headers=FIREFOX)
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/?mbsy=MIA24")
    assert head.status_code == 302
    assert Click.objects.count() == 1


def test_a_link_that_nobody_knows_waits_for_the_database(client: Client, link: str) -> None:
    standing.forget()
    with patch.object(connection, "ensure_connection", side_effect=OperationalError("gone")):
        connection.close()
        answer = client.get(link, headers=FIREFOX)
    assert answer.status_code == 503
    assert "One moment, please" in answer.content.decode()


def test_many_visitors_at_once_are_all_counted(link: str) -> None:
    answers: list[Any] = []

    def visit() -> None:
        browser = Client()
        answers.extend(browser.get(link, headers=FIREFOX) for _ in range(5))
        connections.close_all()

    threads = [threading.Thread(target=visit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {302}
    ids = {answer["Location"].rpartition("click_id=")[2] for answer in answers}
    assert ids == {str(click_id) for click_id in Click.objects.values_list("click_id", flat=True)}
    assert Click.objects.values("visitor").distinct().count() == 8


def test_a_link_remembered_is_not_believed(client: Client, link: str) -> None:
    """Somebody else changed the campaign: what this process remembers of it does not count any more."""
    client.get(link, headers=FIREFOX)
    Campaign.objects.update(launched_at=None)
    assert client.get(link, headers=FIREFOX).status_code == 404
    assert Click.objects.count() == 1
