"""The forms of one order. They translate what a person writes into drafts; intake judges it."""

import re
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from campaigns.models import Campaign
from core import money
from core.properties.models import PropertyDefinition, PropertyType
from orders.intake.drafts import OrderDraft, Problem, RefundDraft
from orders.models import Order, Refund
from referrals.attribution import Claims
from referrals.models import Contact
from referrals.queries import contacts_visible_to

MINUTE = "%Y-%m-%dT%H:%M"
YES_NO = (("", "Not set"), ("true", "Yes"), ("false", "No"))
FEW = 12
# Where a problem of a draft is shown, if the form's field has another name.
FIELDS = {
    "customer_email": "customer",
    "campaign_uid": "campaign",
    "campaign_id": "campaign",
    "advocate_email": "advocate",
    "advocate_id": "advocate",
}
_DIGITS = re.compile(r"[0-9]{1,18}")


class Amount(forms.CharField):
    """A plain number. How many decimals its currency has is for intake to know."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        try:
            return money.parse_amount(text) if text else None
        except money.MoneyError as error:
            raise ValidationError(str(error)) from None


class Minute(forms.DateTimeField):
    """A moment to the minute, by the program's clock. The minute that runs means now, not its beginning."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(format=MINUTE, attrs={"type": "datetime-local"})
        formats = [MINUTE, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
        super().__init__(widget=widget, input_formats=formats, **kwargs)

    def clean(self, value: Any) -> Any:
        moment, now = super().clean(value), timezone.now()
        return now if moment is not None and 0 <= (now - moment).total_seconds() < 60 else moment


def line(label: str, *, required: bool = False, **kwargs: Any) -> forms.CharField:
    """One line of text, from whichever side its script is written."""
    attrs = {"dir": "auto", "autocomplete": "off", **kwargs.pop("attrs", {})}
    return forms.CharField(label=label, required=required, widget=forms.TextInput(attrs=attrs), **kwargs)


def person(label: str, address: str, **kwargs: Any) -> forms.CharField:
    """Somebody, found by typing; or anybody by e-mail."""
    attrs = {
        "data-select": "",
        "data-url": address,
        "data-create": "Use {input}",
        "data-create-pattern": "@",
        "placeholder": "Name or e-mail",
    }
    return line(label, attrs=attrs, **kwargs)


def campaign_select(empty: str, campaigns: Sequence[Campaign]) -> forms.Select:
    """Campaigns by uid; where they are many, one types to find one. ``empty`` names the choice of none."""
    none = [("", empty)] if empty else []
    attrs = {"data-select": ""} if len(campaigns) > FEW else {}
    return forms.Select(attrs, [*none, *((one.uid, one.name) for one in campaigns)])


class OrderFormBase(forms.Form):
    """Shows what intake says beside its fields, all at once, and knows the people who were chosen in them.

    A field for a person holds an e-mail address, or the id of a contact that ``who`` may see.
    """

    people: tuple[str, ...] = ()

    def __init__(self, *args: Any, who: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = {name: str(self[name].value() or "").strip() for name in self.people}
        ids = {name: int(text) for name, text in texts.items() if _DIGITS.fullmatch(text)}
        known = contacts_visible_to(who).in_bulk(set(ids.values())) if ids else {}
        self.chosen: dict[str, Contact] = {name: known[pk] for name, pk in ids.items() if pk in known}
        for name, contact in self.chosen.items():
            self.fields[name].widget.attrs["data-text"] = str(contact)

    def email(self, name: str) -> str:
        """The e-mail address of the person in a field, empty for one who has none."""
        chosen = self.chosen.get(name)
        return self.text(name) if chosen is None else chosen.email or ""

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show ``problems``. A field that is in error already has been heard."""
        for problem in problems:
            name = FIELDS.get(problem.field, problem.field)
            where = name if name in self.fields else None
            if where is None or where not in self.errors:
                self.add_error(where, f"{problem.message} {problem.suggestion}".strip())

    def given(self, name: str) -> Any:
        """What was read from a field; None where it could not be."""
        return self.cleaned_data.get(name)

    def text(self, name: str) -> str:
        return self.given(name) or ""


class FactsForm(OrderFormBase):
    """What new and known orders have in common: the free facts, and a field for each custom property."""

    revenue_amount = Amount(
        label="Revenue", error_messages={"required": "An order needs its revenue; 0 is allowed."}
    )
    ordered_at = Minute(label="Date", required=False)
    external_status = line("External status", help_text="What your shop or CRM calls its state.")
    hubspot_dealstage = line("HubSpot deal stage")
    campaign = forms.CharField(label="Campaign", required=False)

    def __init__(
        self,
        *args: Any,
        properties: Sequence[PropertyDefinition],
        campaigns: Sequence[Campaign],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.properties = properties
        for one in properties:
            self.fields[f"properties.{one.name}"] = self._property(one)
        self.fields["campaign"].widget = campaign_select("No campaign", campaigns)

    @property
    def property_fields(self) -> list[forms.BoundField]:
        return [self[f"properties.{one.name}"] for one in self.properties]

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """The custom properties among the fields ``names``, as they were written."""
        ours = [name for name in names if name.startswith("properties.")]
        return {name.partition(".")[2]: self.text(name) for name in ours}

    def _property(self, one: PropertyDefinition) -> forms.Field:
        if one.type == PropertyType.BOOLEAN:
            field: forms.CharField = forms.CharField(widget=forms.Select(choices=YES_NO), required=False)
        else:
            modes = {PropertyType.INTEGER: "numeric", PropertyType.DECIMAL: "decimal"}
            mode = modes.get(PropertyType(one.type))
            field = line("", attrs={"inputmode": mode} if mode else {})
        field.label, field.help_text, field.required = one.name, one.description, one.required
        field.error_messages["required"] = f"“{one.name}” is required."
        return field


class OrderForm(FactsForm):
    """A new order."""

    order_id = line(
        "Order id",
        required=True,
        attrs={"autofocus": True},
        help_text="Your own id of this order. It never changes.",
        error_messages={"required": "An order needs an id of its own."},
    )
    currency = forms.CharField(label="Currency", required=False)
    customer = person(
        "Customer",
        "/contacts/search/",
        required=True,
        error_messages={"required": "Say who bought: an e-mail address or a customer id."},
    )
    customer_first_name = line("First name")
    customer_last_name = line("Last name")
    customer_uid = line("Customer id", help_text="Your own id of this person.")
    short_code = line("Referral code", help_text="The end of a share link.")
    coupon_code = line("Coupon code")
    advocate = person("Advocate", "/advocates/search/")
    people = ("customer", "advocate")

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Usual"), *((code, code) for code in money.current_currencies())]
        self.fields["currency"].widget = forms.Select(choices=choices)
        self.fields["currency"].help_text = f"Usual: the campaign's own, else {currency}."
        if self.data.get("customer_uid"):
            self.fields["customer"].required = False

    @property
    def is_new_person_open(self) -> bool:
        """Whether there is something to see in the part that names a new customer."""
        names = ("customer_first_name", "customer_last_name", "customer_uid")
        return any(self[name].value() or self[name].errors for name in names)

    def clean_advocate(self) -> str:
        chosen = self.chosen.get("advocate")
        if chosen is not None and not chosen.email:
            raise ValidationError(f"{chosen} has no e-mail address. Give their referral code instead.")
        return str(self.cleaned_data["advocate"])

    def draft(self) -> OrderDraft:
        """What was written, as far as it can be read; call it after ``is_valid``."""
        customer = self.chosen.get("customer")
        return OrderDraft(
            order_id=self.text("order_id"),
            customer_email=self.email("customer"),
            customer_uid=self.text("customer_uid") or (customer.uid or "" if customer else ""),
            customer_first_name=self.text("customer_first_name"),
            customer_last_name=self.text("customer_last_name"),
            revenue_amount=self.given("revenue_amount"),
            currency=self.text("currency"),
            campaign_uid=self.text("campaign"),
            ordered_at=self.given("ordered_at"),
            claims=Claims(self.text("short_code"), self.text("coupon_code"), self.email("advocate")),
            external_status=self.text("external_status"),
            hubspot_dealstage=self.text("hubspot_dealstage"),
            properties=self.values(self.fields),
        )


class EditForm(FactsForm):
    """The free facts of a known order.

    Beside each field travels what it showed when the page was opened (``seen-…``). Only what the person
    changed is saved, so that two people may edit at once; where both changed the same fact, the second is
    told. An order that is attributed keeps its customer and campaign.
    """

    customer = person(
        "Customer", "/contacts/search/", required=True, error_messages={"required": "Say who bought."}
    )
    people = ("customer",)

    def __init__(self, *args: Any, order: Order, campaigns: Sequence[Campaign], **kwargs: Any) -> None:
        stored = {
            "revenue_amount": money.plain(order.revenue_amount, order.currency),
            "ordered_at": timezone.localtime(order.ordered_at).strftime(MINUTE),
            "external_status": order.external_status,
            "hubspot_dealstage": order.hubspot_dealstage,
            "campaign": order.campaign.uid if order.campaign else "",
            "customer": order.customer.email or str(order.customer_id),
        }
        stored |= {f"properties.{name}": _as_text(value) for name, value in order.properties.items()}
        super().__init__(*args, initial=stored, campaigns=campaigns, **kwargs)
        self.fields["customer"].widget.attrs["data-text"] = str(self.chosen.get("customer") or order.customer)
        if order.campaign:
            self.fields["campaign"].widget = campaign_select("", campaigns)
        if order.is_attributed:
            del self.fields["customer"], self.fields["campaign"]
        self.stored = {name: stored.get(name, "") for name in self.fields}

    @property
    def seen(self) -> list[tuple[str, str]]:
        """Name and value of the hidden fields: what is stored now."""
        return [(f"seen-{name}", self.stored[name]) for name in self.fields]

    @property
    def changed(self) -> list[str]:
        """The fields that the person changed."""
        return [name for name in self.fields if _flat(self.data.get(name, "")) != _flat(self._seen(name))]

    def is_current(self) -> bool:
        """Whether nobody else changed the same; says so at the field where somebody did."""
        stale = [name for name in self.changed if _flat(self._seen(name)) != _flat(self.stored[name])]
        for name in stale:
            now = f"“{self.stored[name]}”" if self.stored[name] else "empty"
            self.add_error(name, f"Somebody changed this to {now} meanwhile. Save again to use yours.")
        return not stale

    def draft(self) -> OrderDraft:
        """What was changed. A text that was emptied is taken away."""
        changed = self.changed
        customer = self.chosen.get("customer") if "customer" in changed else None

        def given(name: str) -> Any:
            return self.given(name) if name in changed else None

        return OrderDraft(
            customer_email=self.email("customer") if "customer" in changed else "",
            customer_uid=customer.uid or "" if customer and not customer.email else "",
            campaign_uid=given("campaign") or "",
            revenue_amount=given("revenue_amount"),
            ordered_at=given("ordered_at"),
            external_status=given("external_status"),
            hubspot_dealstage=given("hubspot_dealstage"),
            properties=self.values(changed),
        )

    def _seen(self, name: str) -> str:
        return self.data.get(f"seen-{name}", self.stored[name])


class RefundForm(OrderFormBase):
    """What was taken back. ``token`` makes it one refund, however often it is sent."""

    amount = Amount(label="Amount", error_messages={"required": "Say how much was taken back."})
    kind = forms.ChoiceField(label="What happened", choices=Refund.Kind.choices)
    note = line("Note", max_length=500)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        rest = money.plain(order.net_amount, order.currency)
        start = {"amount": rest, "kind": Refund.Kind.REFUND, "token": uuid.uuid4()}
        super().__init__(*args, initial=start, **kwargs)
        self.fields["amount"].widget.attrs["autofocus"] = True

    def draft(self) -> RefundDraft:
        return RefundDraft(
            refund_id=f"dashboard-{self.given('token')}",
            amount=self.given("amount"),
            kind=self.given("kind"),
            note=self.text("note"),
        )


class VoidForm(OrderFormBase):
    """Why an order is a mistake."""

    reason = line(
        "Why",
        required=True,
        max_length=500,
        attrs={"autofocus": True},
        help_text="Kept with the order, for whoever wonders later.",
        error_messages={"required": "Say why, for whoever wonders later."},
    )


class AttributeForm(OrderFormBase):
    """A person says who referred an order that nobody has been credited for."""

    advocate = person(
        "Advocate", "/contacts/search/", required=True, error_messages={"required": "Choose an advocate."}
    )
    campaign = forms.CharField(label="Campaign", error_messages={"required": "Choose a campaign."})
    reason = line(
        "Why",
        required=True,
        max_length=500,
        error_messages={"required": "Say why, for whoever wonders later."},
    )
    new = forms.BooleanField(required=False, widget=forms.HiddenInput)
    people = ("advocate",)

    def __init__(self, *args: Any, campaigns: Sequence[Campaign], who: Any, **kwargs: Any) -> None:
        super().__init__(*args, who=who, **kwargs)
        self.newcomer = ""
        self.fields["campaign"].widget = campaign_select("Choose …", campaigns)
        self.campaigns = {one.uid: one for one in campaigns}
        self.who = who

    def clean_campaign(self) -> Campaign:
        found = self.campaigns.get(self.cleaned_data["campaign"])
        if found is None:
            raise ValidationError("There is no such campaign.")
        return found

    def clean_advocate(self) -> Contact | None:
        """None for a ``newcomer``: somebody whom nobody knows yet, and who is made with the decision."""
        text = self.cleaned_data["advocate"].lower()
        found = self.chosen.get("advocate") or contacts_visible_to(self.who).filter(email=text).first()
        if found is None and self.data.get("new"):
            validate_email(text)
            self.newcomer = text
        elif found is None:
            raise ValidationError(
                "There is no contact with this e-mail address. Add them to your contacts first."
            )
        return found


def _as_text(value: Any) -> str:
    """A stored property as its field shows it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _flat(text: str) -> str:
    """A text as one line of input holds it."""
    return text.replace("\r", "").replace("\n", "").strip()
