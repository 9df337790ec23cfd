"""Which campaigns a member, a key or an invitation may see.

The pages of those three belong to a package below and load this one into themselves, by its address.
It stands alone, too, for browsers without scripts.
"""

from typing import TypeAlias

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from campaigns import access
from campaigns.forms import AccessForm
from core.accounts.models import ApiKey, Invitation, Role, User
from core.accounts.permissions import may, requires

Seat: TypeAlias = User | ApiKey | Invitation


@requires("team:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    if kind == "key" and not may(request.user, "keys:manage"):
        raise PermissionDenied("This needs the permission “keys:manage”.")
    assert isinstance(request.user, User)
    seat, back = _seat(kind, pk)
    choosable = access.visible_to(request.user)
    form = AccessForm(request.POST or None, campaigns=choosable, initial=_now(seat))
    sees_all_by_role = isinstance(seat, User | Invitation) and seat.role == Role.OWNER
    if request.method == "POST" and not sees_all_by_role and form.is_valid():
        access.grant(
            seat, all_campaigns=form.is_all, campaigns=form.cleaned_data["campaigns"], by=request.user
        )
        messages.success(
            request, f"{seat} sees {'all campaigns' if form.is_all else 'the chosen campaigns'} now."
        )
        return redirect(back)
    context = {
        "form": form,
        "seat": seat,
        "back": back,
        "sees_all_by_role": sees_all_by_role,
        "here": request.path,
        "is_slot": "HX-Request" in request.headers,
    }
    return render(request, "campaigns/access.html", context, status=422 if form.errors else 200)


def _seat(kind: str, pk: int) -> tuple[Seat, str]:
    """The seat, and the page that it is shown on."""
    if kind == "user":
        return get_object_or_404(User, pk=pk), reverse("team:member", args=[pk])
    if kind == "key":
        return get_object_or_404(ApiKey, pk=pk, revoked_at=None), reverse("team:key", args=[pk])
    if kind == "invitation":
        waiting = Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
        return get_object_or_404(waiting, pk=pk), reverse("team:members")
    raise Http404


def _now(seat: Seat) -> dict[str, object]:
    reach = "all" if seat.all_campaigns else "some"
    return {"reach": reach, "campaigns": list(access.campaign_ids(seat))}
