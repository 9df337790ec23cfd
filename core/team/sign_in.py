"""Addresses of sign-in: the pages of allauth that make sense here, each marked with who may open it.

Signing up, managing several e-mails and confirming them have no address: people come by invitation.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, re_path

from core.accounts.models import User
from core.accounts.permissions import public, signed_in
from core.mail import sending


@public
def ask_for_reset(request: HttpRequest) -> HttpResponseBase:
    """A link by mail; where no mail leaves, the word that an owner can make one."""
    if not sending.is_configured():
        return render(request, "account/password_reset_off.html")
    answer: HttpResponse = account.password_reset(request)
    return answer


@signed_in
def change_password(request: HttpRequest) -> HttpResponseBase:
    """For who has one; a seat without a password gets its first by a reset link."""
    assert isinstance(request.user, User)
    if not request.user.has_usable_password():
        return redirect("account_reset_password")
    answer: HttpResponse = account.password_change(request)
    return answer


urlpatterns = [
    path("login/", public(account.login), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", change_password, name="account_change_password"),
    path("password/reset/", ask_for_reset, name="account_reset_password"),
    path("password/reset/done/", public(account.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        public(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("mfa/", signed_in(mfa.index), name="mfa_index"),
    path("mfa/authenticate/", public(mfa.authenticate), name="mfa_authenticate"),
    path("mfa/reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("mfa/totp/activate/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("mfa/totp/deactivate/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("mfa/recovery-codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "mfa/recovery-codes/generate/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "mfa/recovery-codes/download/",
        signed_in(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("mfa/webauthn/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("mfa/webauthn/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("mfa/webauthn/login/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "mfa/webauthn/reauthenticate/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("mfa/webauthn/keys/<int:pk>/edit/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "mfa/webauthn/keys/<int:pk>/remove/", signed_in(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
]
