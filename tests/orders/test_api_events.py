"""The stream of events and the imports, as programs read them."""

from typing import Any

import pytest
from django.db import connections, transaction

from core.events.log import SYSTEM, Entry, write
from core.imports.models import Import
from tests import factories
from tests.callers import Caller

SHOP = ("events:read", "orders:read", "orders:write", "contacts:read", "imports:read")


def kinds(answer: Any) -> list[str]:
    return [one["kind"] for one in answer.json()["data"]]


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_the_stream_goes_on_where_it_was_left() -> None:
    shop = Caller(*SHOP)
    shop.record()
    first = shop.get("events?limit=1")
    assert kinds(first) == ["contact_created"]
    second = shop.get(f"events?cursor={first.json()['next_cursor']}")
    assert kinds(second) == ["order_recorded"]
    assert second.json()["data"][0]["data"]["order_id"] == "A-1"
    end = second.json()["next_cursor"]
    assert shop.get(f"events?cursor={end}").json() == {"data": [], "next_cursor": end}
    shop.record(revenue_amount=1)
    assert kinds(shop.get(f"events?cursor={end}")) == ["order_updated"]
    assert kinds(shop.get("events?noun=contact")) == ["contact_created"]


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_not_missed() -> None:
    shop = Caller("events:read", "orders:read")
    late = connections["default"].copy()
    late.inc_thread_sharing()
    try:
        late.set_autocommit(False)
        with late.cursor() as cursor:
            # It takes its number and its id first, and commits last.
            cursor.execute(
                "INSERT INTO events_event (kind, noun, noun_id, actor_kind, source, data)"
                " VALUES ('order_late', 'order', 1, 'system', 'api', '{}')"
            )
        with transaction.atomic():
            write([Entry("order_early", "order", 2)], actor=SYSTEM, source="api")
        page = shop.get("events")
        assert kinds(page) == []
        late.commit()
        assert kinds(shop.get(f"events?cursor={page.json()['next_cursor']}")) == ["order_late", "order_early"]
    finally:
        late.close()


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_a_key_follows_what_it_may_read() -> None:
    spring, autumn = factories.campaign("Spring"), factories.campaign("Autumn")
    maker = Caller("orders:write")
    maker.record(campaign_uid="spring")
    maker.record(order_id="A-2", campaign_uid="autumn")
    assert kinds(Caller("events:read").get("events")) == []
    assert set(kinds(Caller("events:read", "contacts:read").get("events"))) == {"contact_created"}
    limited = Caller(*SHOP, campaigns=[autumn])
    assert [one["data"]["order_id"] for one in limited.get("events").json()["data"]] == ["A-2"]
    assert spring.pk != autumn.pk


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["cursor=x", "cursor=1-2-3", "limit=0", "limit=x", "noun=user", "after=3"])
def test_what_makes_no_sense_is_said(query: str) -> None:
    assert Caller(*SHOP).get(f"events?{query}").status_code == 422


@pytest.mark.django_db
def test_imports_are_followed() -> None:
    shop, mia = Caller(*SHOP), factories.contact()
    spring = factories.campaign("Spring")
    made = [Import.objects.create(file_name=f"{n}.csv", counts={"rows": n}) for n in range(3)]
    page = shop.get("imports?limit=2").json()
    assert [one["file_name"] for one in page["data"]] == ["2.csv", "1.csv"]
    assert [one["id"] for one in shop.get(f"imports?cursor={page['next_cursor']}").json()["data"]] == [
        made[0].pk
    ]
    factories.order("A-1", mia, campaign=spring, imported_in=made[1])
    limited = Caller(*SHOP, campaigns=[spring])
    assert [one["id"] for one in limited.get("imports").json()["data"]] == [made[1].pk]
    assert limited.get(f"imports/{made[0].pk}").status_code == 404
    assert shop.get(f"imports/{made[0].pk}").json()["counts"] == {"rows": 0}
    for query in ["limit=x", "cursor=-1", "limit=999"]:
        assert shop.get(f"imports?{query}").status_code == 422
