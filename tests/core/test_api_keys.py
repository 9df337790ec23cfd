"""API keys: shown once, kept as a hash, never more than their maker."""

import datetime as dt
import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from campaigns import access
from campaigns.models import Campaign
from core import secrets
from core.accounts import keys
from core.accounts.models import ApiKey, Role, User
from core.accounts.permissions import may
from core.events.models import Event
from tests import people

pytestmark = pytest.mark.django_db


def test_a_key_is_shown_once_and_kept_as_a_hash(client: Client) -> None:
    client.force_login(people.olga())
    given = {"name": "Shop", "scopes": ["orders:read", "orders:write"], "reach": "all", "expires_on": ""}
    page = client.post("/settings/api-keys/new/", given).content.decode()
    found = re.search(r"<code>(amb_[0-9A-Za-z]{8}_[\w-]{43})</code>", page)
    assert found
    key = ApiKey.objects.get()
    assert key.hash == secrets.hashed(found[1])
    assert found[1].startswith(f"{key.prefix}_")
    assert keys.authenticate(found[1]) == key
    for address in ["/settings/api-keys/", f"/settings/api-keys/{key.pk}/"]:
        page = client.get(address).content.decode()
        assert key.prefix in page
        assert found[1] not in page
    assert Event.objects.get(noun="api_key").data["scopes"] == ["orders:read", "orders:write"]


def test_a_revoked_an_expired_and_an_unknown_key_open_nothing(client: Client) -> None:
    client.force_login(people.olga())
    key, token = keys.create("Shop", ["orders:read"], maker=None)
    client.post(f"/settings/api-keys/{key.pk}/revoke/")
    assert keys.authenticate(token) is None
    _, late = keys.create("Late", ["orders:read"], maker=None, expires_at=timezone.now())
    assert keys.authenticate(late) is None
    for nothing in ["", "amb_", "amb_x_y", token[:-1], "Token " + token, "amb_" + "x" * 5000, "amb_\x00"]:
        assert keys.authenticate(nothing) is None
    assert list(Event.objects.filter(noun="api_key").values_list("kind", flat=True)) == ["api_key_revoked"]


def test_its_use_is_noted_at_most_once_a_minute() -> None:
    key, token = keys.create("Shop", ["orders:read"], maker=None)
    keys.authenticate(token)
    first = ApiKey.objects.get().last_used_at
    assert first is not None
    keys.authenticate(token)
    assert ApiKey.objects.get().last_used_at == first
    long_ago = timezone.now() - dt.timedelta(seconds=61)
    ApiKey.objects.update(last_used_at=long_ago)
    keys.authenticate(token)
    after = ApiKey.objects.get(pk=key.pk).last_used_at
    assert after is not None
    assert after > long_ago


def test_nobody_gives_a_scope_that_they_do_not_hold() -> None:
    with pytest.raises(keys.ScopeRefused):
        keys.create("Shop", ["orders:write"], maker=people.anna())
    with pytest.raises(keys.ScopeRefused):
        keys.create("Shop", ["orders:conquer"], maker=None)
    with pytest.raises(keys.ScopeRefused):
        keys.create("Shop", [], maker=None)
    assert not ApiKey.objects.exists()


def test_a_key_shrinks_with_its_maker() -> None:
    olga, spring = people.olga(), Campaign.objects.create(uid="spring", name="Spring")
    vip = Campaign.objects.create(uid="vip", name="VIP")
    _, token = keys.create("Shop", ["orders:read", "orders:write"], maker=olga)
    key = keys.authenticate(token)
    assert may(key, "orders:write")
    assert list(access.visible_to(key)) == [spring, vip]
    people.person("otto@example.com")
    User.objects.filter(pk=olga.pk).update(role=Role.ANALYST, all_campaigns=False)
    access.CampaignAccess.objects.create(campaign=vip, user=olga)
    key = keys.authenticate(token)
    assert may(key, "orders:read")
    assert not may(key, "orders:write")
    assert list(access.visible_to(key)) == [vip]


def test_a_limited_key_sees_its_campaigns_only(client: Client) -> None:
    client.force_login(people.olga())
    spring = Campaign.objects.create(uid="spring", name="Spring")
    Campaign.objects.create(uid="vip", name="VIP")
    key, token = keys.create("Shop", ["orders:read"], maker=None, all_campaigns=False)
    assert list(access.visible_to(keys.authenticate(token))) == []
    client.post(f"/settings/access/key/{key.pk}/", {"reach": "some", "campaigns": [spring.pk]})
    assert list(access.visible_to(keys.authenticate(token))) == [spring]
    nothing = client.post(f"/settings/access/key/{key.pk}/", {"reach": "some"})
    assert nothing.status_code == 422
    client.post(f"/settings/access/key/{key.pk}/", {"reach": "all"})
    assert not access.is_limited(keys.authenticate(token))


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"name": "nul\x00"},
        {"scopes": []},
        {"scopes": ["team:manage"]},
        {"expires_on": "2020-01-01"},
        {"expires_on": "9999-12-31"},
        {"expires_on": "soon"},
        {"reach": "everything"},
    ],
)
def test_bad_input_is_told_and_makes_nothing(client: Client, bad: dict[str, object]) -> None:
    client.force_login(people.olga())
    good = {"name": "Shop", "scopes": ["orders:read"], "reach": "all", "expires_on": ""}
    assert client.post("/settings/api-keys/new/", good | bad).status_code == 422
    assert not ApiKey.objects.exists()


def test_the_command_prints_the_key_as_its_last_line() -> None:
    out = io.StringIO()
    call_command("api_key", "Night job", "--scopes", "orders:read,orders:write", stdout=out)
    key = keys.authenticate(out.getvalue().splitlines()[-1])
    assert key is not None
    assert (key.name, key.scopes, key.created_by) == ("Night job", ["orders:read", "orders:write"], None)


def test_the_command_names_the_scopes_there_are() -> None:
    with pytest.raises(CommandError, match="orders:read"):
        call_command("api_key", "Night job", "--scopes", "orders:conquer")
