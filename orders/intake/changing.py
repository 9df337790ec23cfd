"""The verbs for one order that is there: edit, refund, void, attribute late, dismiss."""

from decimal import Decimal
from typing import Any

from django.utils import timezone

from campaigns.models import Campaign, FraudRule
from core import money
from core.events.log import Actor, Entry, write
from orders.decisions import attributed, trace_of
from orders.intake.checking import LONGEST_ID, read_text
from orders.intake.drafts import IntakeRefused, OrderDraft, Outcome, Planned, Problem, RefundDraft
from orders.intake.recording import again_when_overtaken, record
from orders.intake.standing import standing
from orders.models import Decision, Order, Refund, Status
from orders.signals import orders_attributed, orders_refunded, orders_voided
from referrals import reasons
from referrals.attribution import Look, Verdict
from referrals.enrolling import EnrollmentRefused, enroll
from referrals.models import Contact, Enrollment, ReferralAttribution
from referrals.tying import is_same_person

LONGEST_REASON = 500


def edit(order_pk: int, changes: OrderDraft, *, source: str, actor: Actor, who: Any = None) -> Planned:
    """Change free facts of an order. What ``changes`` does not say stays. Raises :class:`IntakeRefused`."""

    def work() -> Planned:
        order = _locked(order_pk)
        changes.order_id = order.order_id
        (planned,) = record([changes], source=source, actor=actor, who=who)
        if planned.outcome == Outcome.REJECTED:
            raise IntakeRefused(*planned.problems)
        if planned.outcome == Outcome.CONFLICT:
            raise IntakeRefused(
                *(
                    Problem(name, "This is permanent for this order.", "locked")
                    for name in planned.differences
                )
            )
        return planned

    return again_when_overtaken(work)


def refund(order_pk: int, draft: RefundDraft, *, source: str, actor: Actor) -> tuple[Refund, Outcome]:
    """Take something back of an order. The same refund again changes nothing but its status.

    Raises :class:`IntakeRefused` for an amount above what is left, and for a known id with other facts.
    """

    def work() -> tuple[Refund, Outcome]:
        order = _locked(order_pk)
        _check_refund(order, draft)
        found = Refund.objects.filter(order=order, refund_id=draft.refund_id).first()
        if found is None:
            outcome = Outcome.CREATED
            before = None
            found = Refund(order=order, refund_id=draft.refund_id, amount=draft.amount, kind=draft.kind)
            found.currency, found.status, found.note = order.currency, draft.status, draft.note
            found.refunded_at = draft.refunded_at or timezone.now()
        else:
            if (found.amount, found.kind) != (draft.amount, draft.kind):
                message = "There is a refund with this id and another amount or kind."
                raise IntakeRefused(Problem("refund_id", message, "conflict"))
            if found.status == draft.status:
                return found, Outcome.UNCHANGED
            outcome, before, found.status = Outcome.UPDATED, found.status, draft.status
        found.save()
        _take_stock(order)
        _note_refund(order, found, before, actor, source)
        orders_refunded.send(Order, order=order, refund=found)
        return found, outcome

    return again_when_overtaken(work)


def void(order_pk: int, reason: str, *, source: str, actor: Actor) -> None:
    """Take back an order that is a mistake. It keeps its history, and its id is free again.

    Raises :class:`IntakeRefused`; a receiver of ``orders_voided`` on an upper floor may, too.
    """

    def work() -> None:
        order = _locked(order_pk)
        words = _reason(reason)
        order.voided_at = order.updated_at = timezone.now()
        order.void_reason, order.status, order.attention = words, Status.VOIDED, ""
        Order.writes.filter(pk=order.pk).update(
            voided_at=order.voided_at,
            updated_at=order.updated_at,
            void_reason=words,
            status=Status.VOIDED,
            attention="",
        )
        write([Entry("order_voided", "order", order.pk, {"reason": words})], actor=actor, source=source)
        orders_voided.send(Order, order=order)

    again_when_overtaken(work)


