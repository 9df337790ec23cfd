"""Adding, changing and archiving properties. A name and a type are for good: values depend on them."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from core.accounts.models import User
from core.events.log import Entry, actor_for, write
from core.properties.jobs import ask_for_index
from core.properties.models import PropertyDefinition


@dataclass(frozen=True, slots=True)
class Terms:
    """What may change about a property."""

    description: str
    required: bool
    filterable: bool


@transaction.atomic
def add(noun: str, name: str, kind: str, terms: Terms, *, by: User) -> PropertyDefinition:
    """A new property. Raises IntegrityError when its name is taken (constraint ``property_name_once``)."""
    definition = PropertyDefinition.objects.create(
        noun=noun,
        name=name,
        type=kind,
        description=terms.description,
        required=terms.required,
        filterable=terms.filterable,
    )
    if definition.filterable:
        ask_for_index(definition)
    _note("property_added", definition, by, {"type": kind, "required": terms.required})
    return definition


@transaction.atomic
def change(property_id: int, terms: Terms, *, by: User) -> PropertyDefinition:
    """Other terms; the index follows in the background."""
    definition = PropertyDefinition.objects.select_for_update().get(pk=property_id)
    names = ("description", "required", "filterable")
    changed = {
        name: [getattr(definition, name), getattr(terms, name)]
        for name in names
        if getattr(definition, name) != getattr(terms, name)
    }
    if changed:
        for name in changed:
            setattr(definition, name, getattr(terms, name))
        definition.save(update_fields=list(changed))
        if "filterable" in changed:
            ask_for_index(definition)
        _note("property_changed", definition, by, {"changed": changed})
    return definition


@transaction.atomic
def archive(property_id: int, *, by: User) -> PropertyDefinition:
    """Out of forms, tables and imports. Its values stay where they are, and its name stays taken."""
    definition = PropertyDefinition.objects.select_for_update().get(pk=property_id)
    if definition.archived_at is None:
        definition.archived_at = timezone.now()
        definition.save(update_fields=["archived_at"])
        ask_for_index(definition)
        _note("property_archived", definition, by, {})
    return definition


@transaction.atomic
def restore(property_id: int, *, by: User) -> PropertyDefinition:
    """Back in use, with the values it had."""
    definition = PropertyDefinition.objects.select_for_update().get(pk=property_id)
    if definition.archived_at is not None:
        definition.archived_at = None
        definition.save(update_fields=["archived_at"])
        ask_for_index(definition)
        _note("property_restored", definition, by, {})
    return definition


def _note(kind: str, definition: PropertyDefinition, by: User, data: dict[str, object]) -> None:
    entry = Entry(kind, "property", definition.pk, {"name": definition.name, "of": definition.noun, **data})
    write([entry], actor=actor_for(by), source="dashboard")
