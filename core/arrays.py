"""``= ANY(array)`` as a lookup: one parameter for thousands of values, which ``in`` would spell out."""

from typing import Any

from django.db.models import Field, ForeignKey, Lookup


@Field.register_lookup
@ForeignKey.register_lookup
class AnyOf(Lookup):
    """``order_id__any_of=ids``, with a list of values of the column's own Python type."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        # The type that a key points at has no serial: bigint, not bigserial.
        kind = (field.target_field if isinstance(field, ForeignKey) else field).rel_db_type(connection)
        assert kind is not None
        return f"{left} = ANY(%s::{kind.partition('(')[0]}[])", [*params, list(self.rhs)]
