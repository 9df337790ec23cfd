"""The people of the tests' program."""

from typing import Any

from core.accounts.models import Role, User

PASSWORD = "correct-horse-42"


def person(email: str, role: str = Role.OWNER, **fields: Any) -> User:
    return User.objects.create_user(email, PASSWORD, role=role, **fields)


def olga() -> User:
    """The owner."""
    return person("olga@example.com", Role.OWNER, name="Olga Owner")


def marc() -> User:
    """A manager."""
    return person("marc@example.com", Role.MANAGER, name="Marc Manager")


def anna() -> User:
    """An analyst."""
    return person("anna@example.com", Role.ANALYST, name="Anna Analyst")
