"""Who may import, and what those who see some campaigns only can do with it."""

import pytest
from django.test import Client

from core.imports.models import Import, ImportMapping
from orders.models import Order
from tests import factories, people
from tests.orders import importing
from tests.orders.importing import a_file, a_row, outcomes, preview, through, upload

pytestmark = pytest.mark.django_db


def test_analysts_do_not_import(client: Client) -> None:
    kept = Import.objects.create(file_name="a.csv")
    client.force_login(people.anna())
    for path in ("", "new/", "sample/", f"{kept.pk}/", f"{kept.pk}/columns/", f"{kept.pk}/errors/"):
        assert client.get(f"/orders/imports/{path}").status_code == 403
    for path in ("new/", f"{kept.pk}/columns/", f"{kept.pk}/apply/", f"{kept.pk}/discard/"):
        assert client.post(f"/orders/imports/{path}").status_code == 403
    assert "/orders/imports/" not in client.get("/orders/").content.decode()


def test_the_list_of_orders_leads_to_the_import(client: Client) -> None:
    client.force_login(people.marc())
    assert 'href="/orders/imports/new/"' in client.get("/orders/").content.decode()


def test_the_limited_import_into_their_campaigns_only(client: Client) -> None:
    spring, _ = factories.campaign("Spring"), factories.campaign("Winter")
    client.force_login(factories.limit_to(people.marc(), spring))
    kept = through(
        client,
        a_file(a_row("A-1", campaign_uid="spring"), a_row("A-2", campaign_uid="winter"), a_row("A-3")),
    )
    assert outcomes(kept) == {"created": 1, "rejected": 2}
    assert importing.problems(kept) == {
        3: "There is no campaign “winter”.",
        4: "Name one of your campaigns.",
    }
    assert list(Order.objects.values_list("order_id", flat=True)) == ["A-1"]
    page = client.get(f"/orders/imports/{kept.pk}/columns/", follow=True).content.decode()
    assert "winter" not in page.partition("<datalist")[2]


def test_the_limited_see_their_own_imports_only(client: Client) -> None:
    other = Import.objects.create(file_name="theirs.csv", status="applied", created_by=people.olga())
    client.force_login(factories.limit_to(people.marc(), factories.campaign()))
    mine = upload(client, a_file(a_row("A-1")))
    page = client.get("/orders/imports/").content.decode()
    assert "orders.csv" in page
    assert "theirs.csv" not in page
    assert client.get(f"/orders/imports/{other.pk}/").status_code == 404
    assert client.post(f"/orders/imports/{other.pk}/discard/").status_code == 404
    assert client.get(f"/orders/imports/{mine.pk}/columns/").status_code == 200


def test_the_limited_are_offered_their_own_mappings_only(client: Client) -> None:
    client.force_login(people.olga())
    preview(client, upload(client, a_file(a_row("A-1"))), external_status="=secret")
    assert ImportMapping.objects.count() == 1
    client.force_login(factories.limit_to(people.marc(), factories.campaign()))
    kept = upload(client, a_file(a_row("A-2")))
    assert "external_status" not in kept.mapping


def test_the_import_runs_on_behalf_of_who_started_it(client: Client) -> None:
    spring = factories.campaign("Spring")
    marc = factories.limit_to(people.marc(), spring)
    client.force_login(marc)
    kept = preview(client, upload(client, a_file(a_row("A-1"))))
    assert outcomes(kept) == {"rejected": 1}
    olga = people.olga()
    client.force_login(olga)
    kept = importing.apply(client, kept)
    assert (kept.run_by, kept.created_by) == (olga, marc)
    assert outcomes(kept) == {"created": 1}
