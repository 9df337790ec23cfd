"""Saved views: whose a person sees, and how they are kept, renamed and given up."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from core.accounts.models import User
from core.listing.models import SavedView

LONGEST_QUERY = 8_000
MOST_VIEWS = 100


class ViewError(ValueError):
    """A view that cannot be kept; the message says why."""


def visible_to(who: Any, list_name: str) -> QuerySet[SavedView]:
    """One's own views and those that others share."""
    return SavedView.objects.filter(Q(owner=who) | Q(shared=True), list_name=list_name)


def owned_by(who: Any, list_name: str) -> QuerySet[SavedView]:
    return SavedView.objects.filter(owner=who, list_name=list_name)


def save(
    owner: User, list_name: str, name: str, query: str, *, shared: bool, view: SavedView | None
) -> SavedView:
    """Keep ``query`` under ``name``: in ``view`` where one is given, else as a new one. Raises ViewError."""
    name = " ".join(name.replace("\0", "").split())
    if not name or len(name) > 60:
        raise ViewError("Give the view a name of at most 60 characters.")
    if len(query) > LONGEST_QUERY:
        raise ViewError("There is more in this view than can be kept.")
    mine = owned_by(owner, list_name)
    others = mine.exclude(pk=view.pk) if view else mine
    if others.filter(name=name).exists():
        raise ViewError(f"You have a view called “{name}” already.")
    if view is None:
        if mine.count() >= MOST_VIEWS:
            raise ViewError(f"You have {MOST_VIEWS} views; give one up first.")
        view = SavedView(list_name=list_name, owner=owner)
    view.name, view.query, view.shared = name, tidy(query), shared
    view.save()
    return view


def tidy(query: str) -> str:
    """``query`` without what is no part of a view: its page, its panels, the view's own number."""
    params = QueryDict(query.replace("\0", ""), mutable=True)
    for name in ("after", "before", "add", "pick", "view", "size", "csrfmiddlewaretoken"):
        params.pop(name, None)
    return params.urlencode(safe=",:@")
