"""Sending mail: by a background job that commits with its cause, or not at all where mail is not set up."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from core import secrets
from core.mail.failures import failure_of
from core.mail.jobs import deliver

_TEST_PATIENCE = 8


def is_configured() -> bool:
    """Whether this installation can send mail. Where it cannot, links are shown to copy."""
    return bool(settings.EMAIL_HOST)


def send(to: str, subject: str, template: str, context: Mapping[str, Any]) -> bool:
    """Enqueue one plain-text message in the caller's transaction; False when mail is not configured.

    ``template`` is a text template. The rendered message waits sealed: it may carry a link that signs
    somebody in, and jobs are shown on screens and in logs.
    """
    return send_text(to, subject, render_to_string(template, dict(context)), kind=template)


def send_text(to: str, subject: str, body: str, *, kind: str) -> bool:
    """:func:`send` for text that is rendered already; ``kind`` is what logs call it."""
    if not is_configured():
        return False
    envelope = json.dumps({"to": to, "subject": " ".join(subject.split()), "body": body.strip() + "\n"})
    deliver.defer(kind=kind, envelope=secrets.seal(envelope, settings.FIELD_KEYS))
    return True


def send_test(to: str) -> None:
    """Send a test now and wait for the server's word. Raises a MailFailed that says what went wrong."""
    message = EmailMessage(
        "Mail from Ambassador works",
        "This is the test that you asked for under Settings › Mail.\n",
        to=[to],
        connection=get_connection(timeout=_TEST_PATIENCE),
    )
    try:
        message.send()
    except Exception as error:  # whatever the client raises, the screen shows a sentence
        raise failure_of(error) from error
