"""What an owner may do with a member of the team, and what keeps the last owner in their seat."""

from dataclasses import dataclass

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.accounts.models import ApiKey, Invitation, Role, User
from core.accounts.permissions import may
from core.events.log import Entry, actor_for, write


class LastOwner(ValueError):
    """The change would leave the program without an owner who can sign in."""

    def __init__(self) -> None:
        super().__init__("This is the last owner. Make somebody else an owner first.")


@dataclass(frozen=True, slots=True)
class Change:
    """What a member should be from now on."""

    name: str
    role: str


def members_visible_to(who: User) -> QuerySet[User]:
    """The whole team, for those who manage it; the rest see themselves."""
    members = User.objects.all() if may(who, "team:manage") else User.objects.filter(pk=who.pk)
    second_factor = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    # The campaigns named for somebody belong to a package above; here they are a name across a relation.
    members = members.annotate(has_second_factor=Exists(second_factor), campaigns=Count("campaign_access"))
    return members.order_by("-is_active", "name", "email")


@transaction.atomic
def change(member_id: int, to: Change, *, by: User) -> User:
    """Give a member another name or role. An owner sees all campaigns. Raises LastOwner."""
    member = _locked(member_id)
    if member.role == Role.OWNER and to.role != Role.OWNER:
        _refuse_if_last(member)
    before = {"role": member.role, "all_campaigns": member.all_campaigns}
    renamed = member.name != to.name
    member.name, member.role = to.name, to.role
    member.all_campaigns = member.all_campaigns or to.role == Role.OWNER
    after = {"role": member.role, "all_campaigns": member.all_campaigns}
    changed = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if renamed or changed:
        member.save(update_fields=["name", "role", "all_campaigns"])
        _note("user_changed", member, by, {"changed": changed, "renamed": renamed})
    return member


@transaction.atomic
def deactivate(member_id: int, *, by: User) -> User:
    """Close a seat: its sessions, its keys and the invitations it gave end with it. Raises LastOwner."""
    member = _locked(member_id)
    if not member.is_active:
        return member
    if member.role == Role.OWNER:
        _refuse_if_last(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    withdrawn = Invitation.objects.filter(invited_by=member, accepted_at=None, withdrawn_at=None)
    count = withdrawn.update(withdrawn_at=timezone.now())
    _note("user_deactivated", member, by, {"invitations_withdrawn": count})
    return member


@transaction.atomic
def reactivate(member_id: int, *, by: User) -> User:
    """Open the seat again, with the password it had."""
    member = _locked(member_id)
    if not member.is_active:
        member.is_active = True
        member.save(update_fields=["is_active"])
        _note("user_reactivated", member, by, {})
    return member


@transaction.atomic
def forget_second_factor(member_id: int, *, by: User) -> User:
    """For somebody who lost their phone: they sign in with the password alone and set it up again."""
    member = _locked(member_id)
    count, _ = Authenticator.objects.filter(user=member).delete()
    if count:
        _note("user_second_factor_removed", member, by, {})
    return member


@transaction.atomic
def reset_link(member: User, *, by: User) -> str:
    """A link to set a new password, for an owner to pass on where no mail leaves. It works once."""
    key = f"{user_pk_to_url_str(member)}-{app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(member)}"
    _note("user_reset_link_made", member, by, {})
    return str(get_adapter().get_reset_password_from_key_url(key))


def usable_keys(member: User) -> int:
    """How many API keys would end with this seat."""
    live = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return ApiKey.objects.filter(live, created_by=member, revoked_at=None).count()


def _locked(member_id: int) -> User:
    """The member, locked together with every owner and always in the same order.

    Two owners who demote each other at the same moment thus wait for one another.
    """
    rows = User.objects.select_for_update().filter(Q(pk=member_id) | Q(role=Role.OWNER)).order_by("pk")
    member = next((row for row in rows if row.pk == member_id), None)
    if member is None:
        raise User.DoesNotExist
    return member


def _refuse_if_last(owner: User) -> None:
    # Read anew: this statement sees what the transaction that we waited for has committed.
    others = User.objects.filter(role=Role.OWNER, is_active=True).exclude(pk=owner.pk)
    if owner.is_active and not others.exists():
        raise LastOwner


def _note(kind: str, member: User, by: User, data: dict[str, object]) -> None:
    entry = Entry(kind, "user", member.pk, data, {"email": member.email, "name": member.name})
    write([entry], actor=actor_for(by), source="dashboard")
