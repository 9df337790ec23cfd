"""The list of referral codes, which only programs ask for: people find them with their advocates."""

from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet

from campaigns import queries as campaigns
from campaigns.access import limit
from core.listing.cells import draw_moment
from core.listing.columns import Column, Export
from core.listing.declaration import Found, Listing
from core.listing.facets import Day, Related, YesNo
from core.listing.filters import ListFilters
from core.listing.like import containing
from core.listing.sorting import Sort
from referrals.filters import MISSING
from referrals.models import ReferralCode
from referrals.tables import draw_text, opens_contact


def codes_visible_to(who: Any) -> QuerySet[ReferralCode]:
    return limit(ReferralCode.objects.all(), who, "enrollment__campaign")


def search_codes(rows: QuerySet[ReferralCode], text: str, who: Any) -> Found:
    return Found(rows.filter(code__ilike=containing(text)), few=False)


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
