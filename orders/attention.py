"""Orders that somebody should look at, the dearest first, with whom they might be credited to.

A suggestion is the nearest miss of the order's claims. It is worked out when it is shown, for a page of
orders at once, from what is known then; only a person decides.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from campaigns.access import visible_to as campaigns_visible_to
from campaigns.models import Campaign
from core.listing.within import within
from orders.explaining import looks_of
from orders.misses import Miss, Slips, nearest, off_by, span
from orders.models import Decision, Order
from orders.queries import PATIENCE_MS, needing_attention, totals, visible_to
from referrals import reasons
from referrals.attribution import Look
from referrals.models import Contact, Enrollment
from referrals.queries import OUT

PERIOD_DAYS = 90
UNCREDITED = Q(referral_attribution=None)
_CLAIMS = {"short_code": "Code", "coupon_code": "Coupon", "advocate_email": "Advocate", "click_id": "Click"}
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whom a person might credit. ``enrols``: they would become an advocate of the campaign with it.

    ``advocate_id`` is None for an ``email`` that nobody is known by yet.
    """

    advocate_id: int | None
    name: str
    email: str
    campaign: Campaign | None
    enrols: bool
    why: str

    @property
    def is_whole(self) -> bool:
        """Whether it needs no more than a yes."""
        return self.advocate_id is not None and self.campaign is not None

    @property
    def named(self) -> str:
        """The advocate, as the form of an order takes them."""
        return str(self.advocate_id) if self.advocate_id is not None else self.email

    @property
    def key(self) -> str:
        """Tells whether it is still the same when it is confirmed."""
        return f"{self.advocate_id}-{self.campaign.pk if self.campaign else ''}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order that needs a look, what is the matter with it, and what might be done."""

    order: Order
    matter: str
    claim: str
    suggestion: Suggestion | None

    @property
    def act_url(self) -> str:
        """The form that credits the suggested advocate, filled in."""
        it = self.suggestion
        said: dict[str, str] = {"back": "attention"}
        if it is not None:
            said |= {"advocate": it.named, "reason": it.why}
            said |= {"campaign": it.campaign.uid} if it.campaign else {}
            said |= {"new": "on"} if it.advocate_id is None else {}
        return f"{reverse('orders:attribute', args=[self.order.pk])}?{urlencode(said)}"


@dataclass(frozen=True, slots=True)
class Heap:
    """How many orders of one kind and currency wait, and what they are worth."""

    attention: str
    currency: str
    orders: int
    revenue: Decimal

    @property
    def words(self) -> str:
        return reasons.in_words(self.attention)


