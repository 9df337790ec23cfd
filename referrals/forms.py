"""The forms of contacts, advocates and codes. What they mean is judged by the rules they feed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse_lazy

from campaigns import access
from campaigns.forms import moment_input
from campaigns.models import Campaign
from referrals import people, queries
from referrals.models import Contact


class ContactChoice(forms.CharField):
    """A contact, chosen by searching; without scripts, by e-mail or uid."""

    def __init__(self, *, url: Any, **kwargs: Any) -> None:
        attrs = {
            "data-select": "",
            "data-url": url,
            "autocomplete": "off",
            "placeholder": "Name, e-mail or uid",
        }
        super().__init__(max_length=255, widget=forms.TextInput(attrs=attrs), **kwargs)
        self.who: Any = None

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = find_contact(self.who, text)
        if found is None:
            raise ValidationError("There is no such contact.")
        self.widget.attrs["data-text"] = str(found)
        return found


def find_contact(who: Any, text: str) -> Contact | None:
    """The contact that ``text`` names by its number here, its e-mail or its uid."""
    if "\0" in text:
        return None
    contacts = queries.contacts_visible_to(who).filter(merged_into=None, erased_at=None)
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    rows = contacts.filter(Q(pk=number) | Q(email=text.lower()) | Q(uid=text))
    return min(rows, key=lambda row: (row.pk != number, row.pk), default=None)


class CampaignChoice(forms.ModelChoiceField):
    """One of the campaigns that a person may see, by uid. The limited have to choose one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Campaign.objects.none(), to_field_name="uid", **kwargs)

    def open_to(self, who: Any) -> None:
        self.queryset = access.visible_to(who).order_by("name", "id")
        self.required = self.required or access.is_limited(who)


class ContactForm(forms.ModelForm):
    class Meta:
        model = Contact
        fields = ["first_name", "last_name", "email", "uid", "flagged"]
        help_texts = {"flagged": "For somebody to look at."}
        widgets = {
            name: forms.TextInput(attrs={"autocomplete": "off"}) for name in ("first_name", "last_name")
        }

    def clean(self) -> dict[str, Any]:
        """What is wrong with the person is said once, at its field, and by the rule."""
        cleaned = super().clean() or {}
        tidied = people.tidied(cleaned)
        try:
            if not self.errors.keys() & {"email", "uid"}:
                people.check(tidied, self.instance.pk)
        except ValidationError as error:
            self.add_error(None, error)
        return {**cleaned, **tidied}


class NewContactForm(ContactForm):
    campaign = CampaignChoice(
        label="Enrol in",
        required=False,
        empty_label="No campaign",
        help_text="They get a share link at once.",
    )

    def __init__(self, *args: Any, who: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].open_to(who)  # type: ignore[attr-defined]


class EnrollForm(forms.Form):
    contact = ContactChoice(url=reverse_lazy("contacts:search"))
    campaign = CampaignChoice(empty_label="Choose a campaign")
    code = forms.CharField(
        label="Referral code",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="The end of the share link. Empty: made up. A code is for ever, even when disabled.",
    )

    def __init__(self, *args: Any, who: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to(self, who)


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="Letters, digits, hyphens and underscores. Empty: made up.",
    )


class CouponForm(forms.Form):
    code = forms.CharField(
        label="Coupon code",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="As the shop knows it; capitals and small letters are the same. It never changes.",
    )
    advocate = ContactChoice(url=reverse_lazy("advocates:search"))
    campaign = CampaignChoice(
        required=False,
        empty_label="All of the advocate’s campaigns",
        help_text="It never changes.",
    )

    def __init__(self, *args: Any, who: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to(self, who)


class TieForm(forms.Form):
    """Who referred whom, said by a person. ``replace`` is offered where somebody else's is active."""

    contact = ContactChoice(label="Who was referred", url=reverse_lazy("contacts:search"))
    advocate = ContactChoice(label="By", url=reverse_lazy("contacts:search"))
    campaign = CampaignChoice(empty_label="Choose a campaign")
    referred_at = forms.DateTimeField(
        label="When",
        required=False,
        widget=moment_input(),
        help_text="Empty: now. Orders placed before it are not touched either.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=people.LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Say why, for whoever looks at it later."},
    )
    replace = forms.BooleanField(required=False)

    def __init__(self, *args: Any, who: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_to(self, who)


def open_to(form: forms.Form, who: Any) -> None:
    """Let the fields of ``form`` find what ``who`` may see, and say what is chosen already."""
    for name, field in form.fields.items():
        if isinstance(field, CampaignChoice):
            field.open_to(who)
        elif isinstance(field, ContactChoice):
            field.who = who
            chosen = form.initial.get(name)
            if chosen and (found := find_contact(who, str(chosen))):
                field.widget.attrs["data-text"] = str(found)
