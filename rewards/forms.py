"""The forms of rewards and their rules."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

from campaigns.forms import moment_input
from campaigns.models import Campaign
from core import money
from core.properties.definitions import definitions
from core.properties.models import PropertyType
from rewards import ruling
from rewards.models import Recipient, RuleVersion
from rewards.moves import LONGEST_REASON


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Why", max_length=LONGEST_REASON, help_text="Kept with each reward, for whoever looks later."
    )


class RuleForm(forms.ModelForm):
    """What a rule says. What it all means together is judged by ``rewards.ruling``."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    tiers = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "10: 7.5\n50: 10"}),
        help_text="One a line: from which order or revenue on, a colon, then how much.",
    )

    class Meta:
        model = RuleVersion
        fields = [name for name in ruling.SAID if name != "tiers"]
        widgets = {
            "starts_at": moment_input(),
            "conditions": forms.TextInput(attrs={"placeholder": "revenue__gte=50&source=shopify"}),
        }

    def __init__(self, *args: Any, campaign: Campaign, name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = name
        if isinstance(self.initial.get("tiers") or self.instance.tiers, list):
            self.initial["tiers"] = "\n".join(f"{start}: {value}" for start, value in self.instance.tiers)
        for field in ("value", "minimum", "order_limit", "advocate_limit", "customer_limit", "budget"):
            amount = getattr(self.instance, field)
            if amount is not None:
                self.initial[field] = f"{amount.normalize():f}"
        used = campaign.currency or ""
        currencies = [("", "Any"), *((code, code) for code in money.current_currencies())]
        self.fields["currency"] = forms.ChoiceField(
            choices=currencies,
            required=False,
            initial=used,
            help_text="Of all amounts here. Any: only for a percentage without amounts.",
        )
        named = [one.name for one in definitions("order") if one.type == PropertyType.INTEGER]
        self.fields["quantity_property"] = forms.ChoiceField(
            label="Times",
            choices=[("", "Once"), *((name, name) for name in named)],
            required=False,
            help_text="An order property that a flat amount is multiplied by.",
        )

    def clean_tiers(self) -> list[list[str]]:
        lines = [line for line in self.cleaned_data["tiers"].splitlines() if line.strip()]
        return [self._tier(line) for line in lines]

    def clean_conditions(self) -> str:
        return ruling.tidy_conditions(self.cleaned_data["conditions"])

    def _post_clean(self) -> None:
        """The version is written by ``rewards.ruling``, not by the form."""

    @property
    def said(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name) for name in ruling.SAID}

    @staticmethod
    def _tier(line: str) -> list[str]:
        start, _, value = line.partition(":")
        try:
            pair = [Decimal(start.strip()), Decimal(value.strip())]
        except InvalidOperation:
            raise forms.ValidationError(
                f"“{line.strip()[:40]}” is not a tier; write it like 10: 7.5."
            ) from None
        if not all(one.is_finite() and abs(one) < money.MAX_AMOUNT for one in pair):
            raise forms.ValidationError("Give ordinary numbers.")
        return [f"{one:f}" for one in pair]


class NewRuleForm(RuleForm):
    recipient = forms.ChoiceField(
        label="Paid to", choices=Recipient.choices, widget=forms.RadioSelect, initial=Recipient.ADVOCATE
    )
