"""The job that delivers one message, with patience where patience helps."""

import json

import structlog
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from core import secrets
from core.mail.failures import MailDelayed, MailMisconfigured, MailRefused, failure_of

log = structlog.get_logger(__name__)

# 5 s, 25 s, 2 min, 10 min, 52 min, 4 h, 22 h: a day, for whoever has to mend the settings.
_PATIENCE = RetryStrategy(
    max_attempts=8, exponential_wait=5, retry_exceptions={MailDelayed, MailMisconfigured}
)


@app.task(name="core.mail.deliver", retry=_PATIENCE)
def deliver(kind: str, envelope: str) -> None:
    """Open ``envelope`` and hand its message to the mail server. ``kind`` is all that logs learn of it."""
    try:
        letter = json.loads(secrets.unseal(envelope, settings.FIELD_KEYS))
    except InvalidToken:
        log.error("mail_unreadable", kind=kind, reason="sealed with a key that FIELD_KEYS no longer holds")
        raise MailRefused("The message was sealed with a key that is gone.") from None
    try:
        EmailMessage(letter["subject"], letter["body"], to=[letter["to"]]).send()
    except Exception as error:
        failure = failure_of(error)
        log.warning("mail_failed", kind=kind, failure=type(failure).__name__, reason=str(failure))
        # The client's own error may name the recipient, so it does not travel on.
        raise failure from None
    log.info("mail_sent", kind=kind)
