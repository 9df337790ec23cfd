"""Indexes are made in the background, for on a large table that takes minutes."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from core.properties import indexes
from core.properties.models import PropertyDefinition


@app.task(name="core.properties.bring_index_about", retry=RetryStrategy(max_attempts=6, exponential_wait=4))
def bring_index_about(property_id: int) -> None:
    """Give the property's index the state that its definition asks for. Harmless when repeated."""
    indexes.bring_about(PropertyDefinition.objects.get(pk=property_id))


def ask_for_index(definition: PropertyDefinition) -> None:
    """Enqueue it with the change that is its cause; one at a time for each property."""
    bring_index_about.configure(lock=indexes.name_of(definition)).defer(property_id=definition.pk)
