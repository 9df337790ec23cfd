"""Privacy erasure: a person is blanked, here and in everything that the floors above keep of them.

The facts stay: orders, who referred whom, what was earned, and the proof of decisions, which holds no
personal value. It cannot be taken back. Somebody who comes again later is a new contact.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from core.events.log import Actor, Entry, write
from core.events.models import Event
from referrals import people
from referrals.models import Click, Contact, VisitorIdentity
from referrals.signals import contact_erased

BLANK: dict[str, Any] = {"email": None, "uid": None, "first_name": "", "last_name": "", "properties": {}}


class ErasureRefused(ValueError):
    """Somebody who cannot be erased; the message says why."""


@transaction.atomic
def erase(contact_id: int, *, by: Actor, source: str) -> Contact:
    """Blank the contact, those merged into it, and what the log and visits say of them.

    Their codes stop counting and their attributions are deactivated, as when somebody unsubscribes.
    """
    contact = Contact.objects.select_for_update().get(pk=contact_id)
    if contact.erased_at is not None:
        raise ErasureRefused("This contact is erased already.")
    if contact.merged_into_id is not None:
        raise ErasureRefused("This contact stands for another one. Erase that one.")
    if contact.status not in {Contact.Status.UNSUBSCRIBED, Contact.Status.BANNED}:
        people.unsubscribe(contact_id, reason="Erased", by=by, source=source)
    same = Contact.objects.filter(merged_into=contact) | Contact.objects.filter(pk=contact_id)
    ids = list(same.order_by("pk").values_list("pk", flat=True))
    emails = [email for email in same.values_list("email", flat=True) if email]
    Contact.objects.filter(pk__in=ids).update(erased_at=timezone.now(), **BLANK)
    Event.objects.filter(noun="contact", noun_id__in=ids, personal__isnull=False).update(personal=None)
    _forget_visits(emails)
    contact_erased.send(Contact, contact_ids=ids, emails=emails)
    write([Entry("contact_erased", "contact", contact_id)], actor=by, source=source)
    contact.refresh_from_db()
    return contact


def _forget_visits(emails: list[str]) -> None:
    """The browsers that gave one of these addresses are nobody's any more."""
    identities = VisitorIdentity.objects.filter(email__in=emails)
    visitors = list(identities.values_list("visitor", flat=True).distinct())
    Click.objects.filter(visitor__in=visitors).update(ip_address=None, user_agent="", referrer="")
    identities.update(email=None)
