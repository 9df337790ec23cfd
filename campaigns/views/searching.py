"""Campaigns for fields that search as one types."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from campaigns import access, queries
from core.accounts.permissions import requires

MOST = 20


@requires("campaigns:read")
@require_safe
def search(request: HttpRequest) -> JsonResponse:
    """``[{value, text, hint}]``; the value is the uid, by which orders name their campaign."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:200]
    rows = queries.search(access.visible_to(request.user), text).order_by("name", "id")[:MOST]
    found = [{"value": uid, "text": name, "hint": uid} for uid, name in rows.values_list("uid", "name")]
    return JsonResponse(found, safe=False)
