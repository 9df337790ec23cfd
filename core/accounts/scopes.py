"""The scopes that an API key can be given: permissions that the installed packages offer to programs.

Each package names its own in its AppConfig, ``api_scopes = ("orders:read", "orders:write")``, so nothing
here has to know a noun.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.apps import apps

from core.accounts.models import User
from core.accounts.permissions import may

_WORDS = {"read": "look at", "write": "create and change", "export": "export", "manage": "manage"}


@dataclass(frozen=True, slots=True)
class Scope:
    name: str

    @property
    def noun(self) -> str:
        return self.name.partition(":")[0]

    @property
    def verb(self) -> str:
        return self.name.partition(":")[2]

    @property
    def label(self) -> str:
        """``orders:read`` → Look at orders."""
        return f"{_WORDS.get(self.verb, self.verb)} {self.noun.replace('_', ' ')}".capitalize()


@cache
def available() -> tuple[Scope, ...]:
    """Every scope there is, by noun, in the order that its package names them."""
    names: dict[str, None] = {}
    for config in apps.get_app_configs():
        names.update(dict.fromkeys(getattr(config, "api_scopes", ())))
    return tuple(sorted((Scope(name) for name in names), key=lambda scope: scope.noun))


def grantable(maker: User | None) -> tuple[Scope, ...]:
    """What ``maker`` may put in a key: never more than they hold. Without a maker (the command line), all."""
    return tuple(scope for scope in available() if maker is None or may(maker, scope.name))


def unknown(names: Iterable[str], maker: User | None) -> list[str]:
    """Those of ``names`` that ``maker`` cannot give, in their order."""
    known = {scope.name for scope in grantable(maker)}
    return [name for name in names if name not in known]
