"""What a role may do, and how a view says what it needs.

A permission is ``"noun:verb"``. The verbs are few and mean the same for every noun, so a package on a
higher floor names its own nouns and nothing here has to know them:

``read`` look at rows · ``export`` take them away in bulk · ``write`` create and change ·
``manage`` team, keys and settings of the program.

The scopes of an API key are permissions, written the same way.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeAlias

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from core.accounts.models import ApiKey, Role, User

Actorlike: TypeAlias = User | ApiKey

VERBS: dict[str, frozenset[str]] = {
    Role.ANALYST: frozenset({"read", "export"}),
    Role.MANAGER: frozenset({"read", "export", "write"}),
    Role.OWNER: frozenset({"read", "export", "write", "manage"}),
}


def may(who: Any, permission: str) -> bool:
    """Whether ``who`` (a user, an API key or an anonymous visitor) holds ``permission``.

    A key never can more than its maker can today. A key made on the command line has no maker.
    """
    if isinstance(who, ApiKey):
        holds = who.is_usable and permission in who.scopes
        return holds and (who.created_by is None or may(who.created_by, permission))
    if isinstance(who, User):
        return who.is_active and permission.partition(":")[2] in VERBS[who.role]
    return False


def requires(permission: str) -> Callable[[Callable[..., Any]], Callable[..., HttpResponseBase]]:
    """Open a view to those who hold ``permission``; send strangers to sign-in, refuse the rest (403)."""

    def decorate(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not may(request.user, permission):
                raise PermissionDenied(f"This needs the permission “{permission}”.")
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Open a view to every member of the team: what it shows and changes is only their own."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.permission = "signed-in"  # type: ignore[attr-defined]
    return guarded


def public(view: Callable[..., Any]) -> Callable[..., HttpResponseBase]:
    """Say that a view is meant for everybody, so that the walk over all URLs can tell it from a slip."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view
