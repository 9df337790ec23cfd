"""The one door for orders: everything that writes them, and the preview of what it would write.

Adapters translate what a source says into drafts; they never decide. ``plan`` classifies a batch and only
reads. ``record`` is the same plan and a write; ``edit``, ``refund``, ``void``, ``attribute``
and ``dismiss`` change one order that is there.
"""

from orders.intake.changing import attribute, dismiss, edit, refund, void
from orders.intake.drafts import IntakeRefused, OrderDraft, Outcome, Planned, Problem, RefundDraft
from orders.intake.planning import plan
from orders.intake.recording import record
from orders.intake.rows import Carry

__all__ = [
    "Carry",
    "IntakeRefused",
    "OrderDraft",
    "Outcome",
    "Planned",
    "Problem",
    "RefundDraft",
    "attribute",
    "dismiss",
    "edit",
    "plan",
    "record",
    "refund",
    "void",
]
