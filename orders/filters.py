"""What orders can be filtered by, named as in the address: ``campaign=spring``, ``revenue__gte=100``."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower

from campaigns.access import is_limited
from campaigns.access import visible_to as campaigns_visible_to
from core.imports.models import Import
from core.listing.facets import Choice, Condition, Day, Number, Related, Term, Text, YesNo
from core.listing.filters import ListFilters
from orders.models import Order, Source, Status
from orders.queries import find_contacts, visible_to
from referrals.queries import attributions_visible_to
from referrals.reasons import in_words


def find_campaigns(texts: Sequence[str], who: Any) -> dict[str, Term]:
    wanted = [text.lower() for text in texts]
    rows = (
        campaigns_visible_to(who)
        .annotate(wanted=Lower("uid"))
        .filter(wanted__in=wanted)
        .values_list("wanted", "pk", "name")
    )
    return {uid: Term(pk, name) for uid, pk, name in rows}


def campaigns_listed(who: Any) -> Sequence[tuple[str, str]]:
    return list(campaigns_visible_to(who).order_by("name", "id").values_list("uid", "name")[:500])


def find_attributions(texts: Sequence[str], who: Any) -> dict[str, Term]:
    """The attributions with these numbers, called by who referred whom."""
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    rows = attributions_visible_to(who).filter(pk__in=ids)
    named = rows.values_list("pk", "advocate__label", "contact__label")
    return {str(pk): Term(pk, f"{by or 'somebody'} → {of or 'somebody'}") for pk, by, of in named}


def find_imports(texts: Sequence[str], who: Any) -> dict[str, Term]:
    ids = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19]
    rows = Import.objects.filter(pk__in=ids, noun="order")
    if is_limited(who):
        rows = rows.filter(Exists(visible_to(who).filter(imported_in=OuterRef("pk"))))
    return {str(pk): Term(pk, name) for pk, name in rows.values_list("pk", "file_name")}


class Coded(Text):
    """A short code of ours, shown in words."""

    operators = ("", "not", "in")

    def read(self, text: str) -> Term:
        return Term(text.lower(), in_words(text.lower()))


class Attention(Coded):
    """What somebody should look at: ``any``, or one kind of it."""

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        if terms[0].value != "any":
            return super().condition(operator, terms)
        return Q(attention="") if operator == "not" else ~Q(attention="")

    def words(self, conditions: Sequence[Condition]) -> str:
        if conditions[0].terms[0].value == "any":
            return "Needs no attention" if conditions[0].operator == "not" else "Needs attention"
        return super().words(conditions)


# Rewards belong to a floor above; they are known here by the relation's name.
REWARDS = (
    ("none", "None"),
    ("pending", "Pending"),
    ("flagged", "Flagged"),
    ("approved", "Approved"),
    ("processing", "Processing"),
    ("fulfilled", "Fulfilled"),
    ("denied", "Denied"),
)


class Rewarded(Choice):
    """Orders with a reward in one of these states, or with none at all."""

    def condition(self, operator: str, terms: Sequence[Term]) -> Q:
        wanted = {str(term.value) for term in terms}
        with_rewards = Order.objects.filter(rewards__status__in=wanted - {"none"}).values("pk")
        found = Q(pk__in=with_rewards) if wanted - {"none"} else Q(pk__in=())
        if "none" in wanted:
            found |= Q(rewards__isnull=True)
        return ~found if operator == "not" else found


class OrderFilters(ListFilters):
    campaign = Related(
        "Campaign",
        "campaign",
        search=find_campaigns,
        listed=campaigns_listed,
        missing="There is no campaign “{text}”.",
        none="No campaign",
    )
    date = Day("Date", "ordered_at")
    customer = Related(
        "Customer",
        "customer",
        search=partial(find_contacts, role="customer"),
        missing="No customer has the e-mail, uid or number “{text}”.",
        operators=("", "not", "in"),
    )
    advocate = Related(
        "Advocate",
        "advocate",
        search=partial(find_contacts, role="advocate"),
        missing="No advocate has the e-mail, uid or number “{text}”.",
        none="No advocate",
    )
    attributed = YesNo(
        "Attributed",
        "referral_attribution",
        holds=Q(referral_attribution__isnull=False),
        yes="Attributed",
        no="Unattributed",
    )
    attribution = Related(
        "Attribution",
        "referral_attribution",
        search=find_attributions,
        missing="There is no attribution “{text}”.",
        operators=("", "not", "in"),
    )
    reason = Coded("Why", "reason")
    attention = Attention("Needs attention", "attention")
    revenue = Number("Revenue", "revenue_amount")
    currency = Text("Currency", "currency", operators=("", "not", "in"))
    source = Choice("Source", "source", Source.choices)
    status = Choice("Status", "status", Status.choices)
    external_status = Text("External status", "external_status")
    deal_stage = Text("Deal stage", "hubspot_dealstage")
    refunded = YesNo(
        "Refunded", "refunded_amount", holds=Q(refunded_amount__gt=0), yes="Refunded", no="Not refunded"
    )
    reward = Rewarded("Reward", "rewards__status", REWARDS)
    recorded = Day("Recorded", "created_at")
    test = YesNo("Trial", "is_test", holds=Q(is_test=True), yes="Trials", no="No trials")
    voided = YesNo("Voided", "voided_at", holds=Q(voided_at__isnull=False), yes="Voided", no="Not voided")


# The address calls it "import", which no attribute of Python can be called.
OrderFilters.base_filters["import"] = Related(
    "Import",
    "imported_in",
    search=find_imports,
    missing="There is no import “{text}”.",
    none="Not imported",
)
