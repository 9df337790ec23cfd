"""What may not change is locked by the database, and declared on the model.

A guard in ``save()`` or in ``pre_save`` sees one of five ways of writing a row. A trigger sees them
all, raw SQL included. Each class here is a Django constraint, so migrations carry it, forms hear of
it through ``validate()``, and a violation arrives as an ``IntegrityError`` with the constraint's name.

The triggers fire ALWAYS: no session setting lifts them, not even ``session_replication_role``. TRUNCATE is
not refused: like DROP TABLE it is for the owner of the tables alone, it cannot change one row and keep the
rest, and Django's ``flush`` is made of it.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_FUNCTION = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $lock$
BEGIN
{body}
END $lock$;
DROP TRIGGER IF EXISTS {function} ON {table};
CREATE TRIGGER {function} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {function};
"""

_RAISE = """
    RAISE EXCEPTION '{text}' USING ERRCODE = 'check_violation', CONSTRAINT = '{name}',
      TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA, DETAIL = lower(TG_OP);"""


class TriggerConstraint(models.constraints.BaseConstraint):
    """A constraint that PostgreSQL keeps by a row trigger. Subclasses give the body of its function."""

    # Raise this when a body changes: makemigrations compares what deconstruct() says, not the SQL.
    version = 2

    def _body(self, model: type[models.Model], quote: Any) -> str:
        """The statements between BEGIN and END; ``quote`` quotes an identifier."""
        raise TypeError("a trigger constraint says what its trigger does")

    def create_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        quote = schema_editor.quote_name
        # psycopg reads % as a placeholder only when parameters are given; schema editors give none.
        return _FUNCTION.format(
            function=quote(self.name), table=quote(model._meta.db_table), body=self._body(model, quote)
        )

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        name, table = schema_editor.quote_name(self.name), schema_editor.quote_name(model._meta.db_table)
        return f"DROP TRIGGER IF EXISTS {name} ON {table}; DROP FUNCTION IF EXISTS {name}()"

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""  # nothing of it stands inside CREATE TABLE

    def _refusal(self, model: Any, quote: Any, text: str) -> str:
        return _RAISE.format(name=self.name, text=text.replace("'", "''"))

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "version": self.version}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]

    def _message(self, default: str, given: str | None) -> dict[str, Any]:
        return {"violation_error_message": given or default, "violation_error_code": "locked"}


class LockedOnceSet(TriggerConstraint):
    """Once ``field`` has a value, it and ``along`` never change again, and the row is never deleted.

    Its primary key stays too, for that is what other rows and the history know it by. A field that is
    required from the first moment is thereby locked from birth.
    """

    def __init__(
        self,
        *,
        field: str,
        along: Sequence[str] = (),
        name: str,
        violation_error_message: str | None = None,
        violation_error_code: str | None = None,
        version: int = 2,
    ) -> None:
        self.field, self.along, self.version = field, tuple(along), version
        message = self._message(f"“{field}” is permanent once it is set.", violation_error_message)
        super().__init__(name=name, **message)

    def _body(self, model: type[models.Model], quote: Any) -> str:
        assert model._meta.pk is not None
        names = (self.field, *self.along, model._meta.pk.name)
        columns = [quote(model._meta.get_field(name).column) for name in names]  # type: ignore[union-attr]
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
        return f"""
  IF OLD.{columns[0]} IS NULL THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN {self._refusal(model, quote, self.field + " is locked once set")}
  END IF;
  IF ({new}) IS DISTINCT FROM ({old}) THEN {self._refusal(model, quote, self.field + " is locked once set")}
  END IF;
  RETURN NEW;"""

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = "default", **_: Any
    ) -> None:
        if instance._state.adding:
            return
        names = [model._meta.get_field(name).attname for name in (self.field, *self.along)]
        stored = model._base_manager.using(using).filter(pk=instance.pk).values_list(*names).first()
        if stored and stored[0] is not None and stored != tuple(getattr(instance, name) for name in names):
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "along": self.along}


