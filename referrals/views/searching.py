"""Contacts and advocates for fields that search as one types."""

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from core.accounts.permissions import requires
from referrals import queries
from referrals.models import Contact

MOST = 20


@requires("contacts:read")
@require_safe
def contacts(request: HttpRequest) -> JsonResponse:
    return _answer(queries.choosable(request.user, _text(request, "q")))


@requires("contacts:read")
@require_safe
def advocates(request: HttpRequest) -> JsonResponse:
    """Who refers today, in ``campaign`` (a uid) where that is given."""
    return _answer(queries.choosable_advocates(request.user, _text(request, "q"), _text(request, "campaign")))


def _text(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:200]


def _answer(rows: QuerySet[Contact]) -> JsonResponse:
    """``[{value, text, hint}]``: the id, what the person is called, and the e-mail or uid."""
    named = rows.values_list("pk", "label", "email", "uid")[:MOST]
    found = [{"value": pk, "text": label, "hint": email or uid} for pk, label, email, uid in named]
    return JsonResponse(found, safe=False)
