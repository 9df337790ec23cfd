"""The forms of campaigns and of the program."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import get_currency_name
from django import forms
from django.db.models import QuerySet

from campaigns import changing
from campaigns.models import Campaign, Program
from core import money


def moment_input() -> forms.DateTimeInput:
    """The browser's own field for a day and a time of day."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class AccessForm(forms.Form):
    """All campaigns, or those that are ticked."""

    reach = forms.ChoiceField(
        label="Sees",
        choices=[("all", "All campaigns"), ("some", "Only these:")],
        widget=forms.RadioSelect,
    )
    campaigns = forms.ModelMultipleChoiceField(
        queryset=Campaign.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Orders without a campaign are for those who see all.",
    )

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaigns"].queryset = campaigns  # type: ignore[attr-defined]

    @property
    def is_all(self) -> bool:
        return bool(self.cleaned_data["reach"] == "all")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reach") == "some" and "campaigns" in cleaned and not cleaned["campaigns"]:
            self.add_error("campaigns", "Choose at least one campaign, or all of them.")
        return cleaned


class ProgramForm(forms.ModelForm):
    currency = forms.ChoiceField(help_text="For orders that name none. Orders keep the currency they have.")
    time_zone = forms.ChoiceField(help_text="Dates are shown in this zone, and days begin and end by it.")

    class Meta:
        model = Program
        fields = ["name", "currency", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = _currencies()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = _zones()  # type: ignore[attr-defined]


class CampaignForm(forms.ModelForm):
    """What may change about a campaign. What it all means together is judged by ``campaigns.changing``."""

    landing_page = forms.URLField(
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text="Where share links lead.",
        error_messages={"invalid": "Give an address that begins with https:// or http://."},
    )
    currency = forms.ChoiceField(required=False, help_text="For its orders that name none.")
    starts_at = forms.DateTimeField(
        label="Starts", required=False, widget=moment_input(), help_text="Empty: with its launch."
    )
    ends_at = forms.DateTimeField(
        label="Ends", required=False, widget=moment_input(), help_text="Empty: no end."
    )

    class Meta:
        model = Campaign
        fields = [
            "name",
            "description",
            "landing_page",
            "starts_at",
            "ends_at",
            "window_days",
            "touch",
            "currency",
            *changing.FRAUD_RULES,
        ]
        labels = {
            "window_days": "Tracking window, in days",
            "touch": "Credit goes to",
            "self_referral": "Self-referral",
            "same_company": "Same company",
            "disposable_email": "Throw-away address",
            "ip_burst": "Many from one IP address",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "description": forms.Textarea(attrs={"rows": 3}),
            "touch": forms.RadioSelect,
        }

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [("", f"The program’s ({program.currency})"), *_currencies()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            changing.check(cleaned, is_new="uid" in self.fields)
        except forms.ValidationError as error:
            self.add_error(None, error)
        return cleaned


class NewCampaignForm(CampaignForm):
    """A new campaign, uid included."""

    class Meta(CampaignForm.Meta):
        fields = ["name", "uid", *CampaignForm.Meta.fields[1:]]
        widgets = {
            **CampaignForm.Meta.widgets,
            "uid": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        }
        help_texts = {
            "uid": "How files, integrations and the API call it. It never changes. "
            "Empty: made from the name.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uid"].required = False


@cache
def _currencies() -> list[tuple[str, str]]:
    return [(code, f"{code} – {get_currency_name(code, locale='en')}") for code in money.current_currencies()]


@cache
def _zones() -> list[tuple[str, str]]:
    """By place, as people look for them; the technical aliases without a place are left out, but for UTC."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]