class AppendOnly(TriggerConstraint):
    """Rows are written once. Nothing changes them and nothing deletes them, with two exceptions.

    ``erasable`` columns hold personal values and may be set NULL (privacy erasure, nothing else).
    ``sealable`` columns are empty at first and may be given a value once (a proof computed later).
    """

    def __init__(
        self,
        *,
        name: str,
        erasable: Sequence[str] = (),
        sealable: Sequence[str] = (),
        violation_error_message: str | None = None,
        violation_error_code: str | None = None,
        version: int = 2,
    ) -> None:
        self.erasable, self.sealable, self.version = tuple(erasable), tuple(sealable), version
        message = self._message("This is history: it is never changed.", violation_error_message)
        super().__init__(name=name, **message)

    def _body(self, model: type[models.Model], quote: Any) -> str:
        refusal = self._refusal(model, quote, model._meta.db_table + " is append-only")
        fields: dict[str, Any] = {
            name: model._meta.get_field(name) for name in (*self.erasable, *self.sealable)
        }
        column = {name: quote(field.column) for name, field in fields.items()}
        steps = [f"  IF TG_OP = 'DELETE' THEN {refusal}\n  END IF;"]
        for name in self.erasable:
            steps.append(f"  IF NEW.{column[name]} IS NULL THEN OLD.{column[name]} := NULL; END IF;")
        for name in self.sealable:
            steps.append(
                f"  IF OLD.{column[name]} IS NULL THEN OLD.{column[name]} := NEW.{column[name]}; END IF;"
            )
        steps.append(f"  IF NEW IS DISTINCT FROM OLD THEN {refusal}\n  END IF;\n  RETURN NEW;")
        return "\n".join(steps)

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = "default", **_: Any
    ) -> None:
        if not instance._state.adding:
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "erasable": self.erasable, "sealable": self.sealable}


class CompositeForeignKey(models.constraints.BaseConstraint):
    """Several columns together point at one row of ``to``: they cannot disagree with it, or each other.

    ``to`` is ``"app.Model"``; ``to_fields`` must be unique together there. Checked at commit, and only
    when every one of ``fields`` has a value (SQL's MATCH SIMPLE): say the rest with a CheckConstraint.
    """

    def __init__(
        self,
        *,
        fields: Sequence[str],
        to: str,
        to_fields: Sequence[str],
        name: str,
        violation_error_code: str | None = None,
        violation_error_message: str | None = None,
    ) -> None:
        self.fields, self.to, self.to_fields = tuple(fields), to, tuple(to_fields)
        super().__init__(
            name=name,
            violation_error_code=violation_error_code or "disagree",
            violation_error_message=violation_error_message or "These values do not belong together.",
        )

    def create_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        quote = schema_editor.quote_name
        target = model._meta.apps.get_model(self.to)
        here = ", ".join(quote(model._meta.get_field(name).column) for name in self.fields)
        there = ", ".join(quote(target._meta.get_field(name).column) for name in self.to_fields)
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({here}) "
            f"REFERENCES {quote(target._meta.db_table)} ({there}) DEFERRABLE INITIALLY DEFERRED"
        )

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT IF EXISTS {quote(self.name)}"

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert schema_editor is not None
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))
        return ""

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = "default", **_: Any
    ) -> None:
        values = [getattr(instance, model._meta.get_field(name).attname) for name in self.fields]
        if None in values:
            return
        target = model._meta.apps.get_model(self.to)
        attnames = [target._meta.get_field(name).attname for name in self.to_fields]
        if not target._base_manager.using(using).filter(**dict(zip(attnames, values, strict=True))).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "fields": self.fields, "to": self.to, "to_fields": self.to_fields}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CompositeForeignKey) and self.deconstruct() == other.deconstruct()

    __hash__ = None  # type: ignore[assignment]


def violated(error: IntegrityError) -> str:
    """The name of the constraint that ``error`` speaks of, or ``""`` when the database named none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
