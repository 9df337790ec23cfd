"""The screens of imports, for any noun."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.accounts.models import User
from core.imports import steps
from core.imports.importers import Importer
from core.imports.models import Import


def find(request: HttpRequest, of: Importer, pk: int) -> Import:
    """The import ``pk``, if the person may see it."""
    return get_object_or_404(steps.visible_to(request.user, of.noun), pk=pk)


def me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