def attribute(
    order_pk: int, *, advocate_id: int, campaign_id: int, reason: str, source: str, actor: Actor
) -> Verdict:
    """Tie an unattributed order to an advocate, late and once, by somebody's decision.

    The advocate is enrolled where they are not, and an attribution of theirs to this customer that was
    deactivated is activated again: a person may. Raises :class:`IntakeRefused`.
    """

    def work() -> Verdict:
        order = _locked(order_pk)
        words = _reason(reason)
        campaign, advocate = _parties(order, campaign_id, advocate_id)
        tie, is_new = _tie_for(order, advocate, campaign, source, actor)
        verdict = Verdict(
            reasons.PERSON, campaign.pk, advocate.pk, tie.pk, is_new, tie.flagged,
            looks=[Look("person", words, "won", reasons.PERSON, advocate.pk, campaign.pk)],
        )  # fmt: skip
        Order.writes.filter(pk=order.pk).update(
            referral_attribution=tie,
            advocate=advocate,
            campaign=campaign,
            attributed_at=timezone.now(),
            updated_at=timezone.now(),
            reason=reasons.PERSON,
            attention="",
        )
        trace, _ = trace_of(verdict)
        Decision.objects.create(
            order=order,
            reason=reasons.PERSON,
            referral_attribution=tie,
            decided_by=actor.kind,
            trace=trace,
        )
        write([attributed(order.pk, verdict)], actor=actor, source=source)
        orders_attributed.send(Order, order=order, verdict=verdict)
        return verdict

    return again_when_overtaken(work)


def dismiss(order_pk: int, reason: str, *, source: str, actor: Actor) -> None:
    """Somebody has looked at the order, and nothing is to be done. It needs attention no more.

    What it is credited to stays as it is. Raises :class:`IntakeRefused`.
    """

    def work() -> None:
        order = _locked(order_pk)
        words = _reason(reason)
        if not order.attention:
            return
        Order.writes.filter(pk=order.pk).update(attention="", updated_at=timezone.now())
        data = {"attention": order.attention, "reason": words}
        write([Entry("order_dismissed", "order", order.pk, data)], actor=actor, source=source)

    again_when_overtaken(work)


def _locked(order_pk: int) -> Order:
    """The order, held against other writers. A voided one takes no change."""
    order = Order.writes.select_for_update().filter(pk=order_pk).first()
    if order is None:
        raise IntakeRefused(Problem("", "There is no such order.", "unknown_order"))
    if order.voided_at is not None:
        raise IntakeRefused(Problem("", "This order was voided; it takes no change.", "voided"))
    return order


def _reason(text: str) -> str:
    problems: list[Problem] = []
    words = read_text(" ".join(text.split()), "reason", LONGEST_REASON, problems)
    if not words and not problems:
        problems.append(Problem("reason", "Say why, for whoever looks at it later.", "required"))
    if problems:
        raise IntakeRefused(*problems)
    return words


def _check_refund(order: Order, draft: RefundDraft) -> None:
    problems: list[Problem] = []
    draft.refund_id = read_text(draft.refund_id, "refund_id", LONGEST_ID, problems)
    draft.note = read_text(draft.note, "note", LONGEST_REASON, problems)
    if not draft.refund_id and not problems:
        problems.append(Problem("refund_id", "A refund needs an id of its own.", "required"))
    if draft.kind not in Refund.Kind.values:
        problems.append(Problem("kind", "There is no such kind of refund.", "kind"))
    if draft.status not in Refund.Status.values:
        problems.append(Problem("status", "There is no such status.", "status"))
    problems += _check_amount(order, draft)
    if problems:
        raise IntakeRefused(*problems)


def _check_amount(order: Order, draft: RefundDraft) -> list[Problem]:
    amount, currency = draft.amount, order.currency
    if not amount.is_finite() or amount < 0 or (amount == 0 and draft.kind == Refund.Kind.REFUND):
        return [Problem("amount", "A refund is more than nothing.", "not_positive")]
    if amount > money.MAX_AMOUNT or not money.is_exact(amount, currency):
        places = money.exponent(currency)
        return [
            Problem("amount", f"Give an amount in {currency}, with at most {places} decimals.", "decimals")
        ]
    succeeded = order.refunds.filter(status=Refund.Status.SUCCEEDED).values_list("refund_id", "amount")
    taken = sum((amount for refund_id, amount in succeeded if refund_id != draft.refund_id), Decimal(0))
    left = order.revenue_amount - taken
    if draft.status != Refund.Status.FAILED and amount > left:
        words = f"At most {money.shown(left, currency)} {currency} can be taken back."
        return [Problem("amount", words, "too_much")]
    return []


