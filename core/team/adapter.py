"""How allauth behaves here: nobody signs up, links never trust the Host header, secrets are sealed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from core import secrets
from core.accounts.models import User
from core.mail import sending

_REFUSED = "This e-mail and password do not fit together."


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _REFUSED,
        "invalid_login": _REFUSED,
        "too_many_login_attempts": "Too many attempts. Wait a few minutes and try again.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People join by invitation only."""
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return f"{settings.SITE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Whatever allauth writes leaves by our own job, so no request waits for a mail server."""
        context = {**context, "email": email, "site_url": settings.SITE_URL}
        subject = render_to_string(f"{template_prefix}_subject.txt", context)
        body = render_to_string(f"{template_prefix}_message.txt", context)
        sending.send_text(email, subject, body, kind=template_prefix)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("team:profile")


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return secrets.seal(text, settings.FIELD_KEYS)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.unseal(encrypted_text, settings.FIELD_KEYS)

    def generate_authenticator_name(self, user: AbstractBaseUser, kind: Authenticator.Type) -> str:
        """What a new key is called until its owner names it."""
        count = Authenticator.objects.filter(user_id=user.pk, type=kind).count()
        return f"Key {count + 1}"

    def _get_site_name(self) -> str:
        return str(settings.MFA_TOTP_ISSUER)

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        assert isinstance(user, User)
        return {"id": user_pk_to_url_str(user).encode(), "display_name": str(user), "name": user.email}
