"""What fields that search as one types are told, and whom they are told of."""

from typing import Any

import pytest
from django.test import Client

from referrals.models import Contact
from tests import factories, people

pytestmark = pytest.mark.django_db


def found(client: Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()
    return rows


def texts(client: Client, path: str) -> list[str]:
    return [row["text"] for row in found(client, path)]


def test_contacts_are_found_by_name_email_and_uid(client: Client) -> None:
    client.force_login(people.anna())
    mia = factories.contact("Mia Keller", uid="C-77")
    factories.contact("Noah Berg", email=None, uid="100% sure_thing")
    factories.contact("", email="zora@example.com")
    factories.contact("", email=None, uid="zz-1")
    expected = [{"value": mia.pk, "text": "Mia Keller", "hint": "mia.keller@example.com"}]
    for text in ("mi", "MIA KEL", "keller@ex", "c-77"):
        assert found(client, f"/contacts/search/?q={text}") == expected
    assert texts(client, "/contacts/search/?q=0%25%20s") == ["Noah Berg"]
    assert texts(client, "/contacts/search/?q=_____") == []
    assert texts(client, "/contacts/search/?q=Z") == ["zora@example.com", "zz-1"]
    assert texts(client, "/contacts/search/?q=b") == []
    everybody = ["Mia Keller", "Noah Berg", "zora@example.com", "zz-1"]
    assert texts(client, "/contacts/search/") == everybody
    assert texts(client, "/contacts/search/?q=%00") == everybody


def test_at_most_twenty_come_and_none_that_is_merged_or_erased(client: Client) -> None:
    client.force_login(people.anna())
    people_ = [factories.contact(f"Person {n:02}") for n in range(25)]
    Contact.objects.filter(pk=people_[0].pk).update(merged_into=people_[1])
    Contact.objects.filter(pk=people_[2].pk).update(erased_at=factories.NOON)
    names = texts(client, "/contacts/search/?q=person")
    assert len(names) == 20
    assert names[:2] == ["Person 01", "Person 03"]


def test_advocates_are_those_whose_codes_count_today(client: Client) -> None:
    client.force_login(people.anna())
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    for name, fields in {
        "Ada Active": {},
        "Ben Back": {"inactive_from": factories.LONG_AGO, "inactive_until": factories.LONG_AGO},
        "Ira Inactive": {"inactive_from": factories.LONG_AGO},
    }.items():
        factories.enrollment(factories.contact(name), spring, **fields)
    banned = factories.contact("Bea Banned", status=Contact.Status.BANNED)
    factories.enrollment(banned, spring)
    factories.enrollment(factories.contact("Sam Summer"), summer)
    factories.contact("Cleo Customer")
    assert texts(client, "/advocates/search/") == ["Ada Active", "Ben Back", "Sam Summer"]
    assert texts(client, "/advocates/search/?campaign=SPRING") == ["Ada Active", "Ben Back"]
    assert texts(client, "/advocates/search/?campaign=spring&q=bac") == ["Ben Back"]
    assert texts(client, "/advocates/search/?campaign=nothing") == []


def test_the_limited_find_their_own_only(client: Client) -> None:
    spring, summer = factories.campaign("Spring"), factories.campaign("Summer")
    client.force_login(factories.limit_to(people.anna(), spring))
    ada, bea, cleo, dan, eve = (factories.contact(name) for name in ("Ada", "Bea", "Cleo", "Dan", "Eve"))
    factories.enrollment(ada, spring)
    factories.enrollment(ada, summer)
    factories.attribution(ada, bea, spring)
    factories.order("O-1", cleo, campaign=spring)
    factories.order("O-2", dan, campaign=None)
    factories.enrollment(eve, summer)
    assert texts(client, "/contacts/search/") == ["Ada", "Bea", "Cleo"]
    assert texts(client, "/advocates/search/") == ["Ada"]
    assert texts(client, "/advocates/search/?campaign=summer") == []
    assert texts(client, "/campaigns/search/") == ["Spring"]


def test_campaigns_are_found_by_name_and_uid(client: Client) -> None:
    client.force_login(people.anna())
    factories.campaign("Spring friends", uid="sf-26")
    factories.campaign("Summer")
    expected = [{"value": "sf-26", "text": "Spring friends", "hint": "sf-26"}]
    for text in ("frie", "SF-"):
        assert found(client, f"/campaigns/search/?q={text}") == expected
    assert texts(client, "/campaigns/search/") == ["Spring friends", "Summer"]
