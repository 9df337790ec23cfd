"""The form of a custom property."""

from typing import Any

from django import forms

from core.properties.changes import Terms
from core.properties.models import PropertyDefinition
from core.properties.nouns import Noun


class TermsForm(forms.ModelForm):
    """What may change about a property that exists."""

    class Meta:
        model = PropertyDefinition
        fields = ["description", "required", "filterable"]

    @property
    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(given["description"], given["required"], given["filterable"])


class PropertyForm(TermsForm):
    """A new property, name and type included."""

    class Meta(TermsForm.Meta):
        fields = ["name", "type", "description", "required", "filterable"]
        help_texts = {
            "name": "Letters, digits and underscores, such as plan_name. It never changes: "
            "files, integrations and the API use it.",
            "type": "What its values are. It never changes.",
        }
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
            "type": forms.RadioSelect,
        }

    def __init__(self, *args: Any, noun: Noun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.noun = noun
        self.instance.noun = noun.name

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if self.noun.is_reserved(name):
            raise forms.ValidationError(f"“{name}” is the name of something that every {self.noun.name} has.")
        return name

    def _get_validation_exclusions(self) -> set[str]:
        # The noun is no field of the form, but the name is unique within it.
        return super()._get_validation_exclusions() - {"noun"}  # type: ignore[misc]

    def name_is_taken(self) -> None:
        """Say so at the field, for the one who came second."""
        self.add_error("name", "There is a property of this name already.")
