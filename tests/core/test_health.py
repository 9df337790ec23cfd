"""What a probe is told: 200 when there is nothing to do, 503 with the reason otherwise."""

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.utils import ConnectionHandler
from django.test import Client
from django.utils import timezone

from core import health


def sign_of_life(age: dt.timedelta) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [timezone.now() - age]
        )


def checks(client: Client, status: int) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status
    answer: dict[str, Any] = response.json()
    assert answer["status"] == ("ok" if status == 200 else "failing")
    return answer["checks"]


def test_process_says_that_it_lives_without_database_host_or_tls(client: Client, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/healthz", headers={"host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert response["Cache-Control"] == "no-store"
    assert response.cookies == {}


def test_probe_may_only_look(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_ready_while_a_worker_gives_signs_of_life(client: Client) -> None:
    sign_of_life(dt.timedelta(minutes=5))
    sign_of_life(dt.timedelta(seconds=3))
    assert checks(client, 200) == {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_not_ready_without_a_worker(client: Client) -> None:
    assert checks(client, 503) == {"database": "ok", "migrations": "ok", "worker": "no worker runs"}


@pytest.mark.django_db
def test_not_ready_when_the_worker_fell_silent(client: Client) -> None:
    sign_of_life(dt.timedelta(seconds=95))
    assert checks(client, 503)["worker"] == "no sign of life for 95 seconds"


@pytest.mark.django_db
def test_not_ready_while_migrations_are_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_of_life(dt.timedelta(0))
    known = health.known_migrations() | {("orders", "9999_of_tomorrow")}
    monkeypatch.setattr(health, "known_migrations", lambda: known)
    assert checks(client, 503) == {"database": "ok", "migrations": "1 to apply: run manage.py migrate"}


@pytest.mark.django_db
def test_not_ready_when_the_database_cannot_be_reached(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {**settings.DATABASES["default"], "HOST": "/nowhere"}
    monkeypatch.setattr(health, "connection", ConnectionHandler({"default": nowhere})["default"])
    assert checks(client, 503) == {"database": "cannot be reached"}
