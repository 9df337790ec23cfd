"""Why a message did not leave, by what can be done about it, in words for the person who set mail up."""

import smtplib
import socket
import ssl


class MailFailed(Exception):
    """A message that did not leave. ``str()`` is a sentence that holds no secret."""


class MailDelayed(MailFailed):
    """The server is away or busy: worth trying again."""


class MailMisconfigured(MailFailed):
    """The settings are wrong: worth trying again once somebody has put them right."""


class MailRefused(MailFailed):
    """The server will never take this message."""


def failure_of(error: Exception) -> MailFailed:
    """What ``error``, raised by the mail client, means."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailMisconfigured("The mail server does not accept the user name or the password.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
        if codes and all(400 <= code < 500 for code in codes):
            return MailDelayed("The mail server cannot take mail for this address right now.")
        return MailRefused("The mail server does not take mail for this address.")
    if isinstance(error, smtplib.SMTPSenderRefused):
        return MailMisconfigured("The mail server does not accept the sender's address (EMAIL_FROM).")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return MailMisconfigured(
            "The mail server does not offer what the settings ask for (EMAIL_TLS, EMAIL_USER)."
        )
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return MailDelayed("The mail server ended the connection.")
    if isinstance(error, smtplib.SMTPResponseException):
        kind = MailDelayed if 400 <= error.smtp_code < 500 else MailRefused
        return kind(f"The mail server answered with code {error.smtp_code}.")
    if isinstance(error, ssl.SSLError):
        return MailMisconfigured(
            "The connection could not be encrypted. Check EMAIL_PORT, EMAIL_TLS and EMAIL_SSL."
        )
    if isinstance(error, socket.gaierror):
        return MailMisconfigured("There is no server of this name (EMAIL_HOST).")
    if isinstance(error, ConnectionRefusedError):
        return MailDelayed("Nothing answers at this address and port (EMAIL_HOST, EMAIL_PORT).")
    if isinstance(error, TimeoutError):
        return MailDelayed("The mail server did not answer in time.")
    return MailDelayed("The mail server could not be reached.")
