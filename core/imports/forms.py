"""The choice of format, columns and policies for one file."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.imports import mapping
from core.imports.formats import DATE_ORDERS, DECIMALS, DELIMITERS, ENCODINGS, Format
from core.imports.importers import Importer, Target
from core.imports.mapping import LONGEST_VALUE, Mapping, MappingError
from core.imports.upload import Sample

FIXED = "="  # as the choice of a source; columns are chosen by their place


class FormatForm(forms.Form):
    """How the file is read. What a workbook leaves no choice about is left out."""

    encoding = forms.ChoiceField(label="Encoding", choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label="Cells are parted by", choices=list(DELIMITERS.items()))
    decimal = forms.ChoiceField(label="Decimal sign", choices=list(DECIMALS.items()))
    date_order = forms.ChoiceField(label="Dates like 3/4/2026", choices=list(DATE_ORDERS.items()))
    header = forms.BooleanField(label="The first row names the columns", required=False)

    def __init__(self, data: Any = None, *, found: Format) -> None:
        self.found = found
        super().__init__(data, initial=found.to_json())
        if found.kind == "xlsx":
            del self.fields["encoding"], self.fields["delimiter"]

    @property
    def is_changed(self) -> bool:
        """Whether the person chose otherwise than was found."""
        return self.is_bound and self.has_changed()

    @property
    def chosen(self) -> Format:
        given = {name: self.cleaned_data[name] for name in self.fields}
        is_sure = self.found.date_order_is_sure or given["date_order"] != self.found.date_order
        return replace(self.found, **given, date_order_is_sure=is_sure)


@dataclass(frozen=True, slots=True)
class Choice:
    """A target on the screen, with the fields that say where it comes from and what that says."""

    target: Target
    source: BoundField
    value: BoundField
    said: list[str]


class ColumnsForm(forms.Form):
    """Where each target comes from, and what is to happen with rows that are known or wrong."""

    lines = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("each", "Each line is a row of its own"), ("sum", "")]
    )
    on_existing = forms.ChoiceField(widget=forms.RadioSelect, label="What is known already")
    on_error = forms.ChoiceField(widget=forms.RadioSelect, label="When rows are wrong")
    name = forms.CharField(
        label="Keep this choice as",
        required=False,
        max_length=80,
        help_text="For other files. One of these columns finds it again by itself.",
    )

    def __init__(
        self,
        data: AnyMapping[str, Any] | None = None,
        *,
        of: Importer,
        targets: Sequence[Target],
        sample: Sample,
        chosen: Mapping,
        options: AnyMapping[str, Any],
    ) -> None:
        self.of, self.targets, self.sample = of, targets, sample
        super().__init__(data, initial=self._initial(chosen, options))
        one, many = of.singular, of.plural
        key = next(target.label.lower() for target in targets if target.name == of.key)
        if any(target.sums for target in targets):
            self._choose(
                "lines",
                f"Lines of one {one}",
                ("each", f"Each line is one {one}"),
                ("sum", f"Lines of the same {key} are one {one}; their revenue is added up"),
            )
        self._choose(
            "on_existing",
            f"{many.capitalize()} that are here already",
            ("update", "Update them"),
            ("skip", "Leave them as they are"),
            ("fail", "Treat them as conflicts"),
        )
        self._choose("on_error", "When rows are wrong", ("valid", "Import the others"),
                     ("none", "Import nothing"))  # fmt: skip
        for flag in of.flags:
            self.fields[flag.name] = forms.BooleanField(
                label=flag.label,
                required=False,
                help_text=flag.hint,
                initial=flag.name in options.get("flags", ()),
            )
        columns = [(str(place), name) for place, name in enumerate(sample.columns)]
        for target in targets:
            self._add(target, columns)

    def groups(self) -> Iterator[tuple[str, list[Choice]]]:
        """The targets as they stand together, for the template."""
        for group, members in groupby(self.targets, lambda target: target.group):
            yield group, [self._shown(target) for target in members]

    @property
    def flags(self) -> list[BoundField]:
        return [self[flag.name] for flag in self.of.flags]

    @property
    def unused(self) -> list[str]:
        return mapping.unused(self.now, self.sample.columns)

    @property
    def now(self) -> Mapping:
        """The mapping as it stands in the fields, right or wrong."""
        columns: dict[str, str] = {}
        fixed: dict[str, str] = {}
        for target in self.targets:
            source = str(self[f"source-{target.name}"].value() or "")
            value = str(self[f"value-{target.name}"].value() or "").strip()
            if source == FIXED:
                fixed[target.name] = value
            elif source.isascii() and source.isdigit() and int(source) < len(self.sample.columns):
                columns[target.name] = self.sample.columns[int(source)]
        return Mapping(columns, fixed)

    def clean(self) -> dict[str, Any]:
        for name, text in self.now.fixed.items():
            if not text:
                self.add_error(f"value-{name}", "Write the value, or choose “Nothing”.")
        try:
            mapping.checked(self.now, self.of, self.targets, self.sample.columns)
        except MappingError as error:
            raise forms.ValidationError(str(error)) from None
        return self.cleaned_data

    @property
    def options(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "lines": given.get("lines", "each"),
            "on_existing": given["on_existing"],
            "on_error": given["on_error"],
            "flags": [flag.name for flag in self.of.flags if given[flag.name]],
        }

    def _initial(self, chosen: Mapping, options: AnyMapping[str, Any]) -> dict[str, Any]:
        initial: dict[str, Any] = {
            "lines": options.get("lines", "each"),
            "on_existing": options.get("on_existing", "update"),
            "on_error": options.get("on_error", "valid"),
        }
        for name, column in chosen.columns.items():
            initial[f"source-{name}"] = str(self.sample.columns.index(column))
        for name, text in chosen.fixed.items():
            initial[f"source-{name}"], initial[f"value-{name}"] = FIXED, text
        return initial

    def _choose(self, name: str, label: str, *choices: tuple[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.label, field.choices = label, list(choices)

    def _add(self, target: Target, columns: list[tuple[str, str]]) -> None:
        self.fields[f"source-{target.name}"] = forms.ChoiceField(
            label=target.label,
            required=False,
            choices=[("", "Nothing"), (FIXED, "A fixed value"), ("Columns", columns)],
        )
        self.fields[f"value-{target.name}"] = forms.CharField(
            label=f"{target.label}, for every row",
            required=False,
            max_length=LONGEST_VALUE,
            widget=forms.TextInput(attrs={"list": f"choices-{target.name}"} if target.choices else {}),
        )

    def _shown(self, target: Target) -> Choice:
        source = self[f"source-{target.name}"]
        column = self.now.columns.get(target.name)
        said = self.sample.of(column) if column else []
        return Choice(target, source, self[f"value-{target.name}"], said)
