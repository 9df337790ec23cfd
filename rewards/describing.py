"""Rules and rewards in words: what a version says, and how a reward came to its amount."""

from decimal import Decimal

from campaigns.terms import Kind, Ladder, Span
from core import money
from core.templatetags.ui import exact
from rewards.models import Approval, Reward, RuleVersion
from rewards.ruling import conditions_in_words
from rewards.words import LIMITS


def described(version: RuleVersion) -> list[str]:
    """What the version says, one sentence each."""
    said = [f"{_value(version, version.value)} {_span(version)}."]
    if version.quantity_property:
        said.append(f"Times the order’s {version.quantity_property}.")
    goes_by = "order number" if version.ladder == Ladder.ORDERS else "revenue of"
    for start, value in version.tiers:
        begins = start if version.ladder == Ladder.ORDERS else _money(version, Decimal(start))
        said.append(f"From the advocate’s {goes_by} {begins} on: {_value(version, Decimal(value))}.")
    if version.minimum is not None:
        said.append(f"Orders below {_money(version, version.minimum)} earn nothing.")
    for name, words in LIMITS.items():
        limit = getattr(version, name)
        if limit is not None:
            said.append(f"At most {_money(version, limit)} {words}.")
    if version.currency and version.kind == Kind.PERCENT:
        said.append(f"Only orders in {version.currency}.")
    said += [f"Only where {words}." for words in conditions_in_words(version.conditions)]
    if version.approval == Approval.AUTOMATIC:
        said.append(
            f"Approves itself {version.hold_days} day{'' if version.hold_days == 1 else 's'} after the order."
        )
    else:
        said.append("A person approves it.")
    if version.starts_at:
        said.append(f"For orders from {exact(version.starts_at)} on.")
    return said


def headline(version: RuleVersion) -> str:
    return f"{_value(version, version.value)} {_span(version)}"


def happened(reward: Reward) -> list[str]:
    """How the reward came to its amount."""
    inputs, currency = reward.inputs, reward.currency
    rate = Decimal(inputs.get("rate", 0))
    steps = [f"{_value(reward.version, rate)} of an order of {_in(reward.revenue, currency)}."]
    if reward.version.kind == Kind.FLAT:
        steps = [f"{_value(reward.version, rate)}."]
    if "quantity" in inputs:
        steps.append(f"Times {inputs['quantity']}.")
    if "cut_by" in inputs:
        cut = " and ".join(f"the limit {LIMITS[name]}" for name in inputs["cut_by"])
        steps.append(f"Cut by {cut}; without it {inputs['unlimited']} {currency}.")
    steps.append(f"That made {_in(reward.earned, currency)}.")
    if reward.order.refunded_amount:
        steps.append(f"{_in(reward.order.refunded_amount, currency)} of the order were refunded since.")
    return steps


def _value(version: RuleVersion, value: Decimal) -> str:
    return f"{value.normalize():f} %" if version.kind == Kind.PERCENT else _money(version, value)


def _span(version: RuleVersion) -> str:
    number = version.span_length
    return {
        Span.EVERY.value: "for every order",
        Span.FIRST.value: "for a customer’s first order",
        Span.FIRST_N.value: f"for a customer’s first {number} orders",
        Span.MONTHS.value: f"for a customer’s first {number} months",
    }[version.span]


def _money(version: RuleVersion, amount: Decimal) -> str:
    return _in(amount, version.currency) if version.currency else f"{amount.normalize():f}"


def _in(amount: Decimal, currency: str) -> str:
    return f"{money.shown(amount, currency)} {currency}"
