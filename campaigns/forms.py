"""The forms of campaigns and of the program."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import get_currency_name
from django import forms
from django.db.models import QuerySet

from campaigns.models import Campaign, Program
from core import money


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


@cache
def _currencies() -> list[tuple[str, str]]:
    return [(code, f"{code} – {get_currency_name(code, locale='en')}") for code in money.current_currencies()]


@cache
def _zones() -> list[tuple[str, str]]:
    """By place, as people look for them; the technical aliases without a place are left out, but for UTC."""
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]
