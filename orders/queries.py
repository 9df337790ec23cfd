"""Reads of orders: which a person may see, how they are searched, and what they add up to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value

from campaigns.access import is_limited, limit
from core.listing.declaration import Found
from core.listing.facets import Condition, Term
from core.listing.like import beginning, containing
from core.listing.within import within
from orders.models import Order, Status
from referrals.models import Contact

FEW = 1_000
PATIENCE_MS = 1_800
AT_LEAST_OF = 100_000


def visible_to(who: Any) -> QuerySet[Order]:
    """The orders that ``who`` may see, voided ones included."""
    return limit(Order.objects.all(), who)


def usual(rows: QuerySet[Order], conditions: list[Condition]) -> QuerySet[Order]:
    """``rows`` without voided orders and without trials, unless the filters ask for them."""
    if not any(one.name == "test" for one in conditions):
        rows = rows.filter(is_test=False)
    for one in conditions:
        asks_for_voided = one.name == "status" and any(term.value == Status.VOIDED for term in one.terms)
        if one.name == "voided" or (asks_for_voided and one.operator != "not"):
            return rows
    return rows.filter(voided_at__isnull=True)


def needing_attention(who: Any) -> QuerySet[Order]:
    return visible_to(who).filter(~Q(attention=""), voided_at__isnull=True, is_test=False)


def search(rows: QuerySet[Order], text: str, who: Any) -> Found:
    """Orders whose id, or whose customer's name, e-mail or uid, has ``text`` in it.

    Ids are looked up first. Where they are few they are all there is to read; where they are many, hits lie
    close together and the rows are simply gone through in the order of the list. One or two letters, for
    which there is no index inside of words, match beginnings.
    """
    pattern = containing(text) if len(text) > 2 else beginning(text)
    # What is searched of a person is kept in small letters: LIKE is several times quicker than ILIKE.
    of_person = Q(search_text__like=pattern.lower())
    by_id = Q(order_id__ilike=pattern)
    people = Contact.objects.filter(of_person).annotate(of=Value("c", CharField())).values_list("of", "pk")
    named = Order.objects.filter(by_id).annotate(of=Value("o", CharField())).values_list("of", "pk")
    hits = list(people[: FEW + 1].union(named[: FEW + 1], all=True))
    contacts = [pk for of, pk in hits if of == "c"]
    orders = [pk for of, pk in hits if of == "o"]
    few_contacts, few_orders = len(contacts) <= FEW, len(orders) <= FEW
    by_customer = Q(customer__in=contacts) if few_contacts else Q(customer__search_text__like=pattern.lower())
    return Found(
        rows.filter((Q(pk__in=orders) if few_orders else by_id) | by_customer),
        few=few_contacts and few_orders,
    )


def find_contacts(texts: Sequence[str], who: Any, role: str) -> dict[str, Term]:
    """The contacts that ``texts`` name by id, e-mail or uid, by their text in small letters.

    The limited find only those whose orders they may see, in that ``role`` (customer or advocate).
    """
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    emails = [text.lower() for text in texts]
    contacts = Contact.objects.filter(Q(pk__in=ids) | Q(email__in=emails) | Q(uid__in=list(texts)))
    if is_limited(who):
        contacts = contacts.filter(Exists(visible_to(who).filter(**{role: OuterRef("pk")})))
    found: dict[str, Term] = {}
    for pk, email, uid, label in contacts.values_list("pk", "email", "uid", "label"):
        term = Term(pk, label or f"contact {pk}")
        for name in (str(pk), email, uid):
            if name:
                found.setdefault(name.lower(), term)
    return found


@dataclass(frozen=True)
class Total:
    """What the orders of one currency add up to."""

    currency: str
    orders: int
    revenue: Decimal
    attributed: int
    attributed_revenue: Decimal

    @property
    def average(self) -> Decimal:
        return self.revenue / self.orders


@dataclass(frozen=True)
class Totals:
    """Per currency, never added across. ``at_least``: there are more orders than could be read in time."""

    lines: list[Total]
    at_least: bool = False

    @property
    def orders(self) -> int:
        return sum(line.orders for line in self.lines)

    @property
    def orders_shown(self) -> str:
        return f"{self.orders:,}"

    @property
    def share_shown(self) -> str:
        """How many of the orders are attributed, such as ``41.7 %``."""
        attributed = sum(line.attributed for line in self.lines)
        return f"{100 * attributed / self.orders:.1f} %" if self.orders else "–"


def totals(rows: QuerySet[Order]) -> Totals:
    """What ``rows`` add up to: all of them, or within two seconds as many as can be read."""
    whole = within(PATIENCE_MS, lambda: _totals(rows))
    if whole is not None:
        return Totals(whole)
    some = rows.order_by().values("pk")[:AT_LEAST_OF]
    return Totals(
        within(PATIENCE_MS, lambda: _totals(Order.objects.filter(pk__in=some))) or [], at_least=True
    )


def _totals(rows: QuerySet[Order]) -> list[Total]:
    attributed = Q(referral_attribution__isnull=False)
    lines = (
        rows.order_by()
        .values("currency")
        .annotate(
            orders=Count("pk"),
            revenue=Sum("revenue_amount"),
            attributed=Count("referral_attribution"),
            attributed_revenue=Sum("revenue_amount", filter=attributed, default=Decimal(0)),
        )
        .order_by("-orders", F("currency"))
    )
    return [Total(**line) for line in lines]
