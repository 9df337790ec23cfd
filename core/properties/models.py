"""Custom properties: typed fields that a program adds to its orders or contacts."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class PropertyType(models.TextChoices):
    STRING = "String", "String"
    INTEGER = "Integer", "Integer"
    DECIMAL = "Decimal", "Decimal"
    BOOLEAN = "Boolean", "Boolean"


class PropertyDefinition(models.Model):
    """One property of one noun. The values live in the ``properties`` column of the noun's own table."""

    noun = models.CharField(max_length=16, default="order", editable=False)
    name = models.CharField(
        max_length=63,
        validators=[
            RegexValidator(
                r"^[A-Za-z][A-Za-z0-9_]*$", "Letters, digits and underscores, beginning with a letter."
            )
        ],
    )
    type = models.CharField(max_length=8, choices=PropertyType.choices, default=PropertyType.STRING)
    description = models.CharField(max_length=200, blank=True)
    required = models.BooleanField(
        default=False, help_text="New orders without it are refused, through every door."
    )
    filterable = models.BooleanField(
        default=False, help_text="Keeps an index, so that tables can filter and sort by it."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                "noun",
                Lower("name"),
                name="property_name_once",
                violation_error_message="There is a property of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
