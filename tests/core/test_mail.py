"""Mail: commits with its cause, tries again where that helps, never tells a secret."""

import json
import smtplib
import socket
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from procrastinate.contrib.django import app
from pytest_django import Settings

from core.mail import failures, sending
from core.mail.jobs import deliver
from tests import jobs, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Settings) -> None:
    settings.EMAIL_HOST = "mail.example.com"


def refuse(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def send_messages(self: EmailBackend, messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)


def test_without_a_server_nothing_is_sent_and_the_caller_knows() -> None:
    assert sending.is_configured() is False
    assert sending.send_text("nora@example.com", "Hello", "Text", kind="test") is False
    assert jobs.waiting() == []


@pytest.mark.usefixtures("server")
def test_a_message_goes_with_its_cause_or_not_at_all() -> None:
    with transaction.atomic():
        sending.send_text("nora@example.com", "Hello", "Text", kind="test")
        transaction.set_rollback(True)
    assert jobs.waiting() == []
    assert sending.send_text("nora@example.com", "Hello\r\nBcc: eve@example.com", "Text", kind="test") is True
    jobs.run_all()
    assert [(message.to, message.subject, message.body) for message in mail.outbox] == [
        (["nora@example.com"], "Hello Bcc: eve@example.com", "Text\n")
    ]


@pytest.mark.usefixtures("server")
def test_what_waits_is_sealed() -> None:
    sending.send_text("nora@example.com", "Hello", "https://example.com/secret", kind="test")
    stored = json.dumps(jobs.waiting()[0].args)
    assert not [word for word in ("nora", "Hello", "secret") if word in stored]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), failures.MailMisconfigured),
        (smtplib.SMTPRecipientsRefused({"nora@example.com": (550, b"no such user")}), failures.MailRefused),
        (smtplib.SMTPRecipientsRefused({"nora@example.com": (451, b"later")}), failures.MailDelayed),
        (smtplib.SMTPDataError(552, b"too large"), failures.MailRefused),
        (smtplib.SMTPServerDisconnected("gone"), failures.MailDelayed),
        (socket.gaierror(-2, "Name or service not known"), failures.MailMisconfigured),
        (ConnectionRefusedError(), failures.MailDelayed),
        (TimeoutError(), failures.MailDelayed),
    ],
)
@pytest.mark.usefixtures("server")
def test_a_failure_has_a_type_and_names_nobody(
    error: Exception, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, error)
    sending.send_text("nora@example.com", "Hello", "Text", kind="test")
    with pytest.raises(kind) as raised:
        jobs.run_all()
    assert "nora" not in str(raised.value)
    retry = app.tasks["core.mail.deliver"].retry_strategy
    assert retry is not None
    again = retry.get_retry_decision(exception=raised.value, job=_job())
    assert (again is None) == (kind is failures.MailRefused)


def _job() -> Any:
    from procrastinate.jobs import Job

    return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name=deliver.name, attempts=1)


def test_the_screen_shows_what_is_set_but_never_the_password(client: Client, settings: Settings) -> None:
    client.force_login(people.olga())
    settings.EMAIL_HOST, settings.EMAIL_HOST_PASSWORD = "mail.example.com", "hunter2-hunter2"
    page = client.get("/settings/mail/").content.decode()
    assert "mail.example.com" in page
    assert "hunter2" not in page


@pytest.mark.usefixtures("server")
def test_a_test_is_sent_at_once(client: Client) -> None:
    client.force_login(people.olga())
    page = client.post("/settings/mail/", {"to": "olga@example.com"}).content.decode()
    assert "The mail server took the message for olga@example.com." in page
    assert mail.outbox[0].to == ["olga@example.com"]


@pytest.mark.usefixtures("server")
def test_a_test_that_fails_says_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(people.olga())
    refuse(monkeypatch, smtplib.SMTPAuthenticationError(535, b"5.7.8 secret detail"))
    page = client.post("/settings/mail/", {"to": "olga@example.com"}).content.decode()
    assert "The mail server does not accept the user name or the password." in page
    assert "secret detail" not in page
    assert client.post("/settings/mail/", {"to": "nobody"}).status_code == 422