def _take_stock(order: Order) -> None:
    """Bring the order's refunded amount and status in line with its refunds."""
    rows = order.refunds.values_list("kind", "status", "amount")
    order.refunded_amount, order.status = standing(order.revenue_amount, rows)
    Order.writes.filter(pk=order.pk).update(
        refunded_amount=order.refunded_amount, status=order.status, updated_at=timezone.now()
    )


def _note_refund(order: Order, found: Refund, before: str | None, actor: Actor, source: str) -> None:
    data = {
        "refund_id": found.refund_id,
        "kind": found.kind,
        "amount": money.plain(found.amount, found.currency),
        "currency": found.currency,
        "status": [before, found.status],
        "note": found.note,
    }
    write([Entry("order_refunded", "order", order.pk, data)], actor=actor, source=source)


def _parties(order: Order, campaign_id: int, advocate_id: int) -> tuple[Campaign, Contact]:
    if order.is_attributed:
        raise IntakeRefused(Problem("advocate", "This order has an advocate already, for good.", "locked"))
    campaign = Campaign.objects.filter(pk=campaign_id).first()
    advocate = Contact.objects.filter(pk=advocate_id, merged_into=None, erased_at=None).first()
    problems = []
    if campaign is None:
        problems.append(Problem("campaign", "Choose the campaign.", "required"))
    elif order.campaign_id not in {None, campaign.pk}:
        problems.append(Problem("campaign", "The order belongs to another campaign.", "other_campaign"))
    if advocate is None:
        problems.append(Problem("advocate", "Choose the advocate.", "required"))
    if problems or campaign is None or advocate is None:
        raise IntakeRefused(*problems)
    if is_same_person(advocate, order.customer) and campaign.self_referral == FraudRule.BLOCK:
        raise IntakeRefused(Problem("advocate", reasons.sentence("self_referral"), "self_referral"))
    return campaign, advocate


def _tie_for(
    order: Order, advocate: Contact, campaign: Campaign, source: str, actor: Actor
) -> tuple[ReferralAttribution, bool]:
    """The attribution that will carry the order: the one there is, active again, or a new one."""
    ties = list(
        ReferralAttribution.objects.select_for_update().filter(contact=order.customer_id, campaign=campaign)
    )
    mine = next((tie for tie in ties if tie.advocate_id == advocate.pk), None)
    if any(tie.is_active and tie is not mine for tie in ties):
        raise IntakeRefused(Problem("advocate", reasons.sentence("slot_taken"), "slot_taken"))
    if not Enrollment.objects.filter(contact=advocate, campaign=campaign).exists():
        try:
            enroll(advocate, campaign, by=actor, source=source)
        except EnrollmentRefused as refused:
            raise IntakeRefused(Problem("advocate", str(refused), "not_enrolled")) from None
    if mine is None:
        made = ReferralAttribution.objects.create(
            advocate=advocate,
            contact_id=order.customer_id,
            campaign=campaign,
            referred_at=order.ordered_at,
            flagged=campaign.self_referral == FraudRule.FLAG and is_same_person(advocate, order.customer),
            source=source,
        )
        kind, tie = "attribution_created", made
    elif mine.is_active:
        return mine, False
    else:
        mine.is_active, mine.deactivated_at = True, None
        mine.save(update_fields=["is_active", "deactivated_at"])
        kind, tie = "attribution_activated", mine
    data = {"advocate": advocate.pk, "contact": order.customer_id, "campaign": campaign.pk, "by": "person"}
    write([Entry(kind, "attribution", tie.pk, data)], actor=actor, source=source)
    return tie, mine is None
