"""Making and changing contacts, and what their status means for those they referred.

What a person is called stands in the log as a personal value, so that erasing the person can blank it.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.events.log import Actor, Entry, write
from core.locks import violated
from referrals.models import Contact, Enrollment, ReferralAttribution

PERSONAL = ("first_name", "last_name", "email", "uid")
FREE = (*PERSONAL, "flagged")
LONGEST_REASON = 500
_OUT = (Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED)
_TAKEN = {
    "email": "There is a contact with this e-mail already.",
    "uid": "There is a contact with this uid already.",
}


class StatusRefused(ValueError):
    """A status that cannot be set; the message says why."""


def tidied(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Those of FREE that ``facts`` holds, as they are kept: trimmed, addresses in small letters."""
    return {name: _tidy(name, facts[name]) for name in FREE if name in facts}


def check(facts: Mapping[str, Any], contact_id: int | None = None) -> None:
    """What fields cannot say themselves of all the tidied ``facts``. Raises ValidationError, by field."""
    if not facts.get("email") and not facts.get("uid"):
        raise ValidationError({"email": "A contact needs an e-mail address or a uid."})
    others = Contact.objects.all() if contact_id is None else Contact.objects.exclude(pk=contact_id)
    errors = {
        name: words
        for name, words in _TAKEN.items()
        if facts.get(name) and others.filter(**{name: facts[name]}).exists()
    }
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def create(facts: Mapping[str, Any], *, by: Actor, source: str) -> Contact:
    """A new contact, a prospect. Raises ValidationError, by field."""
    contact = Contact(**tidied(facts))
    _store(contact)
    personal = {name: getattr(contact, name) for name in PERSONAL if getattr(contact, name)}
    write([Entry("contact_created", "contact", contact.pk, {}, personal)], actor=by, source=source)
    return contact


@transaction.atomic
def change(contact_id: int, facts: Mapping[str, Any], *, by: Actor, source: str) -> Contact:
    """Set those facts of FREE that ``facts`` holds. Raises ValidationError, by field."""
    contact = _locked(contact_id)
    if contact.erased_at is not None:
        raise ValidationError("This contact was erased.")
    changed = {
        name: [getattr(contact, name), value]
        for name, value in tidied(facts).items()
        if value != getattr(contact, name)
    }
    if changed:
        for name, (_, value) in changed.items():
            setattr(contact, name, value)
        _store(contact, only=list(changed))
        data = {"fields": list(changed), **({"flagged": contact.flagged} if "flagged" in changed else {})}
        personal = {name: values for name, values in changed.items() if name in PERSONAL}
        entry = Entry("contact_changed", "contact", contact.pk, data, {"changed": personal})
        write([entry], actor=by, source=source)
    return contact


def unsubscribe(contact_id: int, *, reason: str, by: Actor, source: str) -> Contact:
    """They want to refer no longer: their codes stop counting, their attributions are deactivated.

    Orders that they brought stay theirs. Raises :class:`StatusRefused`.
    """
    return _put_out(contact_id, Contact.Status.UNSUBSCRIBED, reason, by, source)


def ban(contact_id: int, *, reason: str, by: Actor, source: str) -> Contact:
    """They may refer no longer; otherwise as :func:`unsubscribe`."""
    return _put_out(contact_id, Contact.Status.BANNED, reason, by, source)


@transaction.atomic
def readmit(contact_id: int, *, reason: str = "", by: Actor, source: str) -> Contact:
    """Their codes count again from now on. Attributions stay deactivated: each is activated by a person."""
    contact = _locked(contact_id)
    if contact.status not in _OUT:
        raise StatusRefused(f"{contact} is neither unsubscribed nor banned.")
    is_advocate = Enrollment.objects.filter(contact=contact).exists()
    status = Contact.Status.ENROLLED if is_advocate else Contact.Status.PROSPECT
    _set_status(contact, status, "contact_readmitted", _reason(reason), {}, by, source)
    return contact


@transaction.atomic
def _put_out(contact_id: int, status: Contact.Status, reason: str, by: Actor, source: str) -> Contact:
    contact = _locked(contact_id)
    said = _reason(reason)
    if not said:
        raise StatusRefused("Say why: it is kept with the change.")
    if contact.erased_at is not None:
        raise StatusRefused("This contact was erased.")
    if contact.status == status:
        raise StatusRefused(f"{contact} is {status.label.lower()} already.")
    ended = _deactivate_attributions(contact, status, by, source)
    _set_status(contact, status, f"contact_{status.value}", said, {"attributions": ended}, by, source)
    return contact


def _set_status(
    contact: Contact,
    status: Contact.Status,
    kind: str,
    reason: str,
    data: dict[str, Any],
    by: Actor,
    source: str,
) -> None:
    before = contact.status
    contact.status = status
    # Who is out and changes sides stays out since then: orders of the time between must not count.
    if not (before in _OUT and status in _OUT):
        contact.status_since = timezone.now()
    contact.save(update_fields=["status", "status_since"])
    personal = {"reason": reason} if reason else None
    entry = Entry(kind, "contact", contact.pk, {"status": [before, status.value], **data}, personal)
    write([entry], actor=by, source=source)


def _deactivate_attributions(contact: Contact, why: str, by: Actor, source: str) -> int:
    active = ReferralAttribution.objects.select_for_update(no_key=True).filter(
        advocate=contact, is_active=True
    )
    ids = list(active.order_by("pk").values_list("pk", flat=True))
    ReferralAttribution.objects.filter(pk__in=ids).update(is_active=False, deactivated_at=timezone.now())
    entries = (Entry("attribution_deactivated", "attribution", pk, {"why": str(why)}) for pk in ids)
    return write(entries, actor=by, source=source)


def _locked(contact_id: int) -> Contact:
    return Contact.objects.select_for_update(no_key=True).get(pk=contact_id)


def _store(contact: Contact, only: list[str] | None = None) -> None:
    check({name: getattr(contact, name) for name in FREE}, contact.pk)
    contact.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            contact.save(update_fields=only)
    except IntegrityError as error:
        name = next((name for name in _TAKEN if violated(error) == f"referrals_contact_{name}_key"), None)
        if name is None:
            raise
        raise ValidationError({name: _TAKEN[name]}) from None


def _tidy(name: str, value: Any) -> Any:
    if name == "flagged":
        return bool(value)
    text = str(value or "").strip()
    if name == "email":
        return text.lower() or None
    return (text or None) if name == "uid" else text


def _reason(text: str) -> str:
    said = text.replace("\0", "").strip()
    if len(said) > LONGEST_REASON:
        raise StatusRefused(f"Say it in at most {LONGEST_REASON} characters.")
    return said
