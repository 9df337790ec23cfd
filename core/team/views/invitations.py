"""Inviting somebody to the team, and taking the seat."""

from typing import Any

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.accounts.models import User
from core.accounts.permissions import public, requires
from core.mail import sending
from core.team import invitations
from core.team.forms import AcceptForm, InviteForm


@requires("team:manage")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """The answer shows the link once where no mail leaves: afterwards only its hash is known."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        given = form.cleaned_data
        try:
            invitation, link, sent = invitations.invite(
                given["email"],
                given["role"],
                all_campaigns=given["reach"] == "all",
                by=request.user,
                program=_program(request),
            )
        except invitations.AlreadyMember as refusal:
            form.add_error("email", str(refusal))
        else:
            context = {"invitation": invitation, "link": "" if sent else link, "sent": sent}
            return render(request, "team/invited.html", context)
    context = {"form": form, "mail_is_configured": sending.is_configured()}
    return render(request, "team/invite.html", context, status=422 if form.errors else 200)


@requires("team:manage")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    assert isinstance(request.user, User)
    invitation = get_object_or_404(invitations.open_invitations(), pk=pk)
    invitations.withdraw(invitation.pk, by=request.user)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn; its link no longer works.")
    return redirect("team:members")


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = invitations.find(token)
        form = AcceptForm(request.POST or None, email=invitation.email)
        if request.method == "POST" and form.is_valid():
            user = invitations.accept(token, **form.cleaned_data)
            answer: HttpResponse = perform_login(request, user)
            return answer
    except invitations.InvitationClosed as refusal:
        return render(request, "team/invitation_closed.html", {"reason": str(refusal)}, status=410)
    context: dict[str, Any] = {"form": form, "invitation": invitation}
    return render(request, "team/accept.html", context, status=422 if form.errors else 200)


def _program(request: HttpRequest) -> str:
    program = getattr(request, "program", None)
    return program.name if program else "Ambassador"
