"""Reads of clicks: which a person may see, how they are found, and how many people they are."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper

from campaigns.access import limit
from core.listing.declaration import Found
from core.listing.facets import Term
from core.listing.like import containing
from core.listing.within import within
from referrals.models import Click, Contact, Enrollment, ReferralCode, SiteVisit, VisitorIdentity
from referrals.queries import enrollments_visible_to, named

FEW = 1_000
PATIENCE_MS = 1_800
AT_LEAST_OF = 100_000
PEOPLE = Q(is_bot=False)


def visible_to(who: Any) -> QuerySet[Click]:
    """The clicks of the campaigns that ``who`` may see."""
    return limit(Click.objects.all(), who, "enrollment__campaign")


def search(rows: QuerySet[Click], text: str, who: Any) -> Found:
    """Those of ``rows`` through a link of an advocate with ``text`` in their name or a code of theirs."""
    codes = ReferralCode.objects.filter(code__ilike=containing(text)).values("enrollment")
    people = Contact.objects.filter(named(text)).values("pk")
    fits = Enrollment.objects.filter(Q(pk__in=codes) | Q(contact__in=people))
    ids = list(fits.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(ids) > FEW:
        return Found(rows.filter(enrollment__in=fits), few=False)
    return Found(rows.filter(enrollment__in=ids), few=False)


def find_codes(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The codes that ``texts`` name, by their text in small letters."""
    wanted = [text.upper() for text in texts]
    enrollments = enrollments_visible_to(who).filter(pk=OuterRef("enrollment"))
    rows = ReferralCode.objects.annotate(key=Upper("code")).filter(Exists(enrollments), key__in=wanted)
    return {code.lower(): Term(code, code) for code in rows.values_list("code", flat=True)}


def find_advocates(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The advocates that ``texts`` name by id, e-mail or uid, by their text in small letters."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    emails = [text.lower() for text in texts]
    enrolled = enrollments_visible_to(who).filter(contact=OuterRef("pk"))
    contacts = Contact.objects.filter(Q(pk__in=ids) | Q(email__in=emails) | Q(uid__in=list(texts)))
    found: dict[str, Term] = {}
    for pk, email, uid, label in contacts.filter(Exists(enrolled)).values_list("pk", "email", "uid", "label"):
        term = Term(pk, label or f"contact {pk}")
        for name in (str(pk), email, uid):
            if name:
                found.setdefault(name.lower(), term)
    return found


@dataclass(frozen=True)
class Totals:
    """How often links were followed, and by how many. ``at_least``: more than could be read in time."""

    clicks: int
    visitors: int
    links: int
    bots: int
    at_least: bool = False

    @property
    def rows_shown(self) -> str:
        return f"{'at least ' if self.at_least else ''}{self.clicks + self.bots:,}"


def totals(rows: QuerySet[Click]) -> Totals:
    """What ``rows`` come to: all of them, or within two seconds as many as can be read."""
    whole = within(PATIENCE_MS, lambda: _totals(rows))
    if whole is not None:
        return whole
    some = Click.objects.filter(pk__in=rows.order_by().values("pk")[:AT_LEAST_OF])
    part = within(PATIENCE_MS, lambda: _totals(some)) or Totals(0, 0, 0, 0)
    return replace(part, at_least=True)


def _totals(rows: QuerySet[Click]) -> Totals:
    counted = rows.order_by().aggregate(
        clicks=Count("pk", filter=PEOPLE),
        visitors=Count("visitor", filter=PEOPLE, distinct=True),
        links=Count("code", filter=PEOPLE, distinct=True),
        bots=Count("pk", filter=~PEOPLE),
    )
    return Totals(**counted)


def others(click: Click, who: Any) -> QuerySet[Click]:
    """What else the visitor followed, the newest first."""
    rows = visible_to(who).filter(visitor=click.visitor).exclude(pk=click.pk)
    return rows.select_related("enrollment__contact", "enrollment__campaign").order_by("-clicked_at", "-pk")


def pages(click: Click) -> QuerySet[SiteVisit]:
    """The merchant's pages that were opened after ``click``, the newest first."""
    return SiteVisit.objects.filter(click=click).order_by("-visited_at", "-pk")


def identities(click: Click, who: Any) -> QuerySet[VisitorIdentity]:
    """Who the visitor said they are, on the merchant's pages."""
    rows = VisitorIdentity.objects.filter(visitor=click.visitor, click__in=visible_to(who))
    return rows.filter(email__isnull=False).order_by("-pk")


def counts_until(click: Click) -> dt.datetime:
    """Until when an order can be the fruit of ``click``."""
    return click.clicked_at + dt.timedelta(days=click.enrollment.campaign.window_days)
