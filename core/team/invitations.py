"""Seats that wait for their person: made, taken back, taken."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from core import secrets
from core.accounts.models import Invitation, Role, User
from core.accounts.signals import invitation_accepted
from core.events.log import Entry, actor_for, write
from core.mail import sending

VALID = dt.timedelta(days=7)


class InvitationClosed(ValueError):
    """The link was used, withdrawn or replaced, or its week is over."""

    def __init__(self) -> None:
        super().__init__("This invitation is no longer valid. Ask for a new one.")


class AlreadyMember(ValueError):
    def __init__(self) -> None:
        super().__init__("Somebody with this e-mail is on the team already.")


def open_invitations() -> QuerySet[Invitation]:
    """Those that somebody may still take, the newest first."""
    still = Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return still.select_related("invited_by").annotate(campaigns=Count("campaign_access")).order_by("-pk")


@transaction.atomic
def invite(
    email: str, role: str, *, all_campaigns: bool, by: User, program: str
) -> tuple[Invitation, str, bool]:
    """Make a seat for ``email``; its earlier open invitations end. ``program`` is named in the mail.

    Returns the invitation, its link, which is shown or mailed now or never, and whether mail leaves.
    Raises AlreadyMember.
    """
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        raise AlreadyMember
    now = timezone.now()
    Invitation.objects.filter(email=email, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    token = secrets.new_token()
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        all_campaigns=all_campaigns or role == Role.OWNER,
        token_hash=secrets.hashed(token),
        invited_by=by,
        expires_at=now + VALID,
    )
    link = f"{settings.SITE_URL}{reverse('team:accept', args=[token])}"
    sent = sending.send(
        email,
        f"{by} invites you to {program}",
        "mail/invitation.txt",
        {
            "by": by,
            "program": program,
            "link": link,
            "role": invitation.get_role_display(),
            "days": VALID.days,
        },
    )
    _note("invitation_sent" if sent else "invitation_made", invitation, by)
    return invitation, link, sent


@transaction.atomic
def withdraw(invitation_id: int, *, by: User) -> None:
    """Close an open invitation; one that is closed already stays as it is."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.is_open:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
        _note("invitation_withdrawn", invitation, by)


def find(token: str) -> Invitation:
    """The open invitation behind a link. Raises InvitationClosed."""
    invitation = Invitation.objects.filter(token_hash=secrets.hashed(token)).first()
    if invitation is None or not invitation.is_open:
        raise InvitationClosed
    return invitation


def accept(token: str, *, name: str, password: str) -> User:
    """Take the seat. Raises InvitationClosed, also for the second of two who come at once."""
    try:
        with transaction.atomic():
            invitation = (
                Invitation.objects.select_for_update().filter(token_hash=secrets.hashed(token)).first()
            )
            if invitation is None or not invitation.is_open:
                raise InvitationClosed
            user = User.objects.create_user(
                invitation.email,
                password,
                name=name,
                role=invitation.role,
                all_campaigns=invitation.all_campaigns,
            )
            invitation.accepted_at = timezone.now()
            invitation.save(update_fields=["accepted_at"])
            invitation_accepted.send(sender=Invitation, invitation=invitation, user=user)
            _note("invitation_accepted", invitation, user)
            entry = Entry(
                "user_joined", "user", user.pk, {"role": user.role}, {"email": user.email, "name": name}
            )
            write([entry], actor=actor_for(user), source="dashboard")
            return user
    except IntegrityError:  # the address got a seat in another way meanwhile
        raise InvitationClosed from None


def _note(kind: str, invitation: Invitation, by: User) -> None:
    data = {"role": invitation.role, "all_campaigns": invitation.all_campaigns}
    entry = Entry(kind, "invitation", invitation.pk, data, {"email": invitation.email})
    write([entry], actor=actor_for(by), source="dashboard")
