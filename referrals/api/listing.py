"""The lists of referral codes and attributions, which so far only programs ask for."""

from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet

from campaigns import queries as campaigns
from campaigns.access import limit
from core.listing.columns import Column, Export
from core.listing.declaration import Found, Listing
from core.listing.facets import Day, Related, Term, YesNo
from core.listing.filters import ListFilters
from core.listing.like import containing
from core.listing.sorting import Sort
from referrals.filters import MISSING
from referrals.models import Contact, ReferralAttribution, ReferralCode
from referrals.queries import attributions_visible_to, contacts_visible_to
from referrals.tables import draw_moment, draw_text, opens_contact

NOBODY = "No contact has the e-mail, uid or number “{text}”."


def codes_visible_to(who: Any) -> QuerySet[ReferralCode]:
    return limit(ReferralCode.objects.all(), who, "enrollment__campaign")


def search_codes(rows: QuerySet[ReferralCode], text: str, who: Any) -> Found:
    return Found(rows.filter(code__ilike=containing(text)), few=False)


def search_attributions(rows: QuerySet[ReferralAttribution], text: str, who: Any) -> Found:
    """Those with ``text`` in the name, e-mail or uid of one of the two."""
    found = Contact.objects.filter(search_text__like=containing(text).lower()).values("pk")
    return Found(rows.filter(Q(advocate__in=found) | Q(contact__in=found)), few=False)


def find_contacts(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The contacts that ``texts`` name by id, e-mail or uid, by their text in small letters."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    emails = [text.lower() for text in texts]
    rows = contacts_visible_to(who).filter(Q(pk__in=ids) | Q(email__in=emails) | Q(uid__in=list(texts)))
    found: dict[str, Term] = {}
    for pk, email, uid, label in rows.values_list("pk", "email", "uid", "label"):
        for name in (str(pk), email, uid):
            if name:
                found.setdefault(name.lower(), Term(pk, label))
    return found


class CodeTable(tables.Table):
    code = Column("Code", reads=("code",), draw=draw_text, export=(Export("code", str),))
    added = Column(
        "Added", reads=("created_at",), draw=draw_moment, sort=Sort(), export=(Export("created_at", str),)
    )


class CodeFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "enrollment__campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        operators=("", "not", "in"),
    )
    active = YesNo("In use", "disabled_at", holds=Q(disabled_at=None), yes="In use", no="Disabled")
    added = Day("Added", "created_at")


class AttributionTable(tables.Table):
    source = Column("Source", reads=("source",), draw=draw_text, export=(Export("source", str),))
    referred = Column(
        "Referred",
        reads=("referred_at",),
        draw=draw_moment,
        sort=Sort(),
        export=(Export("referred_at", str),),
    )


class AttributionFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "campaign",
        search=campaigns.find,
        listed=campaigns.listed,
        missing=MISSING,
        operators=("", "not", "in"),
    )
    advocate = Related(
        "Advocate", "advocate", search=find_contacts, missing=NOBODY, operators=("", "not", "in")
    )
    contact = Related("Contact", "contact", search=find_contacts, missing=NOBODY, operators=("", "not", "in"))
    active = YesNo("Active", "is_active", holds=Q(is_active=True), yes="Active", no="Inactive")
    flagged = YesNo("Flagged", "flagged", holds=Q(flagged=True), yes="Flagged", no="Not flagged")
    referred = Day("Referred", "referred_at")


CODES = Listing(
    name="codes",
    noun="contacts",
    title="Referral codes",
    singular="referral code",
    plural="referral codes",
    table=CodeTable,
    filters=CodeFilters,
    rows=codes_visible_to,
    tie=("id",),
    default_sort="-added",
    name_field="code",
    opens=opens_contact,
    search=search_codes,
)

ATTRIBUTIONS = Listing(
    name="attributions",
    noun="attributions",
    title="Referral attributions",
    singular="attribution",
    plural="attributions",
    table=AttributionTable,
    filters=AttributionFilters,
    rows=attributions_visible_to,
    tie=("referred_at", "id"),
    default_sort="-referred",
    name_field="source",
    opens=opens_contact,
    search=search_attributions,
)
