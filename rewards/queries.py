"""Reads of rewards: which a person may see, how they are searched, and what they add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from campaigns.access import is_limited, limit
from core.listing.declaration import Found
from core.listing.facets import Term
from core.listing.like import beginning, containing
from core.listing.within import within
from orders.models import Order
from referrals.models import Contact
from rewards.models import Miss, Reward, Rule, Status

PATIENCE_MS = 1_500
# Beside the totals of orders, which take their own time, within two seconds together.
ASIDE_MS = 500
FEW = 1_000
WORTH = F("amount") + F("corrected")


def visible_to(who: Any) -> QuerySet[Reward]:
    """The rewards that ``who`` may see: those of their campaigns."""
    return limit(Reward.objects.all(), who)


def rules_visible_to(who: Any) -> QuerySet[Rule]:
    return limit(Rule.objects.all(), who)


def needing_approval(who: Any) -> QuerySet[Reward]:
    """Flagged, or left to a person."""
    return visible_to(who).filter(
        Q(status=Status.FLAGGED) | Q(status=Status.PENDING, due_at__isnull=True, amount__gt=0)
    )


def search(rows: QuerySet[Reward], text: str, who: Any) -> Found:
    """Rewards of orders with this id, or for people with this name, e-mail or uid."""
    pattern = containing(text) if len(text) > 2 else beginning(text)
    people = list(
        Contact.objects.filter(search_text__like=pattern.lower()).values_list("pk", flat=True)[: FEW + 1]
    )
    orders = list(Order.objects.filter(order_id__ilike=pattern).values_list("pk", flat=True)[: FEW + 1])
    few_people, few_orders = len(people) <= FEW, len(orders) <= FEW
    by_person = Q(recipient__in=people) if few_people else Q(recipient__search_text__like=pattern.lower())
    by_order = Q(order__in=orders) if few_orders else Q(order__order_id__ilike=pattern)
    return Found(rows.filter(by_person | by_order), few=few_people and few_orders)


def find_recipients(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The contacts that ``texts`` name by id, e-mail or uid; the limited only those they see paid."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    emails = [text.lower() for text in texts]
    contacts = Contact.objects.filter(Q(pk__in=ids) | Q(email__in=emails) | Q(uid__in=list(texts)))
    if is_limited(who):
        contacts = contacts.filter(Exists(visible_to(who).filter(recipient=OuterRef("pk"))))
    found: dict[str, Term] = {}
    for pk, email, uid, label in contacts.values_list("pk", "email", "uid", "label"):
        for name in (str(pk), email, uid):
            if name:
                found.setdefault(name.lower(), Term(pk, label or f"contact {pk}"))
    return found


@dataclass(frozen=True)
class Total:
    """What the rewards of one currency add up to."""

    currency: str
    rewards: int
    worth: Decimal
    waiting: Decimal
    approved: Decimal
    paid: Decimal


def totals(rows: QuerySet[Reward]) -> list[Total] | None:
    """By currency; None where that takes too long."""

    def ask() -> list[Total]:
        def part(*statuses: Status) -> Sum:
            return Sum(WORTH, filter=Q(status__in=statuses), default=Decimal(0))

        lines = (
            rows.order_by()
            .values("currency")
            .annotate(
                number=Count("pk"),
                whole=Sum(WORTH, default=Decimal(0)),
                waiting=part(Status.PENDING, Status.FLAGGED),
                approved=part(Status.APPROVED, Status.PROCESSING),
                paid=part(Status.FULFILLED),
            )
            .order_by("-number", "currency")
        )
        return [
            Total(one["currency"], one["number"], one["whole"], one["waiting"], one["approved"], one["paid"])
            for one in lines
        ]

    return within(PATIENCE_MS, ask)


def earned_by(orders: QuerySet[Order]) -> list[tuple[str, str, Decimal]]:
    """(label, currency, amount) for the head of the Orders table; nothing where it takes too long."""

    def ask() -> list[tuple[str, str, Decimal]]:
        rows = Reward.objects.filter(order__in=orders.order_by().values("pk")).exclude(status=Status.DENIED)
        sums = rows.order_by().values_list("currency").annotate(whole=Sum(WORTH)).order_by("-whole")
        return [("Rewards", currency, amount) for currency, amount in sums if amount]

    return within(ASIDE_MS, ask) or []


def of_order(order: Order) -> tuple[list[Reward], list[Miss]]:
    """An order's rewards, and why it earned nothing by the campaign's other rules."""
    rewards = list(
        Reward.objects.filter(order=order)
        .select_related("rule", "version", "recipient", "moved_from__recipient")
        .order_by("pk")
    )
    made = {reward.rule_id for reward in rewards}
    misses = Miss.objects.filter(order=order).exclude(rule__in=made).select_related("rule").order_by("rule")
    return rewards, list(misses)


def by_currency(lines: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for currency, amount in lines:
        found[currency] = found.get(currency, Decimal(0)) + amount
    return found
