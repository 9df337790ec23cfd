"""``ILIKE`` as a lookup: it uses a trigram index on the column as it is, which ``icontains`` cannot."""

from typing import Any

from django.db.models import CharField, Lookup, TextField


@CharField.register_lookup
@TextField.register_lookup
class ILike(Lookup):
    """``name__ilike="%words%"``. Use :func:`containing` for the pattern."""

    lookup_name = "ilike"
    operator = "ILIKE"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.operator} {right}", [*left_params, *right_params]


@CharField.register_lookup
@TextField.register_lookup
class Like(ILike):
    """The same, minding case: a pattern that begins with letters can use a plain index."""

    lookup_name = "like"
    operator = "LIKE"


def containing(text: str) -> str:
    """The pattern for "has ``text`` anywhere in it"."""
    return f"%{escaped(text)}%"


def beginning(text: str) -> str:
    """The pattern for "begins with ``text``"."""
    return f"{escaped(text)}%"


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
