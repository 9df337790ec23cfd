"""The forms of the team's screens. They check shapes; what is allowed is decided by the rules they feed."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.utils import timezone

from core.accounts import scopes
from core.accounts.models import Role, User

_ROLES = {
    Role.OWNER: "Owner – everything, the team and the settings too",
    Role.MANAGER: "Manager – orders, campaigns, rewards, imports",
    Role.ANALYST: "Analyst – look and export",
}
_REACH = [("all", "All campaigns"), ("some", "Only some, which you choose next")]


def role_field() -> forms.ChoiceField:
    return forms.ChoiceField(choices=list(_ROLES.items()), widget=forms.RadioSelect, initial=Role.ANALYST)


def reach_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Sees",
        choices=_REACH,
        widget=forms.RadioSelect,
        initial="all",
        help_text="Somebody who sees only some campaigns does not see orders without a campaign.",
    )


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class MemberForm(forms.Form):
    name = forms.CharField(max_length=120, required=False)
    role = role_field()


class InviteForm(forms.Form):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = role_field()
    reach = reach_field()


class AcceptForm(forms.Form):
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned:
            try:
                validate_password(cleaned["password"], User(email=self.email, name=cleaned.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class KeyForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="What uses it: “Shop backend”.")
    scopes = forms.MultipleChoiceField(
        label="May",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one.", "invalid_choice": "You cannot give “%(value)s”."},
    )
    reach = reach_field()
    expires_on = forms.DateField(
        label="Valid until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="The last day on which it works. Empty: until somebody revokes it.",
    )

    def __init__(self, *args: Any, maker: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(scope.name, f"{scope.label} ({scope.name})") for scope in scopes.grantable(maker)]
        self.fields["scopes"].choices = choices  # type: ignore[attr-defined]

    def clean_expires_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["expires_on"]
        if day is not None and not timezone.localdate() <= day <= dt.date(9000, 1, 1):
            raise forms.ValidationError(
                "This day is over already." if day.year < 9000 else "This is too far away."
            )
        return day

    @property
    def expires_at(self) -> dt.datetime | None:
        """The end of the last day, in the program's time zone."""
        day: dt.date | None = self.cleaned_data["expires_on"]
        if day is None:
            return None
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