def heaps(who: Any, which: Q) -> list[Heap] | None:
    """What waits of ``which``, the most first; None where it cannot be counted in time."""
    rows = needing_attention(who).filter(which)
    lines = (
        rows.order_by()
        .values_list("attention", "currency")
        .annotate(orders=Count("pk"), revenue=Sum("revenue_amount"))
        .order_by("-orders", "attention", "currency")
    )
    return within(PATIENCE_MS, lambda: [Heap(*line) for line in lines])


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the revenue in a currency nobody is credited with."""

    currency: str
    uncredited: Decimal
    revenue: Decimal

    @property
    def shown(self) -> str:
        return f"{100 * self.uncredited / self.revenue:.1f} %" if self.revenue else "–"


def lately(who: Any) -> tuple[list[Share], bool]:
    """Of the revenue of the last days, what nobody is credited with; and whether that is only about so."""
    since = timezone.now() - dt.timedelta(days=PERIOD_DAYS)
    found = totals(visible_to(who).filter(voided_at=None, ordered_at__gte=since))
    shares = [Share(one.currency, one.revenue - one.attributed_revenue, one.revenue) for one in found.lines]
    return shares, found.at_least


def waiting(orders: Sequence[Order], who: Any) -> list[Waiting]:
    """``orders`` with their suggestions: a handful of queries, however many they are."""
    looks = _looks([order.pk for order in orders])
    everything = [look for some in looks.values() for look in some]
    slips = Slips(everything, who)
    misses = {
        order.pk: nearest(looks.get(order.pk, ()), slips, order.campaign_id)
        for order in orders
        if not order.is_attributed
    }
    known = _Known.of([miss for miss in misses.values() if miss is not None], who)
    return [_waiting(order, misses.get(order.pk), known) for order in orders]


def _looks(order_pks: Collection[int]) -> dict[int, list[Look]]:
    """The evidence of the latest decision on each order."""
    latest = Decision.objects.filter(order__any_of=list(order_pks)).order_by("order_id", "-id")
    return {one.order_id: looks_of(one) for one in latest.distinct("order_id")}


def _waiting(order: Order, miss: Miss | None, known: "_Known") -> Waiting:
    matter = reasons.in_words(order.attention)
    if miss is None:
        return Waiting(order, matter, "", None)
    look = miss.look
    given = look.given if len(look.given) <= _LONGEST else f"{look.given[: _LONGEST - 1]}…"
    claim = f"{_CLAIMS.get(look.claim, '')} {'' if look.claim == 'click_id' else given}".strip()
    return Waiting(order, matter, claim, known.suggest(order, miss))


@dataclass(frozen=True, slots=True)
class _Known:
    """The people, campaigns and enrolments that misses point at, as far as one reader may see them.

    ``enrolled`` is, by contact and campaign, whether the enrolment is active now.
    """

    people: dict[int, Contact]
    by_email: dict[str, Contact]
    campaigns: dict[int, Campaign]
    enrolled: dict[int, dict[int, bool]]

    @classmethod
    def of(cls, misses: Sequence[Miss], who: Any) -> "_Known":
        ids = {miss.advocate_id for miss in misses if miss.advocate_id}
        emails = {miss.look.given.lower() for miss in misses if miss.look.claim == "advocate_email"}
        fit = Contact.objects.filter(merged_into=None, erased_at=None).exclude(status__in=OUT)
        people = list(fit.filter(Q(pk__in=ids) | Q(email__in=emails))) if ids or emails else []
        campaigns = campaigns_visible_to(who).in_bulk()
        enrolled: dict[int, dict[int, bool]] = {}
        for one in Enrollment.objects.filter(contact__in=people).order_by("pk"):
            enrolled.setdefault(one.contact_id, {})[one.campaign_id] = one.is_active
        return cls(
            {one.pk: one for one in people},
            {one.email: one for one in people if one.email},
            campaigns,
            enrolled,
        )

    def suggest(self, order: Order, miss: Miss) -> Suggestion | None:
        """None for whoever must not or need not be credited by a click."""
        look = miss.look
        email = look.given.lower() if look.claim == "advocate_email" else ""
        person = self.people.get(miss.advocate_id or 0) or self.by_email.get(email)
        campaign_id = order.campaign_id or miss.campaign_id
        if campaign_id is not None and (
            campaign_id not in self.campaigns or miss.campaign_id not in {campaign_id, None}
        ):
            return None
        if person is None:
            is_new = look.reason == "not_enrolled" and miss.advocate_id is None and "@" in email
            campaign = self.campaigns.get(campaign_id or 0)
            return Suggestion(None, email, email, campaign, True, _because(miss)) if is_new else None
        if person.pk == order.customer_id or (miss.advocate_id is not None and not miss.may_be_credited):
            return None
        mine = self.enrolled.get(person.pk, {})
        active = [pk for pk, is_active in mine.items() if is_active and pk in self.campaigns]
        if campaign_id is None and len(active) == 1:
            campaign_id = active[0]
        enrols = campaign_id is not None and campaign_id not in mine
        campaign = self.campaigns.get(campaign_id or 0)
        return Suggestion(person.pk, str(person), person.email or "", campaign, enrols, _because(miss))


def _because(miss: Miss) -> str:
    """Why somebody is suggested, as it stands in the reason of the decision too."""
    if miss.near is not None:
        return f"“{miss.look.given[:_LONGEST]}” is one letter off {miss.near.code}."
    off = off_by(miss.look)
    by = f" By {span(off)}." if off is not None else ""
    return reasons.sentence(miss.look.reason) + by


def dearest(rows: QuerySet[Order], currency: str) -> QuerySet[Order]:
    """``rows`` of one currency, the dearest first."""
    related = ("customer", "campaign", "advocate")
    return rows.filter(currency=currency).select_related(*related).order_by("-revenue_amount", "-id")
