"""What the script on the merchant's site may tell: who may tell it, how often, and what becomes of it."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.events.log import SYSTEM, history
from orders.models import Order
from referrals.models import Click, SiteKey, SiteVisit, VisitorIdentity
from referrals.site import keys, limits
from tests import factories, people

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def _new_process() -> None:
    limits.forget()


@pytest.fixture
def key() -> SiteKey:
    return keys.make("Shop", [SHOP], by=SYSTEM)


@pytest.fixture
def click() -> Click:
    enrollment = factories.enrollment(factories.contact("Mia Keller"), factories.campaign())
    return Click.objects.create(enrollment=enrollment, code="MIA24")


def tell(
    client: Client, key: SiteKey | str, what: str, told: Any, origin: str | None = SHOP, **more: Any
) -> Any:
    body = told if isinstance(told, str | bytes) else json.dumps(told)
    headers = {"Origin": origin} if origin else {}
    path = f"/site/{key.key if isinstance(key, SiteKey) else key}/{what}/"
    return client.post(path, body, content_type="text/plain", headers=headers, **more)


def outcome(answer: Any) -> tuple[int, str]:
    body = answer.json()
    return answer.status_code, body.get("outcome") or body.get("errors", [{"code": ""}])[0]["code"]


def test_a_visit_is_kept_without_what_its_address_asks_for(
    client: Client, key: SiteKey, click: Click
) -> None:
    told = {
        "click_id": str(click.click_id),
        "page": f"{SHOP}/cart?token=secret#x",
        "referrer": "https://search.example/?q=me",
    }
    assert outcome(tell(client, key, "visits", told)) == (201, "created")
    visit = SiteVisit.objects.get()
    assert (visit.click_id, visit.site_key_id) == (click.pk, key.pk)
    assert (visit.page, visit.referrer) == (f"{SHOP}/cart", "https://search.example/")


def test_an_address_is_tied_to_the_visitor_once(client: Client, key: SiteKey, click: Click) -> None:
    told = {"click_id": str(click.click_id), "email": " Nora@Example.com "}
    assert outcome(tell(client, key, "identify", told)) == (201, "created")
    assert outcome(tell(client, key, "identify", told)) == (200, "unchanged")
    one = VisitorIdentity.objects.get()
    assert (one.visitor, one.email) == (click.visitor, "nora@example.com")


def test_an_identity_attributes_nothing(client: Client, key: SiteKey, click: Click) -> None:
    nora = factories.contact("Nora Lind")
    tell(client, key, "identify", {"click_id": str(click.click_id), "email": nora.email})
    assert not nora.referred_by.exists()
    assert not Order.objects.exists()


@pytest.mark.parametrize("what", ["visits", "identify"])
@pytest.mark.parametrize(
    "origin",
    [
        *(None, "", "null", "http://shop.example", "https://shop.example:8443", "https://evil.example"),
        *("https://shop.example.evil.example", "https://sub.shop.example", "https://shop.example/", "*"),
    ],
)
def test_only_pages_of_the_named_origins_are_listened_to(
    client: Client, key: SiteKey, click: Click, what: str, origin: str | None
) -> None:
    told = {"click_id": str(click.click_id), "page": SHOP, "email": "nora@example.com"}
    for answer in (
        tell(client, key, what, told, origin),
        client.options(f"/site/{key.key}/{what}/", headers={"Origin": origin} if origin else {}),
    ):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer
    assert not SiteVisit.objects.exists()
    assert not VisitorIdentity.objects.exists()


def test_browsers_are_told_whose_pages_may_ask(client: Client, key: SiteKey, click: Click) -> None:
    ahead = client.options(f"/site/{key.key}/visits/", headers={"Origin": SHOP})
    assert (ahead.status_code, ahead["Access-Control-Allow-Methods"]) == (204, "POST")
    assert ahead["Access-Control-Allow-Headers"] == "content-type"
    answer = tell(client, key, "visits", {"click_id": str(click.click_id), "page": SHOP})
    for one in (ahead, answer):
        assert one["Access-Control-Allow-Origin"] == SHOP
        assert "Access-Control-Allow-Credentials" not in one
        assert "Origin" in one["Vary"]


def test_an_unknown_or_revoked_key_is_refused(client: Client, key: SiteKey, click: Click) -> None:
    told = {"click_id": str(click.click_id), "page": SHOP}
    for unknown in ("pub_unknown", "🎉", "x" * 3_000, "%00"):
        assert tell(client, unknown, "visits", told).status_code == 404
    keys.revoke(key.pk, by=SYSTEM)
    assert tell(client, key, "visits", told).status_code == 404
    assert not SiteVisit.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('"text"', 400),
        (b"\xff\xfe", 400),
        ("[" * 4_000, 400),
        (" " * 5_000, 413),
        ("{}", 422),
        ({"page": SHOP}, 404),
        ({"page": SHOP, "click_id": 7}, 404),
        ({"page": SHOP, "click_id": "7"}, 404),
        ({"page": SHOP, "click_id": "\x00"}, 404),
        ({"page": SHOP, "click_id": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"page": "javascript:alert(1)"}, 422),
        ({"page": ["https://shop.example"]}, 422),
        ({"page": "https://\x00"}, 422),
        ({"page": "https://[::1"}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    client: Client, key: SiteKey, click: Click, body: Any, status: int
) -> None:
    answer = tell(client, key, "visits", body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert not SiteVisit.objects.exists()


@pytest.mark.parametrize(
    "email",
    ["", "nora", "nora@", "a\x00@example.com", f"{'n' * 300}@example.com", 7, None, "🎉@", "\ud800@x.io"],
)
def test_what_is_no_address_is_refused(client: Client, key: SiteKey, click: Click, email: Any) -> None:
    answer = tell(client, key, "identify", {"click_id": str(click.click_id), "email": email})
    assert outcome(answer) == (422, "invalid")
    assert not VisitorIdentity.objects.exists()


def test_reading_is_not_possible(client: Client, key: SiteKey) -> None:
    answer = client.get(f"/site/{key.key}/visits/", headers={"Origin": SHOP})
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


def test_one_address_cannot_flood_us(
    client: Client, key: SiteKey, click: Click, django_assert_num_queries: Any
) -> None:
    told = {"click_id": str(click.click_id), "page": SHOP}
    for _ in range(limits.PER_MINUTE):
        limits.wait("203.0.113.7")
    with django_assert_num_queries(0):
        answer = tell(client, key, "visits", told, REMOTE_ADDR="203.0.113.7")
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert tell(client, key, "visits", told, REMOTE_ADDR="203.0.113.8").status_code == 201


def test_the_script_is_small_and_served_at_one_address(client: Client) -> None:
    answer = client.get("/site/ambassador.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(answer.content) < 3_000
    assert client.get("/site/ambassador.js", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("HTTPS://Shop.Example:443/", [SHOP]),
        (
            "https://shop.example\nhttp://localhost:8000, https://shop.example",
            [SHOP, "http://localhost:8000"],
        ),
        ("https://bücher.example", ["https://xn--bcher-kva.example"]),
    ],
)
def test_origins_are_read_as_browsers_write_them(text: str, origins: list[str]) -> None:
    assert keys.read_origins(text) == origins


@pytest.mark.parametrize(
    "text",
    [
        *("", "shop.example", "*", "https://*.example", "ftp://shop.example", "https://shop.example/cart"),
        *("https://user@shop.example", "https://shop.example?x", "https://", "https://shop.example:99999"),
        *("null", "https://[::1", f"https://{'x' * 400}.example", "javascript:alert(1)", "https://a\x00b"),
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(keys.OriginRefused):
        keys.read_origins(text)


def test_a_key_is_made_changed_and_revoked_on_its_screen(client: Client) -> None:
    client.force_login(people.olga())
    made = client.post("/settings/site-script/new/", {"name": "Shop", "origins": SHOP}, follow=True)
    key = SiteKey.objects.get()
    assert key.key in made.content.decode()
    refused = client.post(
        f"/settings/site-script/{key.pk}/edit/", {"name": "Shop", "origins": "https://*.example"}
    )
    assert refused.status_code == 422
    assert "is not an origin" in refused.content.decode()
    other = "https://checkout.example"
    client.post(f"/settings/site-script/{key.pk}/edit/", {"name": "Shop", "origins": f"{SHOP} {other}"})
    client.post(f"/settings/site-script/{key.pk}/revoke/")
    key.refresh_from_db()
    assert (key.origins, key.revoked_at is not None) == ([SHOP, other], True)
    kinds = [event.kind for event in history("site_key", [key.pk])]
    assert kinds == ["site_key_revoked", "site_key_changed", "site_key_made"]
    assert "Allowed origins: https://shop.example →" in client.get(
        f"/settings/site-script/{key.pk}/"
    ).content.decode().replace("&gt;", ">")
    assert client.get(f"/settings/site-script/{key.pk}/edit/").status_code == 404


def test_an_identity_is_history_but_can_be_erased(key: SiteKey, click: Click) -> None:
    from django.db import IntegrityError, transaction

    one = VisitorIdentity.objects.create(
        visitor=click.visitor, click=click, site_key=key, email="nora@example.com"
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        VisitorIdentity.objects.filter(pk=one.pk).update(identified_at=timezone.now())
    VisitorIdentity.objects.filter(pk=one.pk).update(email=None)
