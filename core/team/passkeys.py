"""The forms behind passkeys and security keys, for answers that no browser would give.

allauth reads a key's answer with a library that expects it to be well made; whatever else is sent here
must end as an error of the form.
"""

import struct

from allauth.mfa.webauthn import forms

_MALFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, struct.error)
_SAID = "The key’s answer could not be read. Please try again."


class _Guarded:
    """Put before a form of allauth."""

    def full_clean(self) -> None:
        try:
            super().full_clean()  # type: ignore[misc]
        except _MALFORMED:
            self.cleaned_data: dict[str, object] = {}
            self.add_error(None, _SAID)  # type: ignore[attr-defined]
        # PostgreSQL keeps no NUL in JSON.
        if "\\u0000" in self.data.get(self.add_prefix("credential"), ""):  # type: ignore[attr-defined]
            self.add_error(None, _SAID)  # type: ignore[attr-defined]


class AddForm(_Guarded, forms.AddWebAuthnForm):
    pass


class AuthenticateForm(_Guarded, forms.AuthenticateWebAuthnForm):
    pass


class LoginForm(_Guarded, forms.LoginWebAuthnForm):
    pass


class ReauthenticateForm(_Guarded, forms.ReauthenticateWebAuthnForm):
    pass
