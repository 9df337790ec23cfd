"""The form of a public key of the site script."""

from django import forms

from referrals.site.keys import OriginRefused, read_origins


class SiteKeyForm(forms.Form):
    name = forms.CharField(max_length=80, help_text="Which site it is for: “Shop”.")
    origins = forms.CharField(
        label="Allowed origins",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="The pages it is used on, one a line: https://shop.example.com",
    )

    def clean_origins(self) -> list[str]:
        try:
            return read_origins(self.cleaned_data["origins"])
        except OriginRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None
