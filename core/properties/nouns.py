"""Which tables have custom properties. Their packages say so when they start."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """``table`` has a JSON column ``properties``; ``tie_breakers`` are the columns that end its sorts."""

    name: str
    table: str
    reserved: frozenset[str]
    tie_breakers: tuple[str, ...]

    def is_reserved(self, name: str) -> bool:
        return name.lower() in self.reserved


_nouns: dict[str, Noun] = {}


def register(
    name: str,
    *,
    table: str,
    reserved: frozenset[str],
    tie_breakers: tuple[str, ...] = ("ordered_at", "id"),
) -> None:
    """Give ``table`` custom properties. ``reserved`` names (compared without case) are refused."""
    _nouns[name] = Noun(name, table, frozenset(word.lower() for word in reserved), tie_breakers)


def noun(name: str) -> Noun:
    """The noun called ``name``. Raises KeyError for one that nobody registered."""
    return _nouns[name]
