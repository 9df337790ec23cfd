"""The engine knows nothing of orders: a list of contacts gets everything from one small declaration."""

import re

import pytest
from django.test import Client

from core.listing.checks import _listing
from tests import factories, people
from tests.core.listing.another import PEOPLE
from tests.orders.listed import order_ids, summary, walk_at

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.listing.another")]


@pytest.fixture
def contacts(client: Client) -> Client:
    client.force_login(people.olga())
    for name in ("Cem Çelik", "Ada Alder", "Bo Berg", "Ada Alder"):
        factories.contact(name, email=None, uid=f"u{factories.Contact.objects.count()}")
    factories.contact("Zoe Zander", status="banned")
    return client


def test_it_passes_the_checks() -> None:
    assert list(_listing(PEOPLE)) == []


def test_it_sorts_and_pages(contacts: Client) -> None:
    assert walk_at(contacts, "/people/", "?size=2") == [
        ["Ada Alder", "Ada Alder"],
        ["Bo Berg", "Cem Çelik"],
        ["Zoe Zander"],
    ]
    assert walk_at(contacts, "/people/", "?size=2&sort=-name")[0] == ["Zoe Zander", "Cem Çelik"]
    assert summary(contacts.get("/people/").content.decode()) == "1–5 of 5"


def test_it_filters_and_keeps_views(contacts: Client) -> None:
    html = contacts.get("/people/?status=banned").content.decode()
    assert order_ids(html) == ["Zoe Zander"]
    assert "Status is Banned" in html
    saved = contacts.post("/people/views/save/", {"name": "Out", "query": "status=banned"})
    assert re.fullmatch(r"/people/\?status=banned&view=\d+", saved["Location"])
    assert (
        "Out" not in contacts.get("/orders/").content.decode().partition("a-tabs")[2].partition("</nav>")[0]
    )


def test_it_exports(contacts: Client) -> None:
    answer = contacts.get("/people/export/?status=banned")
    assert b"".join(answer.streaming_content) == b"name,status\r\nZoe Zander,banned\r\n"  # type: ignore[attr-defined]


def test_it_has_no_totals_and_still_an_address_for_them(contacts: Client) -> None:
    assert contacts.get("/people/totals/").status_code == 404
